using Lanewise.IO;


namespace Lanewise.Workflows;

/// <summary>The folder of an explanation, with its page and images; files of an earlier explanation are replaced.</summary>
internal sealed class ExplainFolder
{
    // File names are limited to 255 bytes, and a character may take three of them.
    private const int MaxStemLength = 60;

    private readonly string _path;
    private readonly HashSet<string> _stems = new(StringComparer.OrdinalIgnoreCase);

    private ExplainFolder(string path) => _path = path;

    /// <summary>Gets the path of the page.</summary>
    public string Page => Path.Combine(_path, "explain.html");

    /// <summary>Creates the folder if it does not exist.</summary>
    /// <param name="output">The folder given by the user; null for one in the run folder, or next to the weights file.</param>
    /// <param name="checkpoint">The run folder or weights file.</param>
    /// <exception cref="LanewiseException">The folder cannot be created.</exception>
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
            string reason = e.Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new JobException($"{path} cannot be created ({reason}); choose another {{output}}.", e);
        }
    }

    /// <summary>Gets the prefix of an image's files: the name of the image, with a number if an earlier image has the same name.</summary>
    public string StemOf(string file)
    {
        string stem = Path.GetFileNameWithoutExtension(file);
        stem = stem.Length == 0 ? "image" : stem[..Math.Min(stem.Length, MaxStemLength)];
        string unique = stem;
        for (int number = 2; !_stems.Add(unique); number++)
        {
            unique = $"{stem}-{number}";
        }

        return unique;
    }

    /// <summary>Writes an image and returns its path.</summary>
    /// <exception cref="LanewiseException">The file cannot be written.</exception>
    public string Write(string name, byte[] png)
    {
        string path = Path.Combine(_path, name);
        AtomicFile.Write(path, stream => stream.Write(png));
        return path;
    }
}
