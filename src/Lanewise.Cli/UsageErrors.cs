using System.CommandLine;
using System.CommandLine.Parsing;

namespace Lanewise.Cli;

/// <summary>Reports errors in the command line, one line each, with a hint at the help.</summary>
internal static class UsageErrors
{
    /// <summary>Prints the errors to stderr.</summary>
    /// <returns>False if there are none, or if help, the version or completions were requested.</returns>
    public static bool Report(ParseResult parse)
    {
        bool completes = parse.Tokens.Any(token => token.Type == TokenType.Directive);
        if (completes || parse.Action is HelpWithExamplesAction or VersionAction)
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
            Console.Error.WriteLine($"Try '{CommandPath(parse.CommandResult)} --help'.");
        }

        return errors.Length > 0;
    }

    /// <summary>Gets the full name of a command, for example <c>lanewise data list</c>.</summary>
    public static string CommandPath(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{CommandPath(parent)} {result.Command.Name}" : "lanewise";

    private static IEnumerable<string> Find(ParseResult parse)
    {
        var result = parse.CommandResult;
        if (FindUnexpectedToken(parse) is { } token)
        {
            return [Explain(result, token)];
        }

        if (IsGroup(result.Command))
        {
            return [$"{CommandPath(result)}: specify a verb: {Names(result.Command.Subcommands)}."];
        }

        return parse.Errors.Select(error => error.Message.ReplaceLineEndings(" "));
    }

    /// <summary>Finds a token that is not a verb, option or argument; misspelt options may have been parsed as arguments.</summary>
    private static string? FindUnexpectedToken(ParseResult parse)
    {
        var arguments = parse.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value);
        bool escaped = parse.Tokens.Any(t => t.Type == TokenType.DoubleDash);
        return parse.UnmatchedTokens.Concat(escaped ? [] : arguments).FirstOrDefault(IsOption)
            ?? (parse.UnmatchedTokens is [var first, ..] ? first : null);
    }

    private static string Explain(CommandResult result, string token)
    {
        if (IsOption(token))
        {
            // Compared without dashes, which would make all short names similar.
            string name = token.Split('=')[0].TrimStart('-');
            string? nearest = NearestName.Find(name, result.Command.Options.Select(o => o.Name.TrimStart('-')));
            return $"{CommandPath(result)} has no option '{token}'{(nearest is null ? "." : $"; did you mean '--{nearest}'?")}";
        }

        var verbs = result.Command.Subcommands;
        string question = NearestName.Question(token, verbs.Select(c => c.Name));
        return IsGroup(result.Command)
            ? $"{CommandPath(result)} has no verb '{token}'; there are {Names(verbs)}{question}"
            : $"{CommandPath(result)}: unexpected argument '{token}'.";
    }

    /// <summary>Returns whether a command only groups subcommands.</summary>
    private static bool IsGroup(Command command) => command.Subcommands.Count > 0 && command.Arguments.Count == 0;

    private static bool IsOption(string token) => token.Length > 1 && token[0] == '-';

    private static string Names(IEnumerable<Command> commands) => string.Join(", ", commands.Select(c => c.Name));
}
