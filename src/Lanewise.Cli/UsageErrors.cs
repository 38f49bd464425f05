using System.CommandLine;
using System.CommandLine.Parsing;
using Lanewise.Cli.Terminals;

namespace Lanewise.Cli;

/// <summary>Reports errors in the command line: one line, with a hint at the help.</summary>
internal static class UsageErrors
{
    /// <summary>Prints the first error to stderr.</summary>
    /// <returns>False if there is none, or if help, the version or completions were requested.</returns>
    public static bool Report(ParseResult parse)
    {
        bool completes = parse.Tokens.Any(token => token.Type == TokenType.Directive);
        if (completes || parse.Action is VersionAction)
        {
            return false;
        }

        if (Find(parse) is not { } error)
        {
            return false;
        }

        Terminal.Notice($"error: {error}");
        Terminal.Notice($"Try '{CommandPath(parse.CommandResult)} --help'.");
        return true;
    }

    /// <summary>Gets the full name of a command, for example <c>lanewise data list</c>.</summary>
    public static string CommandPath(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{CommandPath(parent)} {result.Command.Name}" : "lanewise";

    private static string? Find(ParseResult parse)
    {
        var result = parse.CommandResult;
        if (parse.Action is PrintHelpAction)
        {
            // Help of a verb that does not exist; other errors do not matter.
            return IsGroup(result.Command) && parse.UnmatchedTokens is [var word, ..] ? Explain(result, word) : null;
        }

        return FindUnexpectedToken(parse) is { } token ? Explain(result, token)
            : IsGroup(result.Command) ? $"{CommandPath(result)}: specify a verb; there are {Names(result.Command.Subcommands)}."
            : FindMissingArguments(result) ?? FindMisusedOption(result)
                ?? (parse.Errors is [var error, ..] ? error.Message.ReplaceLineEndings(" ") : null);
    }

    private static string? FindMissingArguments(CommandResult result)
    {
        string[] missing =
        [
            .. result.Command.Arguments
                .Where(a => a.Arity.MinimumNumberOfValues > 0 && result.GetResult(a) is null or { Tokens.Count: 0 })
                .Select(a => a.Name),
        ];
        return missing.Length == 0 ? null
            : $"{CommandPath(result)}: {string.Join(" and ", missing)} {(missing.Length == 1 ? "is" : "are")} missing.";
    }

    /// <summary>Finds an option without a value or given twice; the messages of System.CommandLine differ by language.</summary>
    private static string? FindMisusedOption(CommandResult result) => result.Children.OfType<OptionResult>()
        .Where(o => !o.Implicit && o.Option.Arity.MinimumNumberOfValues > 0)
        .Select(o => o switch
        {
            { Tokens.Count: 0 } => $"{o.Option.Name}: the value is missing; expected {o.Option.HelpName}.",
            { IdentifierTokenCount: > 1 } => $"{o.Option.Name}: the option is repeated; specify it once.",
            _ => null,
        })
        .FirstOrDefault(text => text is not null);

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

        string[] verbs = [.. result.Command.Subcommands.Select(c => c.Name)];
        return IsGroup(result.Command)
            ? $"{CommandPath(result)} has no verb '{token}'{NearestName.Choices(token, verbs)}"
            : $"{CommandPath(result)}: unexpected argument '{token}'.";
    }

    /// <summary>Returns whether a command only groups subcommands.</summary>
    public static bool IsGroup(Command command) => command.Subcommands.Count > 0 && command.Arguments.Count == 0;

    private static bool IsOption(string token) => token.Length > 1 && token[0] == '-';

    private static string Names(IEnumerable<Command> commands) => string.Join(", ", commands.Select(c => c.Name));
}
