namespace Lanewise.Cli;

/// <summary>Replaces <c>~</c> by the home folder where shells do not: behind a prefix, as in <c>--output=~/runs</c>.</summary>
internal static class HomeFolder
{
    private static readonly string[] Prefixes = ["folder:", "csv:", "idx:", "npz:"];

    /// <summary>Replaces <c>~</c> and <c>~/…</c> at the start of arguments, of values of options and of paths of folders.</summary>
    public static string[] Expand(IReadOnlyList<string> arguments)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return [.. arguments.Select(argument => home.Length == 0 ? argument : Expand(argument, home))];
    }

    private static string Expand(string argument, string home)
    {
        int start = 0;
        if (argument.StartsWith('-') && argument.IndexOfAny(['=', ':']) is var separator and > 0)
        {
            start = separator + 1;
        }

        start += Array.Find(Prefixes, prefix => argument.AsSpan(start).StartsWith(prefix, StringComparison.Ordinal))?.Length ?? 0;

        return argument.AsSpan(start) is "~" || argument.AsSpan(start).StartsWith("~/", StringComparison.Ordinal)
            ? string.Concat(argument.AsSpan(0, start), home, argument.AsSpan(start + 1))
            : argument;
    }
}
