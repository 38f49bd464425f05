using System.Text.RegularExpressions;

namespace Lanewise.Cli.Tests.House;

/// <summary>Holds the source tree to the layout and vocabulary that CONTRIBUTING.md describes.</summary>
public sealed class LayoutTests
{
    private const int MaxColumns = 140;
    private const int MaxLines = 300;
    private const int MaxMethodLines = 50;

    private static readonly (string Word, string Instead)[] ForbiddenWords =
    [
        ("picture", "image"),
        ("raster", "DecodedImage, image"),
        ("waist", "cut point"),
        ("judgement", "evaluation"),
        ("afresh", "re-initialized"),
        ("anew", "re-initialized, again"),
        ("winograd's way", "Winograd"),
        ("equal bits", "bitwise identical"),
        ("is told", "receives"),
        ("astray", "is wrong"),
        ("makes of it", "computes from it"),
        ("asks ahead", "prefetches"),
        ("multiply-adds", "MACs"),
    ];

    // What keeps an old name: options and keys that are still accepted or printed, and what golden files were computed from.
    private static readonly (string File, string Text)[] Allowed =
    [
        ("src/Lanewise.Cli/RenamedOptions.cs", "--on-bad-picture"),
        ("src/Lanewise.Workflows/Runs/SettingsFile.cs", "on_bad_picture"),
        ("src/Lanewise.Cli/Reports/ExplanationReport.cs", "\"pictures\""),
        ("src/Lanewise.Cli/Verbs/ReportVerb.cs", "\"picture\""),
        ("docs/file-formats.md", "`picture`"),
        ("tests/Lanewise.Tests/Formula.cs", "\"pictures\""),
        ("tests/goldens/families.py", "\"pictures\""),
        ("tests/fixtures/README.md", "--on-bad-picture"),
        ("tests/fixtures/make-0.1.sh", "--on-bad-picture"),
    ];

    // They test the old names.
    private static readonly string[] Excepted = ["LayoutTests.cs", "RenamedNamesTests.cs"];

    private static readonly string[] TextFiles = [".cs", ".md", ".py", ".sh", ".css", ".csproj", ".props"];

    [Fact]
    public void No_line_is_longer_than_140_characters() => AssertNone(
        from file in CSharp()
        from line in SourceTree.Read(file).ReplaceLineEndings("\n").Split('\n').Index()
        let columns = line.Item.EnumerateRunes().Count()
        where columns > MaxColumns
        select $"{file}:{line.Index + 1}: {columns} characters");

    [Fact]
    public void No_file_is_longer_than_300_lines() => AssertNone(
        from file in CSharp()
        let lines = SourceTree.Read(file).Count(c => c == '\n')
        where lines > MaxLines
        select $"{file}: {lines} lines");

    [Fact]
    public void No_method_is_longer_than_50_lines() => AssertNone(
        from file in CSharp()
        from body in CodeOutline.Find(SourceTree.Read(file))
        where body.Length > MaxMethodLines
        select $"{file}:{body.Line}: {body.Name} has {body.Length} lines");

    // Terminals shows control characters in names from files; nothing may pass it by.
    [Fact]
    public void Only_the_room_Terminals_writes_to_the_console() => AssertNone(
        from file in CSharp()
        where file.StartsWith("src/Lanewise.Cli/", StringComparison.Ordinal) && !file.Contains("/Terminals/", StringComparison.Ordinal)
        from line in SourceTree.Read(file).Split('\n').Index()
        where Regex.IsMatch(line.Item, @"Console\.((Out|Error)\.)?Write", RegexOptions.CultureInvariant)
        select $"{file}:{line.Index + 1}: use Terminal.Notice or StandardOutput.WriteLine");

    [Fact]
    public void Words_that_the_vocabulary_replaces_are_not_used()
    {
        Assert.SkipWhen(SourceTree.Root is null, "the source tree is not there");
        AssertNone(
            from file in AllFiles()
            where TextFiles.Contains(Path.GetExtension(file)) && !Excepted.Contains(Path.GetFileName(file))
            from line in WithoutAllowed(file).Split('\n').Index()
            from word in ForbiddenWords
            where Regex.IsMatch(line.Item, Pattern(word.Word), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)
            select $"{file}:{line.Index + 1}: '{word.Word}', write {word.Instead}");
    }

    [Fact]
    public void The_allowed_words_are_where_they_are_allowed()
    {
        Assert.SkipWhen(SourceTree.Root is null, "the source tree is not there");
        AssertNone(
            from allowed in Allowed
            where !SourceTree.Read(allowed.File).Contains(allowed.Text, StringComparison.Ordinal)
            select $"{allowed.File} has no {allowed.Text} any more");
    }

    // Names are searched too, so most words may lie within a longer one; a typographic apostrophe is one too.
    private static string Pattern(string word) =>
        word is "anew" or "afresh" or "astray"
            ? $@"\b{word}\b"
            : Regex.Escape(word).Replace("'", "['’]", StringComparison.Ordinal).Replace(@"\ ", @"\s+", StringComparison.Ordinal);

    private static string WithoutAllowed(string file) =>
        Allowed.Where(a => a.File == file).Aggregate(
            SourceTree.Read(file), (text, a) => text.Replace(a.Text, "", StringComparison.Ordinal));

    private static IEnumerable<string> AllFiles() =>
    [
        .. SourceTree.Files("src", "*"), .. SourceTree.Files("tests", "*"), .. SourceTree.Files("docs", "*"),
        "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md",
    ];

    private static IEnumerable<string> CSharp()
    {
        Assert.SkipWhen(SourceTree.Root is null, "the source tree is not there");
        return SourceTree.Files("src", "*.cs");
    }

    private static void AssertNone(IEnumerable<string> lines)
    {
        string[] found = [.. lines];
        Assert.True(found.Length == 0, $"{found.Length} places:\n{string.Join('\n', found)}");
    }
}
