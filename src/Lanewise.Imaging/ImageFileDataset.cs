namespace Lanewise.Imaging;

/// <summary>An image file of a dataset.</summary>
/// <param name="Path">The path.</param>
/// <param name="Name">The path below the dataset's folder, with slashes, in Unicode's form NFC.</param>
/// <param name="Label">The index of the class.</param>
internal readonly record struct LabelledFile(string Path, string Name, int Label);

/// <summary>A dataset of image files, decoded on each read.</summary>
internal sealed class ImageFileDataset : IFileDataset
{
    private readonly IReadOnlyList<LabelledFile> _files;

    /// <summary>Creates a dataset of files.</summary>
    /// <param name="name">The name of the dataset.</param>
    /// <param name="classes">The class names.</param>
    /// <param name="files">The files.</param>
    public ImageFileDataset(string name, IReadOnlyList<string> classes, IReadOnlyList<LabelledFile> files) =>
        (Name, Classes, _files) = (name, classes, files);

    public string Name { get; }

    public int Count => _files.Count;

    public IReadOnlyList<string> Classes { get; }

    public int Label(int index) => File(index).Label;

    public string PathOf(int index) => File(index).Path;

    public string NameOf(int index) => File(index).Name;

    public DecodedImage Read(int index, DecodeOptions options = default) => ImageDecoder.Decode(PathOf(index), options);

    private LabelledFile File(int index) => _files[DatasetIndex.Checked(index, this)];
}
