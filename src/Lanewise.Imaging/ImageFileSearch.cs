using System.Globalization;
using System.IO.Enumeration;
using Lanewise.IO;

namespace Lanewise.Imaging;

/// <summary>Finds the image files below a folder. Hidden files and those of systems and editors are ignored; others are counted.</summary>
internal sealed class ImageFileSearch
{
    // What a name that is not UTF-8 reads as.
    private const char Undecodable = '\uFFFD';

    private const int SniffBytes = 64;

    private static readonly string[] SystemFiles = ["Thumbs.db", "ehthumbs.db", "desktop.ini"];

    // What archives of macOS, network storage, Windows and ext4 leave beside folders of their users.
    private static readonly string[] SystemFolders =
        ["__MACOSX", "@eaDir", "#recycle", "$RECYCLE.BIN", "System Volume Information", "lost+found"];

    // Skips .DS_Store, ._six.jpg, .ipynb_checkpoints.
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

    private readonly SortedDictionary<string, int> _passedOver = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the folders directly in a folder, in ordinal order of their names.</summary>
    /// <exception cref="FileAccessException">The folder cannot be read, or a name is not UTF-8.</exception>
    public static string[] FoldersIn(string folder) => Guarded(folder, () =>
    {
        var found = Directory.EnumerateDirectories(folder, "*", Visible).Where(path => IsOfUser(path) && !LeadsUp(path));
        string[] folders = [.. found.OrderBy(NameOf, StringComparer.Ordinal)];
        return Array.Find(folders, path => IsUndecodable(path) && !Directory.Exists(path)) is { } path ? throw NotUtf8(path) : folders;
    });

    /// <summary>Gets the name of a folder, in Unicode's form NFC.</summary>
    public static string NameOf(string folder) => UnicodeForm.Compose(Path.GetFileName(folder));

    /// <summary>Gets the paths of the image files below a folder, in ordinal order of their names.</summary>
    /// <exception cref="FileAccessException">A folder cannot be read, or its name is not UTF-8.</exception>
    public string[] ImagesBelow(string folder) => Find(folder, VisibleBelow);

    /// <summary>Gets the paths of the image files directly in a folder, in ordinal order of their names.</summary>
    /// <exception cref="FileAccessException">The folder cannot be read.</exception>
    public string[] ImagesIn(string folder) => Find(folder, Visible);

    /// <summary>Describes the files that are no images by their endings; null if there are none.</summary>
    public string? PassedOver() => _passedOver.Count == 0 ? null : string.Join(
        ", ", _passedOver.Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kind.Value:N0} {kind.Key}")));

    private string[] Find(string folder, EnumerationOptions options) => Guarded(folder, () =>
    {
        var files = new FileSystemEnumerable<string>(folder, (ref entry) => entry.ToSpecifiedFullPath(), options)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && IsImage(ref entry),
            ShouldRecursePredicate = (ref entry) => IsFolder(ref entry),
        };
        return (string[])[.. files.OrderBy(UnicodeForm.Compose, StringComparer.Ordinal)];
    });

    private bool IsImage(ref FileSystemEntry entry)
    {
        var name = entry.FileName;
        if (ImageFileKinds.IsImage(name) || ImageFileKinds.IsUnsupportedImage(name))
        {
            return true;
        }

        string ending = Path.GetExtension(name).ToString().ToLowerInvariant();
        // Many tools write images without an ending; the content says what they are.
        if (ending.Length == 0 && HasImageContent(entry.ToFullPath()))
        {
            return true;
        }

        if (!SystemFiles.Contains(name.ToString(), StringComparer.OrdinalIgnoreCase))
        {
            string kind = ending.Length == 0 ? "without an ending" : ending;
            _passedOver[kind] = _passedOver.GetValueOrDefault(kind) + 1;
        }

        return false;
    }

    /// <summary>Returns whether a folder may hold images of a person, not what systems or earlier runs keep there.</summary>
    private static bool IsOfUser(string path) =>
        !SystemFolders.Contains(Path.GetFileName(path), StringComparer.OrdinalIgnoreCase) && !HoldsRuns(path);

    /// <summary>Returns whether a folder is a link to one that contains it: all images would be below it too.</summary>
    private static bool LeadsUp(string path) =>
        new DirectoryInfo(path) is { LinkTarget: not null } link
        && link.ResolveLinkTarget(returnFinalTarget: true) is { } target
        && $"{Path.GetFullPath(path)}{Path.DirectorySeparatorChar}".StartsWith(
            $"{Path.TrimEndingDirectorySeparator(target.FullName)}{Path.DirectorySeparatorChar}", StringComparison.Ordinal);

    // By default, runs are written below the folder where one works: it may be that of the images.
    private static bool HoldsRuns(string path) =>
        Path.GetFileName(path) == "runs" && Directory.EnumerateDirectories(path).Any(run => File.Exists(Path.Combine(run, "args.json")));

    private static bool IsFolder(ref FileSystemEntry entry)
    {
        string path = entry.ToFullPath();
        // Following a link to a parent folder would never end.
        if (entry.Attributes.HasFlag(FileAttributes.ReparsePoint) || !IsOfUser(path))
        {
            return false;
        }

        return !IsUndecodable(path) || Directory.Exists(path) ? true : throw NotUtf8(path);
    }

    private static bool HasImageContent(string path)
    {
        try
        {
            if (!InputFile.HasContent(path))
            {
                return false;
            }

            using var file = File.OpenRead(path);
            byte[] start = new byte[SniffBytes];
            ImageHeader.KindOf(start.AsSpan(0, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)), path);
            return true;
        }
        catch (Exception e) when (e is ImageFormatException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsUndecodable(string path) => path.Contains(Undecodable, StringComparison.Ordinal);

    private static T Guarded<T>(string folder, Func<T> find)
    {
        try
        {
            return find();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileAccessException.Reading(folder, e, "folder");
        }
    }

    private static FileAccessException NotUtf8(string path) =>
        FileAccessException.Reading(path, new DirectoryNotFoundException(), "folder");
}
