using System.Text.RegularExpressions;
using Lanewise.Cli.Terminals;

namespace Lanewise.Cli.Tests.Terminals;

/// <summary>What a person at a terminal sees, in a pseudo-terminal.</summary>
public sealed partial class TerminalTests
{
    private const string ShowCursor = "\e[?25h", HideCursor = "\e[?25l";
    private const string Train = "train residual --dataset digits --limit-test 200 --threads 1 --epochs 50 --output run";
    private const string KeypadApplication = "\e[?1h\e=", KeypadNormal = "\e[?1l\e>";
    private const string ShortTrain =
        "train residual --dataset digits --limit-train 640 --limit-test 100 --threads 1 --epochs 2 --output run";
    private const string Answer = "stopping after this step; again to quit at once";

    [Fact]
    public async Task The_first_ctrl_c_answers_at_once_and_saves_and_every_terminal_mode_is_set_back()
    {
        using var folder = new TemporaryFolder();
        using var program = TerminalProgram.Start(folder.Path, Train);
        await program.UntilAsync("epoch  1/50");
        program.Type("\x03");
        var (exitCode, output) = await program.EndAsync();
        Assert.Equal(130, exitCode);
        Assert.Matches(@"stopping after this step; again to quit at once[\s\S]*stopped after step \d+ of epoch 1; resume with: ", output);
        Assert.True(File.Exists(folder["run/checkpoint.safetensors"]));
        AssertRestored(output);
    }

