namespace Lanewise;

/// <summary>Views of datasets: some of the images, or labels of other classes.</summary>
internal static class ImageViews
{
    /// <summary>Returns a view of some samples, in the given order; it holds files if the dataset does.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="indices">The indices of the samples.</param>
    public static IImageDataset Select(this IImageDataset dataset, int[] indices) =>
        View.Of(dataset, indices, dataset.Classes, labels: null);

    /// <summary>Returns a view of all samples with the labels of other classes.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="classes">The class names.</param>
    /// <param name="labels">The index in <paramref name="classes"/> of each class of the dataset.</param>
    public static IImageDataset Relabel(this IImageDataset dataset, IReadOnlyList<string> classes, int[] labels) =>
        View.Of(dataset, indices: null, classes, labels);

    private class View(IImageDataset all, int[]? indices, IReadOnlyList<string> classes, int[]? labels)
        : IImageDataset, IDatasetView
    {
        public IDataset All => all;

        public string Name => all.Name;

        public int Count => indices?.Length ?? all.Count;

        public IReadOnlyList<string> Classes => classes;

        public ImageTransform? Transform => all.Transform;

        public static View Of(IImageDataset all, int[]? indices, IReadOnlyList<string> classes, int[]? labels) => all switch
        {
            IFixedShapeImageDataset images => new FixedShape(images, indices, classes, labels),
            IFileDataset files => new Files(files, indices, classes, labels),
            _ => new View(all, indices, classes, labels),
        };

        public int Label(int index)
        {
            int label = all.Label(Original(index));
            return labels is null ? label : labels[label];
        }

        public virtual DecodedImage Read(int index, DecodeOptions options = default) => all.Read(Original(index), options);

        protected int Original(int index)
        {
            DatasetIndex.Checked(index, this);
            return indices is null ? index : indices[index];
        }
    }

    private sealed class Files(IFileDataset all, int[]? indices, IReadOnlyList<string> classes, int[]? labels)
        : View(all, indices, classes, labels), IFileDataset
    {
        public string PathOf(int index) => all.PathOf(Original(index));

        public string NameOf(int index) => all.NameOf(Original(index));
    }

    private sealed class FixedShape(IFixedShapeImageDataset all, int[]? indices, IReadOnlyList<string> classes, int[]? labels)
        : View(all, indices, classes, labels), IFixedShapeImageDataset
    {
        public Shape Shape => all.Shape;

        public void Read(int index, Span<byte> pixels) => all.Read(Original(index), pixels);

        public override DecodedImage Read(int index, DecodeOptions options = default) =>
            ((IImageDataset)all).Read(Original(index), options);
    }
}
