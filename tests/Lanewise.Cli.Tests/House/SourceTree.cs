using System.Runtime.CompilerServices;

namespace Lanewise.Cli.Tests.House;

/// <summary>The repository that these tests were built from, where it still is there.</summary>
internal static class SourceTree
{
    private static readonly Lazy<string?> Found = new(() => Find(ThisFile()) ?? Find(AppContext.BaseDirectory));

    /// <summary>The repository's root; null where only the built tests are there.</summary>
    public static string? Root => Found.Value;

    /// <summary>Lists files below a folder, relative to the root, with <c>/</c>, without what is built.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root!, folder), pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root!, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal);

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root!, file));

    // A build for continuous integration maps the path of the source to /_/.
    private static string ThisFile([CallerFilePath] string path = "") => path;

    private static string? Find(string start)
    {
        for (string? folder = Path.GetDirectoryName(start); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Lanewise.slnx")))
            {
                return folder;
            }
        }

        return null;
    }
}
