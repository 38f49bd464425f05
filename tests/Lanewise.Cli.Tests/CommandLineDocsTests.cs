using System.CommandLine;

namespace Lanewise.Cli.Tests;

public sealed class CommandLineDocsTests
{
    [Fact]
    public void The_reference_matches_the_command_tree() =>
        Lanewise.Tests.Docs.Documentation.AssertFile("docs/cli.md", CommandLineDocs.Generate());

    [Fact]
    public void Every_verb_option_and_argument_has_a_description_that_ends_with_a_period() =>
        Assert.All(Symbols(CommandLine.CreateRoot()), symbol => Assert.Matches(@"\.( \[default: .+\])?$", symbol.Description));

    private static IEnumerable<Symbol> Symbols(Command command) =>
        [command, .. command.Arguments, .. command.Options.Where(IsOurs), .. command.Subcommands.SelectMany(Symbols)];

    // System.CommandLine describes --help and --version.
    private static bool IsOurs(Option option) => option.Name is not ("--help" or "--version");
}
