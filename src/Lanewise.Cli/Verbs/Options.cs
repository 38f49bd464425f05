using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Lanewise.Data;
using Lanewise.Engine;
using Lanewise.Models;

namespace Lanewise.Cli.Verbs;

/// <summary>Options and arguments that verbs share, and the makers of those that check their values while they are parsed.</summary>
internal static class Options
{
    /// <summary>The most threads that may be asked for.</summary>
    public const int MaxThreads = 256;

    /// <summary>The largest batch that may be asked for.</summary>
    public const int LargestBatch = 65_536;

    /// <summary>The most epochs that may be asked for.</summary>
    public const int MaxEpochs = 1_000_000;

    /// <summary>The names that may stand for a model.</summary>
    public static string[] ModelNames { get; } = [.. ModelCatalog.All.Select(model => model.Name)];

    private static string[] DatasetNames { get; } = [.. DatasetCatalog.All.Select(entry => entry.Name)];

    public static Option<bool> Json() => new("--json") { Description = "Print exactly one JSON document on stdout." };

    public static Option<string?> Dataset(string description)
    {
        var option = Text("--dataset", "NAME", description, CheckDataset);
        option.CompletionSources.Add(DatasetNames);
        return option;
    }

    public static Option<CorruptImagePolicy?> OnCorrupt() => Choice(
        "--on-corrupt", "policy", CorruptImagePolicy.Error,
        "Handling of images in a folder that cannot be decoded, error (name the image and stop when it is read) or skip (decode all at the start, name the corrupt ones and leave them out)");

    public static Option<string?> DataDir() => Text("--data-dir", "FOLDER", "The folder that holds the datasets; no other is searched then.");

    public static Option<string?> Model(string description = "Which model the weights are of; needed for a file that Lanewise did not write.")
    {
        var option = Text("--model", "MODEL", description, name => ModelCatalog.Find(name).Name);
        option.CompletionSources.Add(ModelNames);
        return option;
    }

    public static Option<int> Threads(string description = "Threads; the result does not depend on them.") =>
        WholeNumber("--threads", Environment.ProcessorCount, 1, MaxThreads, description);

    /// <summary>The algorithms that users choose among; the library's third forces what auto would not take.</summary>
    public static Option<Conv2dAlgorithm?> Algorithm() => Choice(
        "--algorithm", "algorithm", Conv2dAlgorithm.Auto,
        "How convolutions are computed, by layer as the plan sees fit or all as the exact textbook sum", Conv2dAlgorithm.Auto, Conv2dAlgorithm.Direct);

    public static Option<int> BatchSize(int ordinary, string description)
    {
        var option = WholeNumber("--batch-size", ordinary, 1, LargestBatch, description);
        option.Aliases.Add("-b");
        return option;
    }

    public static Argument<string> Checkpoint() => new("CHECKPOINT")
    {
        Description = "A run folder, or a file of weights (.safetensors, .pt, .pth, .th).",
        CustomParser = result => ParseText(result, "CHECKPOINT", null),
    };

    public static Argument<string> DatasetName() => new("NAME")
    {
        Description = $"The dataset: {string.Join(", ", DatasetNames)}.",
        HelpName = "NAME",
        CompletionSources = { DatasetNames },
        CustomParser = result => ParseText(result, "NAME", name => DatasetCatalog.Find(name).Name),
    };

    public static Option<int> WholeNumber(string name, int ordinary, int least, int most, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => ordinary,
        CustomParser = result => ParseWhole(result, name, least, most),
    };

    /// <summary>A limit: absent, or at least 1.</summary>
    public static Option<int?> Limit(string name, string description) => Limit(name, int.MaxValue, description);

    /// <summary>A number that may be absent, or lies between 1 and <paramref name="most"/>.</summary>
    public static Option<int?> Limit(string name, int most, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => ParseWhole(result, name, 1, most),
    };

    /// <summary>A number that a float can hold: absent, or accepted.</summary>
    public static Option<double?> Number(string name, Func<double, bool> accepts, string expected, string description) => new(name)
    {
        Description = description,
        HelpName = "X",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            // Accepted as the float that it will be: 1e-60 is no positive one.
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && float.IsFinite((float)value) && accepts((float)value))
            {
                return value;
            }

