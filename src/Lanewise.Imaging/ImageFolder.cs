using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Enumeration;
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
/// sorted by name, ordinally.
/// </summary>
public sealed class ImageFolder : IImageDataset
{
    // How model cards and run folders name a dataset that is a folder.
    private const string Prefix = "folder:";

    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif"];
    private static readonly string[] TestNames = ["val", "test"];

    // Skips files of the operating system and editors: .DS_Store, ._six.jpg, .ipynb_checkpoints.
    private static readonly EnumerationOptions Visible = new()
    {
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
        IgnoreInaccessible = false,
    };

    private static readonly EnumerationOptions VisibleBelow = new()
    {
        AttributesToSkip = Visible.AttributesToSkip,
        IgnoreInaccessible = false,
        RecurseSubdirectories = true,
    };

    private readonly (string Path, int Label)[] _images;

    /// <summary>Opens a folder with one subfolder per class, as torchvision's ImageFolder.</summary>
    /// <param name="path">The folder that contains the class folders.</param>
    /// <exception cref="DatasetException">The folder cannot be read, there is no class, or one is empty.</exception>
    public ImageFolder(string path) : this(path, CorruptImagePolicy.Error)
    {
    }

    /// <summary>Opens a folder with one subfolder per class.</summary>
    /// <param name="path">The folder that contains the class folders.</param>
    /// <param name="onCorrupt">What to do with corrupt images.</param>
    /// <param name="skipped">Receives a message for each skipped image.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="DatasetException">The folder cannot be read, there is no class, or one is empty.</exception>
    public ImageFolder(
        string path, CorruptImagePolicy onCorrupt, IProgress<string>? skipped = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string[] classes = ClassesIn(path);
        (string Path, int Label)[] images =
            [.. classes.SelectMany((name, label) => ImagesIn(Path.Combine(path, name)).Select(file => (file, label)))];
        RefuseEmpty(path, classes, images, $"no image ({string.Join(' ', Extensions.Select(e => e[1..]))})");
        if (onCorrupt == CorruptImagePolicy.Skip)
        {
            images = WithoutCorrupt(images, skipped, cancellationToken);
            RefuseEmpty(path, classes, images, "no image that can be decoded");
        }

        (Name, Classes, _images) = (path, classes, images);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count => _images.Length;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Opens <c>PATH/train</c> and <c>PATH/val</c> (or <c>PATH/test</c>), which must have the same classes.</summary>
    /// <param name="path">The folder that contains both.</param>
    /// <param name="onCorrupt">What to do with corrupt images. Default: an error when they are read.</param>
    /// <param name="skipped">Receives a message for each skipped image.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="DatasetException">A folder is missing, a class is empty, or the classes differ.</exception>
    public static DatasetSplits OpenSplits(
        string path,
        CorruptImagePolicy onCorrupt = CorruptImagePolicy.Error,
        IProgress<string>? skipped = null,
        CancellationToken cancellationToken = default)
    {
        path = Path.GetFullPath(path);
        string train = Path.Combine(path, "train");
        string? test = TestNames.Select(name => Path.Combine(path, name)).FirstOrDefault(Directory.Exists);
        if (!Directory.Exists(train) || test is null)
        {
            string missing = !Directory.Exists(path) ? "there is no such folder"
                : Directory.Exists(train) ? "it lacks the folder val (or test)" : "it lacks the folder train";
            throw Invalid(
                DatasetError.NotFound, path,
                $"{path}: {missing}; an image folder holds train/CLASS/… and val/CLASS/… (or test/CLASS/…), with the images "
                    + $"of each class in a folder of its name.");
        }

        var training = new ImageFolder(train, onCorrupt, skipped, cancellationToken);
        var testing = new ImageFolder(test, onCorrupt, skipped, cancellationToken);
        if (!training.Classes.SequenceEqual(testing.Classes, StringComparer.Ordinal))
        {
            string other = testing.Classes.Except(training.Classes, StringComparer.Ordinal).FirstOrDefault() is { } surplus
                ? $"{surplus} has no folder in {train}"
                : $"{training.Classes.Except(testing.Classes, StringComparer.Ordinal).First()} has no folder in {test}";
            throw Invalid(
                DatasetError.ClassMismatch, path, $"{path}: the classes of train and {Path.GetFileName(test)} differ: "
                    + $"{other}; both need the same.");
        }

        string source = string.Create(CultureInfo.InvariantCulture, $"{path} ({training.Count:N0} + {testing.Count:N0} images)");
        return new DatasetSplits(Prefix + path, training, testing, Transform: null, source);
    }

    /// <inheritdoc/>
    public int Label(int index) => _images[Checked(index)].Label;

    /// <summary>Returns the path of image <paramref name="index"/>.</summary>
    public string PathOf(int index) => _images[Checked(index)].Path;

    /// <inheritdoc/>
    public DecodedImage Read(int index, DecodeOptions options = default) => ImageDecoder.Decode(PathOf(index), options);

    private int Checked(int index) => (uint)index < (uint)_images.Length
        ? index
        : throw new ArgumentOutOfRangeException(
            nameof(index), index, $"{Name} has {Count} images, numbered from 0 to {Count - 1}.");

    private static string[] ClassesIn(string folder)
    {
        string[] classes = Sorted(
            folder, () => Directory.EnumerateDirectories(folder, "*", Visible).Select(path => Path.GetFileName(path)));
        return classes.Length > 0
            ? classes
            : throw Invalid(
                DatasetError.Empty, folder, $"{folder}: there is no class in it; it should hold a folder for each class, with "
                    + $"the images of the class.");
    }

    private static string[] ImagesIn(string folder) => Sorted(
        folder,
        () => new FileSystemEnumerable<string>(folder, (ref entry) => entry.ToFullPath(), VisibleBelow)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && IsImage(entry.FileName),
            // Following a link to a parent folder would never end.
            ShouldRecursePredicate = (ref entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        });

    private static bool IsImage(ReadOnlySpan<char> name)
    {
        string extension = Path.GetExtension(name).ToString();
        return Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase);
    }

