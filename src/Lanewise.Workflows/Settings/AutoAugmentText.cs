using System.Globalization;

namespace Lanewise.Workflows;

/// <summary>Automatic augmentation in timm's notation, such as <c>rand-m9-n2-mstd0.5</c>.</summary>
internal static class AutoAugmentText
{
    /// <summary>The text for none.</summary>
    public const string None = "none";

    private const string Trivial = "trivial", Rand = "rand";
    private const string Example = "rand-m9-n2-mstd0.5";

    /// <summary>Gets values for completion.</summary>
    public static string[] Choices { get; } = [None, Trivial, Example];

    /// <summary>Checks a text and returns it in lower case.</summary>
    /// <exception cref="LanewiseException">It is no automatic augmentation.</exception>
    public static string Check(string text)
    {
        string lower = text.ToLowerInvariant();
        _ = Parse(lower);
        return lower;
    }

    /// <summary>Reads a text; null for none.</summary>
    /// <exception cref="LanewiseException">It is no automatic augmentation.</exception>
    public static RandomTransform? Parse(string text)
    {
        string[] parts = text.Split('-');
        return (parts[0], parts.Length) switch
        {
            (None, 1) => null,
            (Trivial, 1) => new TrivialAugmentWide(),
            (Rand, _) => ParseRand(text, parts),
            _ => throw new LanewiseException(
                $"there is no automatic augmentation '{Excerpt.Of(text)}'; there are {None}, {Trivial} and {Rand} with its values, "
                + $"for example {Example}."),
        };
    }

    private static RandAugment ParseRand(string text, string[] parts)
    {
        // What is not said is as in timm.
        var rand = new RandAugment { Magnitude = 10, MagnitudeStd = 0 };
        foreach (string part in parts.Skip(1))
        {
            int digits = part.AsSpan().IndexOfAnyInRange('0', '9');
            string key = part[..Math.Max(digits, 0)];
            if (!double.TryParse(part.AsSpan(key.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value))
            {
                throw Unknown(text, part);
            }

            rand = key switch
            {
                "m" => rand with { Magnitude = value },
                "n" when value == (int)value => rand with { NumOps = (int)value },
                "mstd" => rand with { MagnitudeStd = value },
                "inc" when value is 0 or 1 => rand with { Increasing = value == 1 },
                "p" => rand with { P = value },
                _ => throw Unknown(text, part),
            };
        }

        new Augmentation(rand).Check();
        return rand;
    }

    private static LanewiseException Unknown(string text, string part) => new(
        $"{Excerpt.Of(text)}: '{Excerpt.Of(part)}' is not known; expected m (magnitude, 0 to 10), n (number of operations), mstd (standard "
        + $"deviation of the magnitude), inc0 or inc1 (operations that become stronger) and p (probability), for example {Example}.");
}
