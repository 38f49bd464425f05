using System.CommandLine;
using System.Globalization;
using System.Text;
using Lanewise.Cli.Options;
using Lanewise.Cli.Terminals;

namespace Lanewise.Cli;

/// <summary>Formats the help of a command for a width.</summary>
internal sealed class HelpPage
{
    private const string Indent = "  ";
    private const int Gap = 2;
    private const int ContinuationIndent = 4;

    private readonly StringBuilder _text = new();
    private readonly Command _command;
    private readonly string _path;
    private readonly int _width;

    private HelpPage(Command command, string path, int width) => (_command, _path, _width) = (command, path, width);

    /// <summary>Formats a help page.</summary>
    /// <param name="command">The command.</param>
    /// <param name="path">The full name of the command, for example <c>lanewise data list</c>.</param>
    /// <param name="options">The options of the command, with inherited ones.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="width">The maximum width of the lines.</param>
    public static string Format(Command command, string path, IEnumerable<Option> options, string examples, int width)
    {
        var page = new HelpPage(command, path, width);
        page.AddDescription();
        page.AddUsage();
        page.AddRows("Arguments", command.Arguments.Where(a => !a.Hidden).Select(a => (a.Name, a.Description ?? "")));
        page.AddRows("Verbs", command.Subcommands.Where(c => !c.Hidden).Select(c => (Usage(c), FirstSentence(c.Description ?? ""))));
        foreach (var group in OptionGroups.Of(command.Name, options))
        {
            page.AddRows(group.Heading, group.Options.Select(option => (Label(option), Description(option))));
        }

        page.AddExamples(examples);
        return page._text.ToString();
    }

    /// <summary>Gets the name of a command with its arguments.</summary>
    public static string Usage(Command command) => command.Name + Arguments(command);

    /// <summary>Gets the names of an option with its value.</summary>
    public static string Label(Option option)
    {
        // Names for Windows, such as /h, are accepted but not shown.
        string names = string.Join(", ", option.Aliases.Append(option.Name).Where(n => n[0] == '-').OrderBy(n => n.Length));
        return option.HelpName is { } value ? $"{names} {value}" : names;
    }

    private static string Arguments(Command command)
    {
        string arguments = string.Concat(command.Arguments.Where(a => !a.Hidden).Select(a => " " + Usage(a)));
        return command.Arguments.Count == 0 && command.Subcommands.Count > 0 ? " VERB" : arguments;
    }

    private static string Usage(Argument argument)
    {
        string name = argument.Name + (argument.Arity.MaximumNumberOfValues > 1 ? "…" : "");
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    private static string Description(Option option)
    {
        string description = option.Description ?? "";
        return option.HasDefaultValue && option.ValueType != typeof(bool)
            ? $"{description} [default: {Convert.ToString(option.GetDefaultValue(), CultureInfo.InvariantCulture)}]"
            : description;
    }

    private static string FirstSentence(string text) =>
        text.IndexOf(". ", StringComparison.Ordinal) is var end and >= 0 ? text[..(end + 1)] : text;

    private void AddDescription()
    {
        foreach (string line in TextWrap.Lines(_command.Description ?? "", _width))
        {
            _text.AppendLine(line);
        }
    }

    private void AddUsage()
    {
        _text.AppendLine().AppendLine("Usage:");
        AddCommand($"{_path}{Arguments(_command)} [options]");
    }

    private void AddRows(string heading, IEnumerable<(string Label, string Text)> rows)
    {
        var all = rows.ToArray();
        if (all.Length == 0)
        {
            return;
        }

        _text.AppendLine().Append(heading).AppendLine(":");
        // A longer label stands on a line of its own.
        int column = Math.Min(all.Max(row => row.Label.Length), Math.Max(_width / 3 - Gap - Indent.Length, 0)) + Gap;
        foreach (var (label, text) in all)
        {
            string[] lines = [.. TextWrap.Lines(text, _width - Indent.Length - column)];
            bool fits = label.Length + Gap <= column;
            _text.Append(Indent).AppendLine(fits ? label.PadRight(column) + lines[0] : label);
            foreach (string line in fits ? lines[1..] : lines)
            {
                _text.Append(Indent).Append(' ', column).AppendLine(line);
            }
        }
    }

    private void AddExamples(string examples)
    {
        _text.AppendLine().AppendLine("Examples:");
        foreach (string line in examples.Split('\n'))
        {
            string example = line.Trim();
            int comment = example.IndexOf("  ", StringComparison.Ordinal);
            if (Indent.Length + example.Length <= _width || comment < 0)
            {
                AddCommand(example);
                continue;
            }

            AddCommand(example[..comment]);
            foreach (string explanation in TextWrap.Lines(example[comment..], _width - 2 * ContinuationIndent))
            {
                _text.Append(' ', 2 * ContinuationIndent).AppendLine(explanation);
            }
        }
    }

    private void AddCommand(string command)
    {
        foreach (string line in TextWrap.Command(command, _width - Indent.Length, ContinuationIndent))
        {
            _text.Append(Indent).AppendLine(line);
        }
    }
}
