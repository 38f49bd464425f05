using Lanewise.Imaging;

namespace Lanewise;

/// <summary>What to do with a corrupt image in a folder.</summary>
public enum CorruptImagePolicy
{
    /// <summary>Reading the image throws an <see cref="ImageFormatException"/>.</summary>
    Error,

    /// <summary>All images are decoded once when the folder is opened; corrupt ones are reported and skipped.</summary>
    Skip,
}

/// <summary>
/// A dataset of image files, one subfolder per class, decoded on each read (like torchvision's ImageFolder). Classes and files are
/// sorted by name, ordinally; names are compared in Unicode's form NFC.
/// </summary>
public sealed class ImageFolder : IFileDataset
{
    private readonly IFileDataset _files;

    /// <summary>Opens a folder with one subfolder per class, as torchvision's ImageFolder.</summary>
    /// <param name="path">The folder that contains the class folders.</param>
    /// <exception cref="DatasetException">There is no class, or one is empty.</exception>
    /// <exception cref="FileAccessException">The folder cannot be read.</exception>
    public ImageFolder(string path) : this(path, CorruptImagePolicy.Error)
    {
    }

    /// <summary>Opens a folder with one subfolder per class.</summary>
    /// <param name="path">The folder that contains the class folders.</param>
    /// <param name="onCorrupt">What to do with corrupt images.</param>
    /// <param name="skipped">Receives a message for each skipped image.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="DatasetException">There is no class, or one is empty.</exception>
    /// <exception cref="FileAccessException">The folder cannot be read.</exception>
    public ImageFolder(
        string path, CorruptImagePolicy onCorrupt, IProgress<string>? skipped = null, CancellationToken cancellationToken = default)
        : this(Open(path, onCorrupt, skipped, cancellationToken))
    {
    }

    private ImageFolder(IFileDataset files) => _files = files;

    /// <inheritdoc/>
    public string Name => _files.Name;

    /// <inheritdoc/>
    public int Count => _files.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => _files.Classes;

    /// <summary>
    /// Opens a folder as people have them. <c>train/CLASS</c> beside <c>val</c>, <c>valid</c>, <c>validation</c> or <c>test</c>, in any
    /// case: the first of these in this order is the validation set, and may lack classes. <c>train</c> alone, or classes directly in the
    /// folder: a share of each class is held out.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="options">How the folder is opened; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="DatasetException">A folder is missing, a class is empty, or validation images are of another class.</exception>
    /// <exception cref="FileAccessException">A folder cannot be read.</exception>
    public static DatasetSplits OpenSplits(
        string path, ImageFolderOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new ImageFolderOptions();
        var parts = ImageFolderLayout.Read(path);
        if (options.OnCorrupt == CorruptImagePolicy.Skip)
        {
            parts = parts with { Parts = [.. parts.Parts.Select(part => WithoutCorrupt(part, options.Skipped, cancellationToken))] };
        }

        var (splits, _) = parts.Divide(new ValidationSplit
        {
            Fraction = options.ValidationFraction,
            Seed = options.Seed,
            GroupBy = options.GroupBy,
        });
        return splits with { Train = new ImageFolder((IFileDataset)splits.Train), Test = new ImageFolder((IFileDataset)splits.Test) };
    }

    /// <inheritdoc/>
    public int Label(int index) => _files.Label(index);

    /// <summary>Returns the path of image <paramref name="index"/>.</summary>
    public string PathOf(int index) => _files.PathOf(index);

    /// <inheritdoc/>
    string IFileDataset.NameOf(int index) => _files.NameOf(index);

    /// <inheritdoc/>
    public DecodedImage Read(int index, DecodeOptions options = default) => _files.Read(index, options);

    private static IFileDataset Open(
        string path, CorruptImagePolicy onCorrupt, IProgress<string>? skipped, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var part = new DatasetPart(SplitNames.Whole, ImageFolderLayout.ReadClasses(path));
        return (IFileDataset)(onCorrupt == CorruptImagePolicy.Skip ? WithoutCorrupt(part, skipped, cancellationToken) : part).Images;
    }

    private static DatasetPart WithoutCorrupt(DatasetPart part, IProgress<string>? skipped, CancellationToken cancellationToken)
    {
        var corrupt = ImageCheck.Run((IFileDataset)part.Images, done: null, cancellationToken).Where(image => image.IsCorrupt).ToList();
        foreach (var image in corrupt)
        {
            skipped?.Report(image.Message);
        }

        return part.Without(corrupt.Select(image => image.Index));
    }
}

/// <summary>How <see cref="ImageFolder.OpenSplits"/> opens a folder.</summary>
public sealed record ImageFolderOptions
{
    /// <summary>What to do with corrupt images. Default: an error when they are read.</summary>
    public CorruptImagePolicy OnCorrupt { get; init; }

    /// <summary>Receives a message for each skipped image; null for none.</summary>
    public IProgress<string>? Skipped { get; init; }

    /// <summary>
    /// The share of the training images of each class that is held out for validation, between 0 and 1. Default: none if the folder has a
    /// validation set, otherwise 0.2.
    /// </summary>
    public double? ValidationFraction { get; init; }

    /// <summary>The seed that chooses the held-out images. Default: 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// A regular expression on a file's path below the folder: images with the same first group (or match, if it has no group) stay on one
    /// side, for example those of one patient. Default: none.
    /// </summary>
    public string? GroupBy { get; init; }
}
