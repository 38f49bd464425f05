using System.Runtime.CompilerServices;

namespace Lanewise.Tests.Docs;

/// <summary>Compares generated parts of the documentation with the files in the repository.</summary>
/// <remarks>
/// The files are compared in their copies in the output folder. With <c>LANEWISE_UPDATE_DOCS=1</c> the tests rewrite those in the source
/// tree instead, and pass.
/// </remarks>
internal static class Documentation
{
    private const string Variable = "LANEWISE_UPDATE_DOCS";

    /// <summary>Reads a file of the repository.</summary>
    /// <param name="path">The path relative to the repository's root.</param>
    public static string Read(string path) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "documentation", path)).ReplaceLineEndings("\n");

    /// <summary>Asserts that a file has the generated content.</summary>
    /// <param name="path">The path relative to the repository's root.</param>
    /// <param name="content">The generated content.</param>
    public static void AssertFile(string path, string content)
    {
        if (Environment.GetEnvironmentVariable(Variable) == "1")
        {
            File.WriteAllText(Path.Combine(Root(), path), content);
            return;
        }

        Xunit.Assert.True(Read(path) == content, $"{path} differs from the code; run this test with {Variable}=1 to update the file.");
    }

    /// <summary>Asserts that a part of a Markdown file has the generated content.</summary>
    /// <remarks>The part is between the comments <c>generated: name</c> and <c>end of name</c>.</remarks>
    /// <param name="path">The path relative to the repository's root.</param>
    /// <param name="name">The name of the part.</param>
    /// <param name="content">The generated content.</param>
    public static void AssertPart(string path, string name, string content)
    {
        string begin = $"<!-- generated: {name} -->\n", end = $"<!-- end of {name} -->";
        bool isUpdate = Environment.GetEnvironmentVariable(Variable) == "1";
        string text = isUpdate ? File.ReadAllText(Path.Combine(Root(), path)) : Read(path);
        int from = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length, to = text.IndexOf(end, StringComparison.Ordinal);
        Xunit.Assert.True(from >= begin.Length && to >= from, $"{path} lacks '{begin.TrimEnd()}' or '{end}'.");
        AssertFile(path, string.Concat(text.AsSpan(0, from), content, text.AsSpan(to)));
    }

    /// <summary>Formats a Markdown table; a heading that begins with '&gt;' aligns its column to the right.</summary>
    public static string Table(string[] headings, IEnumerable<string[]> rows)
    {
        string alignment = $"|{string.Concat(headings.Select(h => h.StartsWith('>') ? "---:|" : "---|"))}";
        string[] lines = [Row(headings), alignment, .. rows.Select(Row)];
        return string.Concat(lines.Select(line => line + "\n"));

        static string Row(string[] cells) => $"| {string.Join(" | ", cells.Select(cell => cell.TrimStart('>')))} |";
    }

    private static string Root([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));
}
