using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;
using Lanewise.Cli.Verbs;
using Lanewise.Engine;
using Lanewise.Workflows;

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
    // File names may begin with '@', so response files are disabled.
    private static ParserConfiguration Configuration => new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs the program.</summary>
    /// <param name="arguments">The command line, without the name of the program.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        ProductInfo.CommandText = string.Join(' ', arguments.Select(Shell.Quote).Prepend("lanewise"));
        using var interrupts = new Interrupts();
        string command = "lanewise";
        try
        {
            var parse = Parse(HomeFolder.Expand(RenamedOptions.Replace(arguments, Terminal.Notice)));
            if (UsageErrors.IsGroup(parse.CommandResult.Command) && parse.Tokens.All(token => token.Type == TokenType.Command))
            {
                parse = Parse([.. arguments, "--help"]);
            }

            command = UsageErrors.CommandPath(parse.CommandResult);
            if (UsageErrors.Report(parse))
            {
                return ExitCode.Usage;
            }

            if (!CompleteAction.IsMeant(arguments) && Processor.LanesNotice is { } notice)
            {
                Terminal.Notice($"note: {notice}");
            }

            // Interrupts handles signals: saving a run may take longer than the timeout of System.CommandLine.
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            interrupts.Prepare(parse);
            int code = await parse.InvokeAsync(configuration, interrupts.Token).ConfigureAwait(false);
            return code == ExitCode.Interrupted ? interrupts.ExitCode : code;
        }
        catch (Exception e)
        {
            int code = Failures.Report(e, command);
            return code == ExitCode.Interrupted ? interrupts.ExitCode : code;
        }
    }

    /// <summary>Parses a command line.</summary>
    public static ParseResult Parse(IReadOnlyList<string> arguments) => CreateRoot().Parse(arguments, Configuration);

    /// <summary>Parses a command line that is one text, as for completion.</summary>
    public static ParseResult ParseText(string commandLine) => CreateRoot().Parse(commandLine, Configuration);

    /// <summary>Creates the command tree.</summary>
    public static RootCommand CreateRoot()
    {
        var root = new RootCommand("Train, evaluate and run image classifiers in pure C#.")
        {
            TrainVerb.Create(),
            FitVerb.Create(),
            FindLearningRateVerb.Create(),
            EvalVerb.Create(),
            PredictVerb.Create(),
            ExplainVerb.Create(),
            EmbedVerb.Create(),
            ReportVerb.Create(),
            VerifyVerb.Create(),
            ExportVerb.Create(),
            ConvertVerb.Create(),
            ModelsVerb.Create(),
            RecipesVerb.Create(),
            CostVerb.Create(),
            PlanVerb.Create(),
            BenchVerb.Create(),
            DataVerb.Create(),
            WeightsVerb.Create(),
            DepthVerb.Create(),
            InfoVerb.Create(),
        };
        root.Add(CompletionVerb.Create());
        root.Add(HelpVerb.Create(root));
        foreach (var option in root.Options)
        {
            switch (option)
            {
                case HelpOption help:
                    (help.Description, help.Action) = ("Show this help.", new PrintHelpAction());
                    break;
                case VersionOption version:
                    (version.Description, version.Action) = ("Show the version.", new VersionAction());
                    break;
            }
        }

        foreach (var directive in root.Directives.OfType<SuggestDirective>())
        {
            directive.Action = new CompleteAction(directive);
        }

        return root;
    }
}
