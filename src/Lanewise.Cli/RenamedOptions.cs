namespace Lanewise.Cli;

/// <summary>Translates options from the names of earlier versions, which are still accepted but hidden from help.</summary>
internal static class RenamedOptions
{
    private static readonly RenamedOption[] All =
    [
        new("--on-bad-picture", "--on-corrupt", new(StringComparer.OrdinalIgnoreCase) { ["refuse"] = "error" }),
        new("--classes-from", "--labels", []),
    ];

    /// <summary>Replaces old names and values by the current ones, up to a <c>--</c>.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="notices">Receives one line for each replaced option.</param>
    public static string[] Replace(IReadOnlyList<string> arguments, Action<string> notices)
    {
        var replaced = new List<string>(arguments.Count);
        RenamedOption? pending = null;
        bool ended = false;
        foreach (string argument in arguments)
        {
            ended |= argument == "--";
            string[] parts = argument.Split(['=', ':'], 2);
            if (pending is not null)
            {
                replaced.Add(pending.ValueOf(argument));
                pending = null;
            }
            else if (!ended && Array.Find(All, option => option.OldName == parts[0]) is { } renamed)
            {
                notices($"{renamed.OldName} is now {renamed.Name}{renamed.ChangedValues}.");
                pending = parts.Length == 1 ? renamed : null;
                replaced.Add(parts.Length == 1 ? renamed.Name : $"{renamed.Name}={renamed.ValueOf(parts[1])}");
            }
            else
            {
                replaced.Add(argument);
            }
        }

        return [.. replaced];
    }

    private sealed record RenamedOption(string OldName, string Name, Dictionary<string, string> Values)
    {
        public string ChangedValues => string.Concat(Values.Select(value => $", '{value.Key}' is now '{value.Value}'"));

        public string ValueOf(string value) => Values.GetValueOrDefault(value, value);
    }
}
