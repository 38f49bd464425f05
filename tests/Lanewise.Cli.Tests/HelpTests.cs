namespace Lanewise.Cli.Tests;

public sealed class HelpTests
{
    [Theory]
    [InlineData("")]
    [InlineData("train")]
    [InlineData("eval")]
    [InlineData("predict")]
    [InlineData("report")]
    [InlineData("explain")]
    [InlineData("convert")]
    [InlineData("models")]
    [InlineData("cost")]
    [InlineData("cost conv")]
    [InlineData("bench")]
    [InlineData("find-lr")]
    [InlineData("depth")]
    [InlineData("info")]
    [InlineData("data")]
    [InlineData("data list")]
    [InlineData("data fetch")]
    [InlineData("data verify")]
    public async Task Every_verb_has_help_with_examples(string verb)
    {
        string[] words = verb.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var result = (await InProcess.RunAsync([.. words, "--help"])).Ok();
        Assert.Empty(result.Error);
        Assert.Contains("Usage:", result.Out, StringComparison.Ordinal);
        Assert.Contains("Examples:", result.Out, StringComparison.Ordinal);
        Assert.Contains($"lanewise {verb}".TrimEnd(), result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Out);
        // The source of the tutorial networks means nothing to users of the command line.
        Assert.DoesNotContain("article", result.Out, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Help_of_a_subcommand_omits_the_arguments_of_its_parent()
    {
        var parent = (await CliProgram.RunAsync(Path.GetTempPath(), "cost", "--help")).Ok();
        Assert.Contains("MODEL|RUN|FILE", parent.Out, StringComparison.Ordinal);
        var subcommand = (await CliProgram.RunAsync(Path.GetTempPath(), "cost", "conv", "--help")).Ok();
        Assert.DoesNotContain("MODEL|RUN|FILE", subcommand.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_prints_the_version_alone()
    {
        var result = (await CliProgram.RunAsync(Path.GetTempPath(), "--version")).Ok();
        Assert.Matches(@"^\d+\.\d+\.\d+\n$", result.Out);
    }
}
