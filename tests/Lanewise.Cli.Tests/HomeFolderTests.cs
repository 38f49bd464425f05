namespace Lanewise.Cli.Tests;

/// <summary><c>~</c> is the home folder also where a shell leaves it.</summary>
public sealed class HomeFolderTests
{
    private static readonly string Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    [Theory]
    [InlineData("~", "HOME")]
    [InlineData("~/x.png", "HOME/x.png")]
    [InlineData("--output=~", "HOME", "--output=")]
    [InlineData("--data-dir=~/x", "HOME/x", "--data-dir=")]
    [InlineData("--data-dir:~/x", "HOME/x", "--data-dir:")]
    [InlineData("folder:~/photos", "HOME/photos", "folder:")]
    [InlineData("--dataset=folder:~/photos", "HOME/photos", "--dataset=folder:")]
    [InlineData("~user/x", "~user/x")]
    [InlineData("--output=~user", "~user", "--output=")]
    [InlineData("folder:~user", "~user", "folder:")]
    [InlineData("a~", "a~")]
    [InlineData("a=~/x", "a=~/x")]
    [InlineData("--output=a/~/x", "a/~/x", "--output=")]
    public void A_tilde_is_the_home_folder_at_the_start_of_a_path_only(string argument, string path, string prefix = "") =>
        Assert.Equal([prefix + path.Replace("HOME", Home, StringComparison.Ordinal)], HomeFolder.Expand([argument]));

    [Fact]
    public async Task The_program_reads_and_writes_in_the_home_folder()
    {
        using var folder = new TemporaryFolder();
        (await CliProgram.RunAsync(folder.Path, "train", "residual", "--dataset=folder:~/none", "--output=~/none")).AssertError(
            Path.Combine(CliProgram.Home, "none"));
        (await CliProgram.RunAsync(folder.Path, "eval", "~/none")).AssertError(Path.Combine(CliProgram.Home, "none"));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }
}
