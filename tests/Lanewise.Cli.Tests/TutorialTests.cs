using System.Diagnostics;

namespace Lanewise.Cli.Tests;

/// <summary>The tutorial in both languages: its code is part of samples/Tutorial, and its commands are valid.</summary>
public sealed class TutorialTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "tutorial");

    private sealed record Block(string Kind, string[] Lines);

    public static TheoryData<string> Languages => ["tutorial.md", "tutorial.zh-CN.md"];

    [Theory]
    [MemberData(nameof(Languages))]
    public void Its_code_is_part_of_the_sample(string file)
    {
        string[][] sources = [.. Directory.GetFiles(Folder, "*Chapter.cs").Select(path => Trimmed(File.ReadAllLines(path)))];
        var code = Blocks(file).Where(b => b.Kind == "csharp").ToArray();
        Assert.True(code.Length >= 7, $"{code.Length} pieces of code");
        Assert.All(code, block => Assert.True(
            sources.Any(source => Contains(source, Trimmed(block.Lines))), $"not in samples/Tutorial: {block.Lines[0]} …"));
    }

    [Theory]
    [InlineData("reduce")]
    [InlineData("inception")]
    [InlineData("vanish")]
    [InlineData("residual")]
    public async Task A_chapter_prints_the_output_shown_in_the_tutorial(string chapter)
    {
        string[] lines = await RunAsync(chapter);
        Assert.All(Languages, file => Assert.Equal(Assert.Single(Blocks(file), b => b.Kind == "text " + chapter).Lines, lines));
    }

    [Fact]
    public async Task The_training_chapter_trains_and_saves()
    {
        string[] lines = await RunAsync("train");
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("epoch 2: loss 0.", lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void Its_commands_are_valid(string file)
    {
        string[] commands = [.. Blocks(file).Where(b => b.Kind == "console").SelectMany(b => b.Lines)];
        Assert.True(commands.Length >= 6, $"{commands.Length} commands");
        Assert.All(commands, command =>
        {
            string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal("lanewise", words[0]);
            Assert.Empty(CommandLine.Parse(words[1..]).Errors.Select(e => $"{command}: {e.Message}"));
        });
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void Its_figures_exist(string file)
    {
        var lines = File.ReadAllLines(Path.Combine(Folder, file)).Where(line => line.StartsWith("![", StringComparison.Ordinal));
        string[] figures = [.. lines.Select(line => line.Split('(', ')')[1])];
        Assert.True(figures.Length >= 4, $"{figures.Length} figures");
        Assert.All(figures, figure => Assert.True(new FileInfo(Path.Combine(Folder, figure)) is { Exists: true, Length: > 0 }, figure));
    }

    [Fact]
    public void Both_languages_have_the_same_code_and_output()
    {
        string[][] kinds = [.. Languages.Select(file => Blocks(file).Select(b => $"{b.Kind}\n{string.Join('\n', b.Lines)}").ToArray())];
        Assert.Equal(kinds[0], kinds[1]);
    }

    private static async Task<string[]> RunAsync(string chapter)
    {
        using var folder = new TemporaryFolder();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Tutorial.dll"), chapter])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = folder.Path,
        };
        using var process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        Assert.Equal(chapter == "train", File.Exists(Path.Combine(folder.Path, "residual.safetensors")));
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)];
    }

    private static List<Block> Blocks(string file)
    {
        const string Fence = "```";
        var blocks = new List<Block>();
        List<string>? open = null;
        string kind = "";
        foreach (string line in File.ReadAllLines(Path.Combine(Folder, file)))
        {
            if (!line.StartsWith(Fence, StringComparison.Ordinal))
            {
                open?.Add(line);
            }
            else if (open is null)
            {
                (open, kind) = ([], line[Fence.Length..]);
            }
            else
            {
                blocks.Add(new(kind, [.. open]));
                open = null;
            }
        }

        return blocks;
    }

    private static string[] Trimmed(IEnumerable<string> lines) => [.. lines.Select(line => line.Trim())];

    private static bool Contains(string[] source, string[] block) =>
        Enumerable.Range(0, Math.Max(0, source.Length - block.Length + 1)).Any(i => source.AsSpan(i, block.Length).SequenceEqual(block));
}
