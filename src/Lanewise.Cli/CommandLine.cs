using System.CommandLine;
using System.CommandLine.Help;
using Lanewise.Cli.Common;
using Lanewise.Cli.Verbs;

namespace Lanewise.Cli;

/// <summary>Parses the command line, runs the verb and returns the exit code.</summary>
/// <remarks>
/// The folders of this project are layers; each uses only those before it in this list:
/// Common (JSON, names of enumeration values, exit codes, limits), Terminals (tables, progress, number formats),
/// Runs (run folders, training, explanations, studies), Options (options and their checks), Verbs (one file per verb),
/// and the files at the top (this class, help, error reporting, signals).
/// </remarks>
internal static class CommandLine
{
    private const string Examples =
        """
          lanewise train residual                   train on MNIST, or on built-in digits
          lanewise eval runs/residual-1             evaluate on the test set
          lanewise predict runs/residual-1 six.png  classify an image
          lanewise train --help                     show the options of a verb
        """;

    /// <summary>Runs the program.</summary>
    /// <param name="arguments">The command line, without the name of the program.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        ProgramInfo.CommandText = string.Join(' ', arguments.Select(Shell.Quote).Prepend("lanewise"));
        using var interrupts = new Interrupts();
        string command = "lanewise";
        try
        {
            var parse = Parse(RenamedOptions.Replace(arguments, Console.Error.WriteLine));
            command = UsageErrors.CommandPath(parse.CommandResult);
            if (UsageErrors.Report(parse))
            {
                return ExitCode.Usage;
            }

            // Interrupts handles signals: saving a run may take longer than the timeout of System.CommandLine.
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parse.InvokeAsync(configuration, interrupts.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            return Failures.Report(e, command);
        }
    }

    /// <summary>Parses a command line.</summary>
    public static ParseResult Parse(IReadOnlyList<string> arguments) =>
        // File names may begin with '@', so response files are disabled.
        CreateRoot().Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });

    /// <summary>Creates the command tree.</summary>
    public static RootCommand CreateRoot()
    {
        var root = new RootCommand("Train, evaluate and run image classifiers in pure C#.")
        {
            TrainVerb.Create(),
            EvalVerb.Create(),
            PredictVerb.Create(),
            ExplainVerb.Create(),
            ReportVerb.Create(),
            ConvertVerb.Create(),
            ModelsVerb.Create(),
            CostVerb.Create(),
            BenchVerb.Create(),
            DataVerb.Create(),
            DepthVerb.Create(),
            InfoVerb.Create(),
        };
        foreach (var option in root.Options)
        {
            switch (option)
            {
                case HelpOption { Action: HelpAction action } help:
                    help.Action = new HelpWithExamplesAction(action, Examples);
                    break;
                case VersionOption version:
                    version.Action = new VersionAction();
                    break;
            }
        }

        return root;
    }
}
