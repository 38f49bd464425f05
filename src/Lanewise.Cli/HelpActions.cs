using System.CommandLine;
using System.CommandLine.Invocation;
using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;
using Lanewise.Cli.Verbs;
using Lanewise.Workflows;

namespace Lanewise.Cli;

/// <summary>Prints the help of a command.</summary>
internal sealed class PrintHelpAction : SynchronousCommandLineAction
{
    private const string RootExamples =
        """
          lanewise train residual                   train on MNIST, or on built-in digits
          lanewise eval runs/residual-1             evaluate on the test set
          lanewise predict runs/residual-1 six.png  classify an image
          lanewise help train                       show the options of a verb
        """;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var result = parseResult.CommandResult;
        var recursive = parseResult.RootCommandResult.Command.Options.Where(option => option.Recursive);
        string page = HelpPage.Format(
            result.Command,
            UsageErrors.CommandPath(result),
            result.Command.Options.Union(recursive),
            result.Command is Verb verb ? verb.Examples : RootExamples,
            Terminal.TextWidth);
        parseResult.InvocationConfiguration.Output.Write(page);
        return ExitCode.Done;
    }
}

/// <summary>Prints the version alone, for scripts.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(ProductInfo.Version);
        return ExitCode.Done;
    }
}
