namespace Lanewise;

/// <summary>Checks the indices of samples.</summary>
internal static class DatasetIndex
{
    /// <summary>Returns the index, or throws with its value and the dataset's name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or too high.</exception>
    public static int Checked(int index, IDataset dataset) => (uint)index < (uint)dataset.Count
        ? index
        : throw new ArgumentOutOfRangeException(
            nameof(index), index, $"{dataset.Name} has {dataset.Count} images, numbered from 0 to {dataset.Count - 1}.");
}
