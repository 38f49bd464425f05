using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Lanewise.Cli.Common;
using Lanewise.Cli.Verbs;

namespace Lanewise.Cli;

/// <summary>Prints the help of a command, followed by its examples.</summary>
internal sealed class HelpWithExamplesAction(HelpAction help, string rootExamples) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        HideArgumentsOfParents(parseResult.CommandResult);
        int result = help.Invoke(parseResult);
        string? examples = parseResult.CommandResult.Command switch
        {
            Verb verb => verb.Examples,
            RootCommand => rootExamples,
            _ => null,
        };
        if (examples is not null)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            output.WriteLine(examples);
        }

        return result;
    }

    /// <summary>Hides the arguments of parent commands, which a subcommand does not take.</summary>
    private static void HideArgumentsOfParents(CommandResult result)
    {
        for (var parent = result.Parent as CommandResult; parent is not null; parent = parent.Parent as CommandResult)
        {
            foreach (var argument in parent.Command.Arguments)
            {
                argument.Hidden = true;
            }
        }
    }
}

/// <summary>Prints the version alone, for scripts.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(ProgramInfo.Version);
        return ExitCode.Done;
    }
}
