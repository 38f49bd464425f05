using System.CommandLine;
using System.CommandLine.Help;
using Lanewise.Cli.Verbs;

namespace Lanewise.Cli;

/// <summary>The program: its verbs, and how it is run from arguments to an exit code.</summary>
internal static class CommandLine
{
    private const string Examples =
        """
          lanewise train residual                   train on MNIST, or on built-in digits
          lanewise eval runs/residual-1             how good it became, class by class
          lanewise predict runs/residual-1 six.png  what is on an image
          lanewise train --help                     all about one verb
        """;

    /// <summary>Lanewise's version.</summary>
    public static string Version { get; } = typeof(CommandLine).Assembly.GetName().Version!.ToString(3);

    /// <summary>The command as it was given.</summary>
    public static string Text { get; private set; } = "lanewise";

    /// <summary>Parses and runs.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        Text = string.Join(' ', arguments.Select(Quote).Prepend("lanewise"));
        using var interrupts = new Interrupts();
        string command = "lanewise";
        try
        {
            var parse = Parse(RenamedOptions.Replace(arguments, Console.Error.WriteLine));
            command = UsageErrors.Path(parse.CommandResult);
            if (UsageErrors.Report(parse))
            {
                return ExitCode.Usage;
            }

            // The signals are ours: saving may take longer than System.CommandLine would wait.
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parse.InvokeAsync(configuration, interrupts.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            return Failures.Report(e, command);
        }
    }

    /// <summary>What the arguments mean.</summary>
    public static ParseResult Parse(IReadOnlyList<string> arguments) =>
        // A file name may begin with '@'; nobody asked for response files.
        CreateRoot().Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });

    /// <summary>A word as a shell takes it.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || "-_./:=,+@%".Contains(c)) ? word : $"'{word.Replace("'", "'\\''")}'";

    private static RootCommand CreateRoot()
    {
        var root = new RootCommand("Lanewise: deep learning for images in pure C#. Trains, evaluates and runs image classifiers.")
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
                    help.Action = new ExampleHelp(action, Examples);
                    break;
                case VersionOption version:
                    version.Action = new PrintVersion();
                    break;
            }
        }

        return root;
    }
}
