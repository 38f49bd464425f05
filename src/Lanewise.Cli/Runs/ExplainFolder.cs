using Lanewise.IO;


namespace Lanewise.Cli.Runs;

/// <summary>The folder into which images and the page of an explanation are written; files of an earlier one are replaced.</summary>
internal sealed class ExplainFolder
{
    // Names of files are limited to 255 bytes; a character may take three.
    private const int MaxStemLength = 60;

    private readonly string _path;
    private readonly HashSet<string> _stems = new(StringComparer.OrdinalIgnoreCase);

    private ExplainFolder(string path) => _path = path;

    /// <summary>The page's file.</summary>
    public string Page => Path.Combine(_path, "explain.html");

    /// <summary>Makes the folder where it is missing.</summary>
    /// <param name="output">The folder that the user named; null for one in the run folder, or beside the file of weights.</param>
    /// <param name="checkpoint">The run folder or file.</param>
    /// <exception cref="LanewiseException">It cannot be made.</exception>
    public static ExplainFolder Create(string? output, string checkpoint)
    {
        string path = output ?? (Directory.Exists(checkpoint)
            ? Path.Combine(checkpoint, "explain")
            : Path.Combine(Path.GetDirectoryName(checkpoint) ?? "", Path.GetFileNameWithoutExtension(checkpoint) + "-explain"));
        try
        {
            Directory.CreateDirectory(path);
            return new(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LanewiseException($"{path} cannot be made ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}); choose another --output.", e);
        }
    }

    /// <summary>What the names of an image's files begin with: its own name, and a number where two images have one name.</summary>
    public string StemOf(string file)
    {
        string stem = Path.GetFileNameWithoutExtension(file);
        stem = stem.Length == 0 ? "image" : stem[..Math.Min(stem.Length, MaxStemLength)];
        string free = stem;
        for (int number = 2; !_stems.Add(free); number++)
        {
            free = $"{stem}-{number}";
        }

        return free;
    }

    /// <summary>Writes an image and returns its path.</summary>
    /// <exception cref="LanewiseException">It cannot be written.</exception>
    public string Write(string name, byte[] png)
    {
        string path = Path.Combine(_path, name);
        AtomicFile.Write(path, stream => stream.Write(png));
        return path;
    }
}
