using System.CommandLine;
using System.CommandLine.Parsing;

namespace Lanewise.Cli;

/// <summary>Says in one line each what is wrong with the command line, and where help is.</summary>
internal static class UsageErrors
{
    /// <summary>Prints the errors to stderr; false if there are none, or if help, the version or completion was asked for.</summary>
    public static bool Report(ParseResult parse)
    {
        bool completes = parse.Tokens.Any(token => token.Type == TokenType.Directive);
        if (completes || parse.Action is ExampleHelp or PrintVersion)
        {
            return false;
        }

        string[] errors = [.. Find(parse).Distinct(StringComparer.Ordinal)];
        foreach (string error in errors)
        {
            Console.Error.WriteLine($"error: {error}");
        }

        if (errors.Length > 0)
        {
            Console.Error.WriteLine($"Try '{Path(parse.CommandResult)} --help'.");
        }

        return errors.Length > 0;
    }

    private static IEnumerable<string> Find(ParseResult parse)
    {
        var result = parse.CommandResult;
        if (Stray(parse) is { } word)
        {
            return [Explain(result, word)];
        }

        if (OnlyGroups(result.Command))
        {
            return [$"{Path(result)}: say what to do: {Names(result.Command.Subcommands)}."];
        }

        return parse.Errors.Select(error => error.Message.ReplaceLineEndings(" "));
    }

    /// <summary>A word that is no verb, option or argument; an option misspelt may have been taken for an argument.</summary>
    private static string? Stray(ParseResult parse)
    {
        var arguments = parse.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value);
        bool escaped = parse.Tokens.Any(t => t.Type == TokenType.DoubleDash);
        return parse.UnmatchedTokens.Concat(escaped ? [] : arguments).FirstOrDefault(IsOption) ?? (parse.UnmatchedTokens is [var first, ..] ? first : null);
    }

    private static string Explain(CommandResult result, string word)
    {
        if (IsOption(word))
        {
            // The dashes are left out, or all short names would look alike.
            string? nearest = NearestName.Find(word.Split('=')[0].TrimStart('-'), result.Command.Options.Select(o => o.Name.TrimStart('-')));
            return $"{Path(result)} has no option '{word}'{(nearest is null ? "." : $"; did you mean '--{nearest}'?")}";
        }

        return OnlyGroups(result.Command)
            ? $"{Path(result)} has no verb '{word}'; there are {Names(result.Command.Subcommands)}{NearestName.Question(word, result.Command.Subcommands.Select(c => c.Name))}"
            : $"{Path(result)}: '{word}' is one argument too many.";
    }

    /// <summary>Whether a command does nothing itself.</summary>
    private static bool OnlyGroups(Command command) => command.Subcommands.Count > 0 && command.Arguments.Count == 0;

    private static bool IsOption(string word) => word.Length > 1 && word[0] == '-';

    private static string Names(IEnumerable<Command> commands) => string.Join(", ", commands.Select(c => c.Name));

    /// <summary>A command as it is called, for example <c>lanewise data list</c>.</summary>
    public static string Path(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "lanewise";
}