    [Fact]
    public async Task The_second_ctrl_c_ends_at_once_and_every_terminal_mode_is_set_back()
    {
        using var folder = new TemporaryFolder();
        // One step takes seconds; before the first there is nothing to wait for.
        using var program = TerminalProgram.Start(
            folder.Path, "train resnet18 --dataset digits --img-size 224 --batch-size 96 --threads 1 --output run");
        await program.UntilAsync("first step");
        await Task.Delay(500, TestContext.Current.CancellationToken);
        program.Type("\x03");
        await program.UntilAsync(Answer);
        // Within a second it would count as the same.
        await Task.Delay(1200, TestContext.Current.CancellationToken);
        program.Type("\x03");
        var (exitCode, output) = await program.EndAsync();
        Assert.Equal(130, exitCode);
        AssertRestored(output);
        Assert.DoesNotContain("stopped after", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    [InlineData("INT", 130)]
    public async Task A_signal_saves_and_ends_with_128_plus_its_number(string signal, int expected)
    {
        using var folder = new TemporaryFolder();
        using var program = TerminalProgram.Start(folder.Path, Train);
        await program.UntilAsync("epoch  1/50");
        program.Signal(signal);
        var (exitCode, output) = await program.EndAsync();
        Assert.Equal(expected, exitCode);
        Assert.Contains(signal == "INT" ? Answer : "stopping after this step", output, StringComparison.Ordinal);
        Assert.True(File.Exists(folder["run/checkpoint.safetensors"]));
        AssertRestored(output);
    }

    [Fact]
    public async Task A_suspended_program_shows_the_cursor_and_hides_it_again_when_it_goes_on()
    {
        using var folder = new TemporaryFolder();
        using var program = TerminalProgram.Start(folder.Path, Train);
        await program.UntilAsync("epoch  1/50");
        program.Signal("TSTP");
        await program.UntilAsync(ShowCursor);
        int hidden = Regex.Count(program.Output, Regex.Escape(HideCursor));
        program.Signal("CONT");
        await program.UntilAsync(HideCursor, hidden + 1);
        program.Type("\x03");
        AssertRestored((await program.EndAsync()).Output);
    }

    [Fact]
    public async Task An_error_during_training_sets_every_terminal_mode_back()
    {
        using var folder = new TemporaryFolder();
        using var program = TerminalProgram.Start(folder.Path, $"{Train} --lr 1e30");
        var (exitCode, output) = await program.EndAsync();
        Assert.Equal(1, exitCode);
        Assert.Contains("error: ", output, StringComparison.Ordinal);
        AssertRestored(output);
    }

    [Theory]
    [InlineData("CI", "1")]
    [InlineData("CI", "true")]
    [InlineData("TERM", "dumb")]
    public async Task There_is_no_live_bar_for_continuous_integration_and_dumb_terminals(string name, string value)
    {
        using var folder = new TemporaryFolder();
        using var program = TerminalProgram.Start(folder.Path, ShortTrain, environment: (name, value));
        var (exitCode, output) = await program.EndAsync();
        Assert.Equal(0, exitCode);
        string text = output.Replace(KeypadApplication, "", StringComparison.Ordinal).Replace(KeypadNormal, "", StringComparison.Ordinal);
        Assert.DoesNotContain('\e', text);
        Assert.Equal(2, Regex.Count(text, @"^epoch \d/2  train loss .*\r$", RegexOptions.Multiline));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("false")]
    public async Task There_is_a_live_bar_where_ci_is_empty_or_says_no(string value)
    {
        using var folder = new TemporaryFolder();
        using var program = TerminalProgram.Start(folder.Path, ShortTrain, environment: ("CI", value));
        AssertRestored((await program.EndAsync()).Output);
    }

    [Fact]
    public async Task There_are_no_colors_with_no_color()
    {
        using var folder = new TemporaryFolder();
        using var program = TerminalProgram.Start(folder.Path, Train, environment: ("NO_COLOR", "1"));
        await program.UntilAsync("━");
        program.Type("\x03");
        var (_, output) = await program.EndAsync();
        Assert.DoesNotMatch(@"\e\[[0-9;]*[34][0-9]", output);
        AssertRestored(output);
    }

    [Fact]
    public async Task Work_that_prints_nothing_for_two_seconds_says_that_it_works()
    {
        using var folder = new TemporaryFolder();
        using var program = TerminalProgram.Start(folder.Path, "bench residual --mode infer --seconds 3 --json");
        await program.UntilAsync("working … ");
        var (exitCode, output) = await program.EndAsync();
        Assert.Equal(0, exitCode);
        Assert.Matches(@"working … \d+ s\r\e\[K\{", output);
    }

    [Theory]
    [InlineData("", true, true)]
    [InlineData("", false, false)]
    [InlineData("bar", true, false)]
    [InlineData("line\n", false, true)]
    [InlineData("\r\e[2K\e[?25h", false, true)]
    [InlineData("bar\e[0m", true, false)]
    [InlineData("line\n\e[0m", false, true)]
    [InlineData("line\n\e[", false, true)]
    public void The_working_line_is_written_into_an_empty_line_only(string text, bool before, bool expected) =>
        Assert.Equal(expected, WorkingLine.EndsInEmptyLine(text, before));

    [Theory]
    [InlineData("train --help")]
    [InlineData("explain --help")]
    [InlineData("completion --help")]
    [InlineData("")]
    public async Task At_60_columns_no_word_of_the_help_is_cut(string arguments)
    {
        using var folder = new TemporaryFolder();
        using var program = TerminalProgram.Start(folder.Path, arguments, columns: 60);
        var (exitCode, output) = await program.EndAsync();
        Assert.Equal(0, exitCode);
        string text = ControlSequence().Replace(output[(output.IndexOf('\n') + 1)..], "").Replace("\r", "");
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 60, line));
        var wide = await InProcess.RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(Words(wide.Out), Words(text));
    }

    private static void AssertRestored(string output)
    {
        Assert.Contains(HideCursor, output, StringComparison.Ordinal);
        Assert.True(
            output.LastIndexOf(ShowCursor, StringComparison.Ordinal) > output.LastIndexOf(HideCursor, StringComparison.Ordinal), output);
        Assert.True(
            output.LastIndexOf(KeypadNormal, StringComparison.Ordinal) >= output.LastIndexOf(KeypadApplication, StringComparison.Ordinal),
            output);
        var colors = Regex.Matches(output, @"\e\[[0-9;]*m");
        Assert.True(colors.Count == 0 || colors[^1].Value is "\e[0m" or "\e[m", output);
    }

    /// <summary>Gets the words; the backslashes that continue a line of an example are not among them.</summary>
    private static string[] Words(string text) =>
        [.. text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Where(word => word != "\\")];

    [GeneratedRegex(@"\e(\[[0-9;?]*[@-~]|[=>])", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ControlSequence();
}
