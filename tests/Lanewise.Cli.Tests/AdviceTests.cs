using Lanewise.Cli.Common;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>Library errors are completed with options and commands.</summary>
public sealed class AdviceTests
{
    [Theory]
    [InlineData(DatasetError.NotFound, "mnist", null, "m 'lanewise data fetch mnist' downloads it.")]
    [InlineData(DatasetError.NotFound, "mnist", "/my data", "m 'lanewise data fetch mnist --data-dir '/my data'' downloads it.")]
    [InlineData(DatasetError.Damaged, "kmnist", "/data", "m 'lanewise data fetch kmnist --data-dir /data' replaces it.")]
    [InlineData(DatasetError.Damaged, "emnist-letters", "/data", "m")]
    [InlineData(DatasetError.NotFound, "folder:/images", null, "m")]
    [InlineData(DatasetError.RootNotFound, "mnist", "/data", "m Choose another folder with --data-dir, or leave it out.")]
    public void Dataset_errors_name_the_command_that_helps(DatasetError error, string dataset, string? root, string expected) =>
        Assert.Equal(expected, Advice.Explain(new DatasetException("m", error, dataset) { Root = root }));

    [Fact]
    public void An_invalid_option_is_named_as_on_the_command_line() =>
        Assert.Equal("m The option is --lr.", Advice.Explain(new InvalidOptionException("m", "LearningRate", -1)));

    [Fact]
    public void Model_errors_name_the_option_or_command_that_helps()
    {
        Assert.StartsWith(
            "m Name it with --model (inception, ", Advice.Explain(new ModelFormatException("m", ModelFormatError.ModelNotNamed)));
        Assert.Equal(
            "m Resume from a run folder that 'lanewise train' wrote.", Advice.Explain(new ModelFormatException("m", ModelFormatError.NotACheckpoint)));
    }

    [Fact]
    public void An_error_that_a_verb_wraps_gets_the_same_advice() => Assert.Equal(
        "w The option is --batch-size.",
        Advice.Explain(new LanewiseException("w", new InvalidOptionException("m", "BatchSize", 0))));

    [Fact]
    public void Other_errors_keep_their_message() => Assert.Equal("m", Advice.Explain(new LanewiseException("m")));

    [Fact]
    public void The_notice_about_the_built_in_digits_names_the_download()
    {
        var notice = new NoticeEvent("Using the built-in digits.") { MissingDataset = "mnist" };
        Assert.Equal("Using the built-in digits. 'lanewise data fetch mnist' downloads MNIST.", Advice.Explain(notice));
        Assert.Equal("a --lr", Advice.Explain(new NoticeEvent("a {lr}")));
    }
}
