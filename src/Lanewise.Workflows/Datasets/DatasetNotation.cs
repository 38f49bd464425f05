namespace Lanewise.Workflows;

/// <summary>
/// How people name data: a dataset of the catalog, the path of a folder or a file as it is, or a path after a prefix that says what it
/// holds. Runs and model cards keep the form with prefix and full path, since they are used from other working directories.
/// </summary>
internal static class DatasetNotation
{
    /// <summary>The prefix of folders of images.</summary>
    public const string Folder = "folder:";

    /// <summary>The prefix of tables: a path and a label, or a label and the pixels, in each row.</summary>
    public const string Csv = "csv:";

    /// <summary>The prefix of archives of NumPy arrays.</summary>
    public const string Npz = "npz:";

    /// <summary>The prefix of a file of images and one of labels, separated by a comma, in MNIST's format.</summary>
    public const string Idx = "idx:";

    /// <summary>What can be given, for help.</summary>
    public const string Help = "a dataset ('lanewise data list' lists them), the path of a folder of images, csv:FILE (path,label), "
        + "npz:FILE or idx:IMAGES,LABELS";

    private static readonly string[] Prefixes = [Folder, Csv, Npz, Idx];

    /// <summary>Gets the path of a name with a prefix; null if it has another or none.</summary>
    public static string? PathAfter(string prefix, string? name) =>
        name?.StartsWith(prefix, StringComparison.Ordinal) == true ? name[prefix.Length..] : null;

    /// <summary>Returns whether a name is that of a folder or a file.</summary>
    public static bool IsPath(string name) => Array.Exists(Prefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Returns the canonical form of a name.</summary>
    /// <exception cref="DatasetException">The path after a prefix is missing.</exception>
    /// <exception cref="UnknownNameException">There is no such dataset, folder or file.</exception>
    public static string Check(string text)
    {
        if (Array.Find(Prefixes, prefix => text.StartsWith(prefix, StringComparison.Ordinal)) is { } given)
        {
            string[] paths = given == Idx ? text[given.Length..].Split(',') : [text[given.Length..]];
            return paths.Length == (given == Idx ? 2 : 1) && paths.All(path => path.Length > 0)
                ? given + string.Join(',', paths.Select(path => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))))
                : throw new DatasetException(
                    given == Idx ? $"{text}: expected two files, as in {given}IMAGES,LABELS."
                        : $"{text} has no path; specify one, as in {text}PATH.",
                    DatasetError.NotFound);
        }

        // A name of the catalog comes first; ./mnist is a folder of that name.
        return DatasetCatalog.All.FirstOrDefault(entry => entry.Name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } known
            ? known.Name
            : PrefixOf(text) is { } prefix ? prefix + Path.TrimEndingDirectorySeparator(Path.GetFullPath(text))
            : throw Unknown(text);
    }

    private static string? PrefixOf(string path) =>
        Directory.Exists(path) ? Folder
        : !File.Exists(path) ? null
        : Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".csv" or ".tsv" => Csv,
            ".npz" => Npz,
            _ => null,
        };

    private static UnknownNameException Unknown(string text)
    {
        var names = DatasetCatalog.All.Select(entry => entry.Name).ToList();
        bool isPath = text.AsSpan().ContainsAny("./\\ ");
        string known = string.Join(", ", names);
        string? message = File.Exists(text)
            ? $"'{text}' is a file, and no table or archive of images (.csv, .npz); choose a folder of images, or one of {known}."
            : isPath ? $"There is no folder or file '{text}'; check the path, or choose one of {known}."
            : $"There is no dataset or folder '{text}'{NearestName.Choices(text, names)}";
        return new("dataset", text, names, message);
    }
}