    private static string[] Sorted(string folder, Func<IEnumerable<string>> find)
    {
        try
        {
            return [.. find().Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid(
                DatasetError.NotFound, folder,
                $"{folder} cannot be read ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}); check the folder and its permissions.", e);
        }
    }

    private static void RefuseEmpty(string folder, string[] classes, (string Path, int Label)[] images, string what)
    {
        var filled = images.Select(image => image.Label).ToHashSet();
        int firstEmpty = Enumerable.Range(0, classes.Length).FirstOrDefault(label => !filled.Contains(label), -1);
        if (firstEmpty >= 0)
        {
            string empty = Path.Combine(folder, classes[firstEmpty]);
            throw Invalid(DatasetError.Empty, folder, $"{empty}: there is {what} in this class; add some, or remove the folder.");
        }
    }

    private static DatasetException Invalid(DatasetError error, string folder, string message, Exception? inner = null) =>
        new(message, error, Prefix + folder, inner) { Folder = folder };

    private static (string Path, int Label)[] WithoutCorrupt(
        (string Path, int Label)[] images, IProgress<string>? skipped, CancellationToken cancellationToken)
    {
        var corrupt = new ConcurrentDictionary<int, string>();
        var parallel = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, images.Length, parallel, i =>
        {
            try
            {
                ImageDecoder.Decode(images[i].Path, new DecodeOptions(minSide: 1));
            }
            catch (LanewiseException e)
            {
                corrupt[i] = e.Message;
            }
        });
        foreach (var (_, message) in corrupt.OrderBy(pair => pair.Key))
        {
            skipped?.Report(message);
        }

        return [.. images.Where((_, i) => !corrupt.ContainsKey(i))];
    }
}
