using Lanewise.IO;

namespace Lanewise;

/// <summary>The folders in which datasets are searched.</summary>
public sealed record DatasetRoots
{
    internal DatasetRoots(string? only, IReadOnlyList<string> folders, string cache) => (Explicit, Folders, Cache) = (only, folders, cache);

    /// <summary>The only folder to search, if given.</summary>
    public string? Explicit { get; init; }

    /// <summary>The folders in search order; they need not exist.</summary>
    public IReadOnlyList<string> Folders { get; init; }

    /// <summary>The download folder if <see cref="Explicit"/> is null.</summary>
    public string Cache { get; init; }

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
        string cache = CacheFolder.Of(environment);
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
}