            result.AddError($"{name} {text}: expected {expected}.");
            return null;
        },
    };

    /// <summary>One of an enumeration's words, or none.</summary>
    /// <param name="name">The option.</param>
    /// <param name="kind">What the message calls the thing that is chosen.</param>
    /// <param name="ordinary">What is meant by none, for help.</param>
    /// <param name="description">For help; the words are added.</param>
    /// <param name="among">The values to choose among; all if none is named.</param>
    public static Option<T?> Choice<T>(string name, string kind, T ordinary, string description, params T[] among)
        where T : struct, Enum
    {
        string[] words = among.Length == 0 ? Word.All<T>() : [.. among.Select(Word.Of)];
        return new(name)
        {
            Description = $"{description}: {string.Join(", ", words)}; {Word.Of(ordinary)} if not given.",
            HelpName = "NAME",
            CompletionSources = { words },
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (Word.Find<T>(text) is { } value && words.Contains(Word.Of(value)))
                {
                    return value;
                }

                result.AddError($"There is no {kind} '{text}'; there are {string.Join(", ", words)}{NearestName.Question(text, words)}");
                return null;
            },
        };
    }

    /// <summary>A word, checked and perhaps put into its usual spelling.</summary>
    /// <param name="name">The option.</param>
    /// <param name="value">What help calls its value.</param>
    /// <param name="description">For help.</param>
    /// <param name="check">Returns the word, or throws the message that refuses it; null to refuse only the empty word.</param>
    public static Option<string?> Text(string name, string value, string description, Func<string, string>? check = null) => new(name)
    {
        Description = description,
        HelpName = value,
        CustomParser = result => ParseText(result, name, check),
    };

    /// <summary>Checks a word of the command line; a refusal becomes a usage error.</summary>
    public static string? ParseText(ArgumentResult result, string name, Func<string, string>? check)
    {
        string text = result.Tokens[0].Value;
        if (string.IsNullOrWhiteSpace(text))
        {
            result.AddError($"{name}: its value is empty.");
            return null;
        }

        try
        {
            return check is null ? text : check(text);
        }
        catch (LanewiseException e)
        {
            result.AddError(Advice.Explain(e));
            return null;
        }
    }

    /// <summary>Checks words of the command line, none of which may be empty.</summary>
    public static string[] ParseTexts(ArgumentResult result, string name)
    {
        string[] texts = [.. result.Tokens.Select(token => token.Value)];
        if (texts.Any(string.IsNullOrWhiteSpace))
        {
            result.AddError($"{name}: its value is empty.");
        }

        return texts;
    }

    /// <summary>Whether the user wrote the option.</summary>
    public static bool IsGiven(this ParseResult parse, Option option) => parse.GetResult(option) is { Implicit: false };

    /// <summary>Refuses an option that contradicts the run to resume.</summary>
    /// <exception cref="UsageException">It is given, with another value than the run's.</exception>
    public static void RequireSame<T>(ParseResult parse, Option<T> option, T earlier) => RequireSame(parse, option, parse.GetValue(option), earlier);

    /// <summary>As above, with the values as a user writes them.</summary>
    public static void RequireSame<T>(ParseResult parse, Option option, T now, T earlier)
    {
        if (parse.IsGiven(option) && !EqualityComparer<T>.Default.Equals(now, earlier))
        {
            throw new UsageException(FormattableString.Invariant(
                $"{option.Name} {now}: the run to resume has {(earlier is null ? "none" : earlier)}; leave the option out, or train anew."));
        }
    }

    // A path is kept in full: a run may be resumed and a model evaluated from another folder.
    private static string CheckDataset(string name) =>
        !name.StartsWith(ImageFolder.Prefix, StringComparison.Ordinal) ? DatasetCatalog.Find(name).Name
        : name.Length > ImageFolder.Prefix.Length ? ImageFolder.Prefix + Path.GetFullPath(name[ImageFolder.Prefix.Length..])
        : throw new LanewiseException($"--dataset {name}: name the folder, as in {name}PATH.");

    /// <summary>Checks a whole number of the command line.</summary>
    public static int ParseWhole(ArgumentResult result, string name, int least, int most)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most)
        {
            return value;
        }

        string range = most == int.MaxValue ? $"of at least {least}" : $"from {least} to {most}";
        result.AddError($"{name} {text}: expected a whole number {(least == int.MinValue ? $"of 32 bits" : range)}.");
        return default;
    }
}
