namespace Lanewise.IO;

/// <summary>The folder in which Lanewise keeps what can be fetched or measured again.</summary>
internal static class CacheFolder
{
    /// <summary>Returns <c>$XDG_CACHE_HOME/lanewise</c>, or the system's folder of that purpose.</summary>
    /// <param name="environment">Reads an environment variable.</param>
    public static string Of(Func<string, string?> environment)
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
