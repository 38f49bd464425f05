namespace Lanewise;

/// <summary>The folders in which datasets are searched.</summary>
/// <param name="Explicit">The only folder to search, if given.</param>
/// <param name="Folders">The folders in search order; they need not exist.</param>
/// <param name="Cache">The download folder if <paramref name="Explicit"/> is null.</param>
public sealed record DatasetRoots(string? Explicit, IReadOnlyList<string> Folders, string Cache)
{
    /// <summary>The name of the environment variable with a folder of datasets, searched first.</summary>
    public const string Variable = "LANEWISE_DATA";

    /// <summary>
    /// Returns <paramref name="dataDirectory"/> if given; otherwise the folder in <see cref="Variable"/>, the user's cache and
    /// <c>/usr/share/datasets</c>.
    /// </summary>
    /// <param name="dataDirectory">The only folder to search, or null.</param>
    /// <param name="environment">Reads an environment variable; null for those of the process.</param>
    public static DatasetRoots From(string? dataDirectory = null, Func<string, string?>? environment = null)
    {
        environment ??= Environment.GetEnvironmentVariable;
        string cache = CacheFolder(environment);
        if (dataDirectory is not null)
        {
            return new DatasetRoots(dataDirectory, [dataDirectory], cache);
        }
        var folders = new List<string>();
        if (environment(Variable) is { Length: > 0 } named)
        {
            folders.Add(named);
        }
        folders.Add(cache);
        if (!OperatingSystem.IsWindows())
        {
            folders.Add("/usr/share/datasets");
        }
        return new DatasetRoots(null, folders, cache);
    }

    private static string CacheFolder(Func<string, string?> environment)
    {
        if (environment("XDG_CACHE_HOME") is { Length: > 0 } cache)
        {
            return Path.Combine(cache, "lanewise");
        }
        return OperatingSystem.IsWindows()
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "lanewise")
            : Path.Combine(environment("HOME") is { Length: > 0 } home ? home : Path.GetTempPath(), ".cache", "lanewise");
    }
}
