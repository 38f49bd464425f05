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
    [InlineData("depth")]
    [InlineData("info")]
    [InlineData("data")]
    [InlineData("data list")]
    [InlineData("data fetch")]
    [InlineData("data verify")]
    public async Task Every_verb_explains_itself_with_examples(string verb)
    {
        string[] words = verb.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var result = (await InProcess.RunAsync([.. words, "--help"])).Ok();
        Assert.Empty(result.Error);
        Assert.Contains("Usage:", result.Out, StringComparison.Ordinal);
        Assert.Contains("Examples:", result.Out, StringComparison.Ordinal);
        Assert.Contains($"lanewise {verb}".TrimEnd(), result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Out);
        // Nobody at the command line knows which article.
        Assert.DoesNotContain("article", result.Out, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_subcommand_does_not_offer_its_parent_s_argument()
    {
        Assert.Contains("<MODEL>", (await CliProgram.RunAsync(Path.GetTempPath(), "cost", "--help")).Ok().Out, StringComparison.Ordinal);
        Assert.DoesNotContain("<MODEL>", (await CliProgram.RunAsync(Path.GetTempPath(), "cost", "conv", "--help")).Ok().Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_stands_alone()
    {
        var result = (await CliProgram.RunAsync(Path.GetTempPath(), "--version")).Ok();
        Assert.Matches(@"^\d+\.\d+\.\d+\n$", result.Out);
    }
}
