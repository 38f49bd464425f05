using System.CommandLine;
using Lanewise.Cli.Common;

namespace Lanewise.Cli.Options;

/// <summary>Checks that options given with <c>--resume</c> agree with the run to resume.</summary>
internal static class ResumeChecks
{
    /// <summary>Returns whether an option is on the command line.</summary>
    public static bool IsGiven(this ParseResult parse, Option option) => parse.GetResult(option) is { Implicit: false };

    /// <summary>Checks that an option, if given, has the same value as in the run to resume.</summary>
    /// <exception cref="UsageException">The value differs.</exception>
    public static void RequireSame<T>(ParseResult parse, Option<T> option, T earlier) =>
        RequireSame(parse, option, parse.GetValue(option), earlier);

    /// <summary>Checks that an option, if given, has the same value as in the run to resume, both values as the user writes them.</summary>
    /// <exception cref="UsageException">The value differs.</exception>
    public static void RequireSame<T>(ParseResult parse, Option option, T now, T earlier)
    {
        if (parse.IsGiven(option) && !EqualityComparer<T>.Default.Equals(now, earlier))
        {
            throw new UsageException(FormattableString.Invariant(
                $"{option.Name} {now}: the run to resume has {(earlier is null ? "none" : earlier)}; omit the option or start a new run."));
        }
    }
}
