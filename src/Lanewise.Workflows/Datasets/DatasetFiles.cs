using Lanewise.Imaging;

namespace Lanewise.Workflows;

/// <summary>Reads data that is named by a path.</summary>
internal static class DatasetFiles
{
    /// <summary>Reads a folder of images, a table or arrays.</summary>
    /// <param name="dataset">The canonical name, with a prefix and full paths.</param>
    /// <param name="groupBy">The column of a table whose values keep images together; null for none.</param>
    /// <exception cref="DatasetException">The data is missing, damaged, or not what the prefix says.</exception>
    /// <exception cref="FileAccessException">A file or folder cannot be read.</exception>
    public static DatasetParts Read(string dataset, string? groupBy)
    {
        if (DatasetNotation.PathAfter(DatasetNotation.Csv, dataset) is { } table)
        {
            return CsvDataset.Read(table, groupBy);
        }

        if (DatasetNotation.PathAfter(DatasetNotation.Npz, dataset) is { } archive)
        {
            return DatasetParts.Of(dataset, NpzImages.Read(archive), archive);
        }

        return DatasetNotation.PathAfter(DatasetNotation.Idx, dataset)?.Split(',') is [var images, var labels]
            ? DatasetParts.Of(dataset, IdxImages.Read(images, labels), images)
            : ImageFolderLayout.Read(dataset[DatasetNotation.Folder.Length..]);
    }
}
