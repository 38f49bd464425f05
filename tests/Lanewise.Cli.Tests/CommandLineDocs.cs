using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Lanewise.Cli.Options;
using Lanewise.Cli.Verbs;

namespace Lanewise.Cli.Tests;

/// <summary>Generates the reference of the command line from the command tree.</summary>
internal static partial class CommandLineDocs
{
    private const string Introduction =
        """
        # Command line

        This file is generated from the code; a test keeps it up to date ([contributing](../CONTRIBUTING.md)).

        From a clone, `lanewise` is `dotnet run -c Release --project src/Lanewise.Cli --`. Every verb has `--help`. Verbs with `--json`
        print exactly one JSON document on stdout; progress, notices and errors go to stderr.

        | exit code | meaning |
        |---|---|
        | 0 | the command completed |
        | 1 | the command failed; stderr has one line that says why |
        | 2 | the command line is invalid |
        | 130, 143, 129 | the command was stopped by Ctrl-C (SIGINT), SIGTERM or SIGHUP, after saving: 128 + the number of the signal |

        The first signal stops the command after the current step; a second Ctrl-C ends it at once. `~` is the home folder also behind
        `--option=` and `folder:`. `lanewise completion SHELL` prints a script that completes verbs, options and their values.

        | environment variable | meaning |
        |---|---|
        | `LANEWISE_DATA` | folder to search for datasets |
        | `LANEWISE_DEBUG` | with 1, errors include the stack trace |
        | `CI` | set, but not to 0 or false: no live progress, one line per epoch instead |
        | `NO_COLOR` | set: no colors |
        | `TERM` | with dumb: plain text |


        """;

    /// <summary>Generates the Markdown text.</summary>
    public static string Generate()
    {
        var text = new StringBuilder(Introduction.ReplaceLineEndings("\n"));
        var verbs = Verbs(CommandLine.CreateRoot()).ToArray();
        text.Append("| verb | |\n|---|---|\n");
        foreach (var (path, verb) in verbs)
        {
            text.Append(CultureInfo.InvariantCulture, $"| [`{path}`](#{Anchor(path)}) | {Cell(verb.Description!)} |\n");
        }

        foreach (var (path, verb) in verbs)
        {
            Append(text, path, verb);
        }

        return text.ToString();
    }

    private static IEnumerable<(string Path, Verb Verb)> Verbs(Command parent, string path = "lanewise") =>
        parent.Subcommands.OfType<Verb>().SelectMany(verb => Verbs(verb, $"{path} {verb.Name}").Prepend(($"{path} {verb.Name}", verb)));

    private static void Append(StringBuilder text, string path, Verb verb)
    {
        var options = verb.Options.Where(option => !option.Hidden).ToArray();
        string usage = string.Concat(verb.Arguments.Select(argument => " " + Usage(argument)));
        string verbs = verb.Arguments.Count == 0 && verb.Subcommands.Count > 0 ? " VERB" : "";
        string suffix = options.Length > 0 ? " [options]" : "";
        text.Append(CultureInfo.InvariantCulture, $"\n## {path}\n{verb.Description}\n\n```\n{path}{verbs}{usage}{suffix}\n```\n");
        if (verb.Arguments.Count > 0)
        {
            text.Append("\n| argument | default | |\n|---|---|---|\n");
            foreach (var argument in verb.Arguments)
            {
                var (description, defaultText) = Split(argument.Description!);
                text.Append(CultureInfo.InvariantCulture, $"| `{Cell(argument.Name)}` | {Cell(defaultText)} | {Cell(description)} |\n");
            }
        }

        foreach (var group in OptionGroups.Of(verb.Name, options))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n| {group.Heading.ToLowerInvariant()} | default | |\n|---|---|---|\n");
            foreach (var option in group.Options)
            {
                text.Append(Row(option));
            }
        }

        string examples = string.Join('\n', verb.Examples.Split('\n').Select(line => line.Trim()));
        text.Append(CultureInfo.InvariantCulture, $"\n```\n{examples}\n```\n");
    }

    private static string Usage(Argument argument)
    {
        string name = argument.Name + (argument.Arity.MaximumNumberOfValues > 1 ? "…" : "");
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    private static string Row(Option option)
    {
        var (description, defaultText) = Split(option.Description!);
        if (option.HasDefaultValue && option.ValueType != typeof(bool))
        {
            // The number of processors differs between machines.
            defaultText = option.Name == "--threads"
                ? "all processors"
                : Convert.ToString(option.GetDefaultValue(), CultureInfo.InvariantCulture)!;
        }

        string names = string.Join(", ", option.Aliases.Append(option.Name));
        string value = option.HelpName is { } helpName ? $" {helpName}" : "";
        return $"| `{names}{Cell(value)}` | {Cell(defaultText)} | {Cell(description)} |\n";
    }

    private static (string Description, string Default) Split(string description) =>
        DefaultSuffix().Match(description) is { Success: true } match
            ? (description[..match.Index], match.Groups["default"].Value)
            : (description, "");

    private static string Cell(string text) => text.Replace("|", "\\|");

    private static string Anchor(string path) => path.Replace(' ', '-');

    [GeneratedRegex(@" \[default: (?<default>.*)\]$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DefaultSuffix();
}
