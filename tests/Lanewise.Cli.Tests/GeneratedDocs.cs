using System.Runtime.CompilerServices;

namespace Lanewise.Cli.Tests;

/// <summary>Checks files below <c>docs</c> that are generated from the code, and rewrites them if LANEWISE_UPDATE_DOCS is 1.</summary>
internal static class GeneratedDocs
{
    private const string UpdateVariable = "LANEWISE_UPDATE_DOCS";
    private const string Solution = "Lanewise.slnx";

    private static bool Updates => Environment.GetEnvironmentVariable(UpdateVariable) is "1";

    /// <summary>Checks a file that is generated as a whole.</summary>
    /// <param name="name">The name of the file below <c>docs</c>.</param>
    /// <param name="content">The generated content.</param>
    /// <param name="caller">The source file of the test, by which the source tree is found.</param>
    public static void CheckFile(string name, string content, [CallerFilePath] string caller = "")
    {
        if (Updates)
        {
            File.WriteAllText(SourcePath(name, caller), content);
        }

        AssertEqual(name, content, Read(name, caller));
    }

    /// <summary>Checks the part of a file between <c>&lt;!-- generated: SECTION --&gt;</c> and <c>&lt;!-- end --&gt;</c>.</summary>
    /// <param name="name">The name of the file below <c>docs</c>.</param>
    /// <param name="section">The name of the section.</param>
    /// <param name="content">The generated content, without the two marker lines.</param>
    /// <param name="caller">The source file of the test, by which the source tree is found.</param>
    public static void CheckSection(string name, string section, string content, [CallerFilePath] string caller = "")
    {
        string text = Read(name, caller), begin = $"<!-- generated: {section} -->\n";
        int start = text.IndexOf(begin, StringComparison.Ordinal);
        Assert.True(start >= 0, $"docs/{name} has no line '{begin.TrimEnd()}'");
        start += begin.Length;
        int end = text.IndexOf("<!-- end -->", start, StringComparison.Ordinal);
        Assert.True(end >= 0, $"docs/{name}: section '{section}' has no end");
        if (Updates)
        {
            File.WriteAllText(SourcePath(name, caller), text[..start] + content + text[end..]);
            return;
        }

        AssertEqual(name, content, text[start..end]);
    }

    private static void AssertEqual(string name, string expected, string actual) => Assert.True(
        expected == actual,
        $"docs/{name} differs from the code; run the test with {UpdateVariable}=1 to update it.\n{FirstDifference(expected, actual)}");

    private static string FirstDifference(string expected, string actual)
    {
        var lines = expected.Split('\n').Append("(end)").Zip(actual.Split('\n').Append("(end)"))
            .FirstOrDefault(pair => pair.First != pair.Second);
        return $"expected: {lines.First}\nactual:   {lines.Second}";
    }

    // Deterministic builds map the path of the source tree to one that does not exist; the build copies docs to the output for them.
    private static string Read(string name, string caller)
    {
        string path = Path.Combine(FindRoot(caller) ?? AppContext.BaseDirectory, "docs", name);
        return File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
    }

    private static string SourcePath(string name, string caller)
    {
        string? root = FindRoot(caller);
        Assert.True(root is not null, $"{UpdateVariable} requires the source tree; build without CI=true.");
        return Path.Combine(root, "docs", name);
    }

    private static string? FindRoot(string caller)
    {
        for (var folder = Directory.GetParent(caller); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Solution)))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
