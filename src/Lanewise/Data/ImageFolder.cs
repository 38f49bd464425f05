using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Enumeration;
using Lanewise.Data.Transforms;

namespace Lanewise.Data;

/// <summary>What to do about a picture in a folder that cannot be decoded.</summary>
public enum BadPicture
{
    /// <summary>It is named and the work stops when the picture is read.</summary>
    Refuse,

    /// <summary>All pictures are decoded once at the start; those that cannot be are named and left out.</summary>
    Skip,
}

/// <summary>
/// Pictures in one folder a class, anywhere below it, decoded whenever they are read (torchvision's ImageFolder). Classes and
/// files are in ordinal order of their names.
/// </summary>
public sealed class ImageFolder : IPictureDataset
{
    /// <summary>What a dataset's name begins with when a path follows.</summary>
    public const string Prefix = "folder:";

    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif"];
    private static readonly string[] TestNames = ["val", "test"];

    // Without what programs leave: .DS_Store, ._six.jpg, .ipynb_checkpoints.
    private static readonly EnumerationOptions Visible = new() { AttributesToSkip = FileAttributes.Hidden | FileAttributes.System, IgnoreInaccessible = false };
    private static readonly EnumerationOptions VisibleBelow = new() { AttributesToSkip = Visible.AttributesToSkip, IgnoreInaccessible = false, RecurseSubdirectories = true };

    private readonly IPictureDecoder _decoder;
    private readonly (string Path, int Label)[] _pictures;

    private ImageFolder(string folder, IReadOnlyList<string> classes, IPictureDecoder decoder, (string Path, int Label)[] pictures) =>
        (Name, Classes, _decoder, _pictures) = (folder, classes, decoder, pictures);

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count => _pictures.Length;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Opens <c>PATH/train</c> and <c>PATH/val</c> (or <c>PATH/test</c>), which must have the same classes.</summary>
    /// <param name="path">The folder that holds both.</param>
    /// <param name="decoder">Reads the pictures.</param>
    /// <param name="onBadPicture">What to do about those that cannot be decoded.</param>
    /// <param name="skipped">Is told of each picture that is left out.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <exception cref="LanewiseException">A folder is missing, a class is empty, or the classes differ.</exception>
    public static DatasetSplits OpenSplits(
        string path, IPictureDecoder decoder, BadPicture onBadPicture = BadPicture.Refuse, IProgress<string>? skipped = null, CancellationToken cancellation = default)
    {
        path = Path.GetFullPath(path);
        string train = Path.Combine(path, "train");
        string? test = TestNames.Select(name => Path.Combine(path, name)).FirstOrDefault(Directory.Exists);
        if (!Directory.Exists(train) || test is null)
        {
            string missing = !Directory.Exists(path) ? "there is no such folder" : Directory.Exists(train) ? "it lacks the folder val (or test)" : "it lacks the folder train";
            throw new LanewiseException($"{path}: {missing}; an image folder holds train/CLASS/… and val/CLASS/… (or test/CLASS/…), with the pictures of each class in a folder of its name.");
        }

        var training = Open(train, decoder, onBadPicture, skipped, cancellation);
        var testing = Open(test, decoder, onBadPicture, skipped, cancellation);
        if (!training.Classes.SequenceEqual(testing.Classes, StringComparer.Ordinal))
        {
            string other = testing.Classes.Except(training.Classes, StringComparer.Ordinal).FirstOrDefault() is { } surplus
                ? $"{surplus} has no folder in {train}"
                : $"{training.Classes.Except(testing.Classes, StringComparer.Ordinal).First()} has no folder in {test}";
            throw new LanewiseException($"{path}: the classes of train and {Path.GetFileName(test)} differ: {other}; both need the same.");
        }

        string source = string.Create(CultureInfo.InvariantCulture, $"{path} ({training.Count:N0} + {testing.Count:N0} pictures)");
        return new DatasetSplits(Prefix + path, training, testing, Preprocessing: null, source);
    }

