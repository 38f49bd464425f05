using System.CommandLine;
using Lanewise.Cli.Common;
using Lanewise.Cli.Verbs;

namespace Lanewise.Cli;

/// <summary><c>lanewise help [VERB…]</c>; not among the other verbs because it knows all of them.</summary>
internal static class HelpVerb
{
    private const string Examples =
        """
          lanewise help
          lanewise help train
          lanewise help data fetch
        """;

    public static Command Create(Command root)
    {
        var words = new Argument<string[]>("VERB") { Description = "Verb to describe.", Arity = ArgumentArity.ZeroOrMore };
        words.CompletionSources.Add(_ => root.Subcommands.Select(verb => verb.Name));
        var help = new Verb("help", "Show the help of a verb, or the list of verbs.", Examples) { words };
        help.SetAction(parse =>
        {
            var described = CommandLine.Parse([.. parse.GetValue(words) ?? [], "--help"]);
            return UsageErrors.Report(described) ? ExitCode.Usage : described.Invoke(parse.InvocationConfiguration);
        });
        return help;
    }
}
