using System.CommandLine;
using Lanewise.Cli.Options;
using Lanewise.Cli.Terminals;

namespace Lanewise.Cli.Tests;

/// <summary>The layout of help: its groups, its width, and the ways to ask for it.</summary>
public sealed class HelpPageTests
{
    private static readonly int[] Widths = [60, 72, 80, 100];

    public static TheoryData<string> Verbs => [.. AllVerbs(CommandLine.CreateRoot(), "").Select(verb => verb.Path)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task No_line_of_help_is_longer_than_100_columns_when_piped(string verb)
    {
        var result = await InProcess.RunAsync([.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.All(result.Ok().Out.Split('\n'), line => Assert.True(line.Length <= 100, line));
        Assert.DoesNotContain("<", result.Out.Replace("source <(", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Help_fits_every_width_and_loses_no_word(string path)
    {
        var verb = AllVerbs(CommandLine.CreateRoot(), "").Single(v => v.Path == path).Command;
        string[] Format(int width)
        {
            string page = HelpPage.Format(verb, "lanewise " + path, verb.Options, (verb as Cli.Verbs.Verb)?.Examples ?? "", width);
            Assert.All(page.Split('\n'), line => Assert.True(line.Length <= width, line));
            return [.. page.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Where(word => word != "\\")];
        }

        Assert.All(Widths, width => Assert.Equal(Format(1000), Format(width)));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_option_belongs_to_a_group(string path)
    {
        var verb = AllVerbs(CommandLine.CreateRoot(), "").Single(v => v.Path == path).Command;
        var groups = OptionGroups.Of(verb.Name, verb.Options).ToArray();
        Assert.DoesNotContain(groups, group => group.Heading == OptionGroups.Unknown);
        Assert.Equal(verb.Options.Select(o => o.Name).Order(), groups.SelectMany(group => group.Options.Select(o => o.Name)).Order());
    }

    [Fact]
    public async Task The_three_options_that_matter_come_first_and_the_others_in_groups()
    {
        var help = (await InProcess.RunAsync("train", "--help")).Ok();
        string[] expected =
        [
            "Arguments:", "  MODEL|FILE ", "Main options:", "  --dataset NAME", "  --epochs N", "  --output FOLDER", "Data:",
            "  --data-dir FOLDER", "Model:", "Training:", "Optimization:", "  --lr X", "Preprocessing:", "  --img-size N", "Output:", "  --json", "Examples:",
        ];
        int position = 0;
        foreach (string line in expected)
        {
            position = help.Out.IndexOf("\n" + line, position, StringComparison.Ordinal) is var found and >= 0
                ? found
                : throw new Xunit.Sdk.XunitException($"'{line}' is missing or out of order:\n{help.Out}");
        }
    }

    [Theory]
    [InlineData("", "--help")]
    [InlineData("help", "--help")]
    [InlineData("-h", "--help")]
    [InlineData("-?", "--help")]
    [InlineData("help train", "train --help")]
    [InlineData("help data fetch", "data fetch --help")]
    [InlineData("help cost conv", "cost conv --help")]
    [InlineData("data", "data --help")]
    public async Task Help_is_what_the_program_alone_a_group_alone_and_the_verb_help_print(string arguments, string option)
    {
        var result = (await InProcess.RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Ok();
        Assert.Empty(result.Error);
        Assert.Equal((await InProcess.RunAsync(option.Split(' '))).Ok().Out, result.Out);
        Assert.Contains("Usage:\n", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_folder_is_called_run_in_every_help()
    {
        foreach (string verb in (string[])["eval", "predict", "explain", "convert"])
        {
            Assert.Contains($"lanewise {verb} RUN|FILE", (await InProcess.RunAsync(verb, "--help")).Ok().Out, StringComparison.Ordinal);
        }

        Assert.Contains("lanewise report RUN ", (await InProcess.RunAsync("report", "--help")).Ok().Out, StringComparison.Ordinal);
        Assert.Contains("--resume RUN", (await InProcess.RunAsync("train", "--help")).Ok().Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_command_is_continued_with_backslashes() => Assert.Equal(
        ["lanewise train \\", "    residual --epochs 3 \\", "    --output try"],
        TextWrap.Command("lanewise train residual --epochs 3 --output try", 26, 4));

    private static IEnumerable<(string Path, Command Command)> AllVerbs(Command command, string path) =>
        command.Subcommands.SelectMany(verb => AllVerbs(verb, $"{path} {verb.Name}".Trim())).Prepend((path, command));
}
