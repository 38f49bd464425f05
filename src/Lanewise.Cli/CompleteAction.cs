using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using Lanewise.Cli.Common;

namespace Lanewise.Cli;

/// <summary>Prints how a command line can be continued, one word per line, for <c>lanewise "[suggest:POSITION]" "LINE"</c>.</summary>
/// <remarks>The action of System.CommandLine also prints words that merely contain the start of the word.</remarks>
internal sealed class CompleteAction(SuggestDirective directive) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    /// <summary>Returns whether a command line completes another, or prints the script for it.</summary>
    public static bool IsMeant(string[] arguments) =>
        arguments is ["completion", ..] or [['[', 's', 'u', 'g', 'g', 'e', 's', 't', ..], ..];

    public override int Invoke(ParseResult parseResult)
    {
        string line = parseResult.Tokens.LastOrDefault(token => token.Type != TokenType.Directive)?.Value ?? "";
        string? value = parseResult.GetResult(directive)?.Values is [var first, ..] ? first : null;
        bool hasPosition = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int given);
        int position = hasPosition ? Math.Min(given, line.Length) : line.Length;
        string before = line[..position];
        string word = before[(before.LastIndexOfAny([' ', '=']) + 1)..];
        // Separated by a space instead of =, the value of an option is completed like any word.
        string spaced = before.EndsWith("=" + word, StringComparison.Ordinal) ? $"{before[..^(word.Length + 1)]} {word}" : before;
        var candidates = CommandLine.ParseText(spaced).GetCompletions(spaced.Length)
            .Select(item => item.InsertText ?? item.Label)
            .Where(text => text.StartsWith(word, StringComparison.OrdinalIgnoreCase) && text[0] != '/')
            .Where(text => word.Length > 0 || text[0] != '-')
            .Distinct(StringComparer.Ordinal);
        foreach (string candidate in candidates)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(candidate);
        }

        return ExitCode.Done;
    }
}