    /// <summary>Opens one folder with a folder for each class.</summary>
    /// <param name="folder">The folder that holds the classes' folders.</param>
    /// <param name="decoder">Reads the pictures.</param>
    /// <param name="onBadPicture">What to do about those that cannot be decoded.</param>
    /// <param name="skipped">Is told of each picture that is left out.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <exception cref="LanewiseException">The folder cannot be read, there is no class, or one is empty.</exception>
    public static ImageFolder Open(
        string folder, IPictureDecoder decoder, BadPicture onBadPicture = BadPicture.Refuse, IProgress<string>? skipped = null, CancellationToken cancellation = default)
    {
        string[] classes = ClassesIn(folder);
        (string Path, int Label)[] pictures = [.. classes.SelectMany((name, label) => PicturesIn(Path.Combine(folder, name)).Select(path => (path, label)))];
        RefuseEmpty(folder, classes, pictures, $"no picture ({string.Join(' ', Extensions.Select(e => e[1..]))})");
        if (onBadPicture == BadPicture.Skip)
        {
            pictures = WithoutBad(pictures, decoder, skipped, cancellation);
            RefuseEmpty(folder, classes, pictures, "no picture that can be decoded");
        }

        return new ImageFolder(folder, classes, decoder, pictures);
    }

    /// <inheritdoc/>
    public int Label(int index) => _pictures[index].Label;

    /// <summary>The file of picture <paramref name="index"/>.</summary>
    public string FileOf(int index) => _pictures[index].Path;

    /// <inheritdoc/>
    public Raster Read(int index, int leastSide) => _decoder.Decode(_pictures[index].Path, leastSide);

    private static string[] ClassesIn(string folder)
    {
        string[] classes = Explained(folder, () => Directory.EnumerateDirectories(folder, "*", Visible).Select(path => Path.GetFileName(path)));
        return classes.Length > 0
            ? classes
            : throw new LanewiseException($"{folder}: there is no class in it; it should hold a folder for each class, with the class's pictures.");
    }

    private static string[] PicturesIn(string folder) => Explained(folder, () => new FileSystemEnumerable<string>(folder, (ref entry) => entry.ToFullPath(), VisibleBelow)
    {
        ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && IsPicture(entry.FileName),
        // A link to a folder above would never come to an end.
        ShouldRecursePredicate = (ref entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
    });

    private static bool IsPicture(ReadOnlySpan<char> name)
    {
        string extension = Path.GetExtension(name).ToString();
        return Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase);
    }

    private static string[] Explained(string folder, Func<IEnumerable<string>> find)
    {
        try
        {
            return [.. find().Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LanewiseException($"{folder} cannot be read ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}); check the folder and its permissions.", e);
        }
    }

    private static void RefuseEmpty(string folder, string[] classes, (string Path, int Label)[] pictures, string what)
    {
        var filled = pictures.Select(picture => picture.Label).ToHashSet();
        int empty = Enumerable.Range(0, classes.Length).FirstOrDefault(label => !filled.Contains(label), -1);
        if (empty >= 0)
        {
            throw new LanewiseException($"{Path.Combine(folder, classes[empty])}: there is {what} in this class; put some there, or remove the folder.");
        }
    }

    private static (string Path, int Label)[] WithoutBad(
        (string Path, int Label)[] pictures, IPictureDecoder decoder, IProgress<string>? skipped, CancellationToken cancellation)
    {
        var bad = new ConcurrentDictionary<int, string>();
        Parallel.For(0, pictures.Length, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            try
            {
                decoder.Decode(pictures[i].Path, leastSide: 1);
            }
            catch (LanewiseException e)
            {
                bad[i] = e.Message;
            }
        });
        foreach (var (_, message) in bad.OrderBy(pair => pair.Key))
        {
            skipped?.Report(message);
        }

        return [.. pictures.Where((_, i) => !bad.ContainsKey(i))];
    }
}
