using System.Globalization;

namespace Lanewise.Files;

/// <summary>How training and validation images were divided, in a model card: which images the model has not seen.</summary>
internal static class ValidationMetadata
{
    private const string Split = "val_split", Seed = "val_split_seed", GroupBy = "group_by";

    /// <summary>Writes the division.</summary>
    public static void Write(ValidationSplit split, Action<string, string> set)
    {
        set(Split, split.ToString());
        if (split.Fraction is not null)
        {
            set(Seed, split.Seed.ToString(CultureInfo.InvariantCulture));
        }

        if (split.GroupBy is { } group)
        {
            set(GroupBy, group);
        }
    }

    /// <summary>Reads the division; null if there is none.</summary>
    /// <exception cref="ModelFormatException">A value is malformed.</exception>
    public static ValidationSplit? Read(CardValues values)
    {
        if (values.Find(Split) is not { Length: > 0 } text)
        {
            return null;
        }

        int seed = 1;
        if (values.Find(Seed) is { } number && !int.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out seed))
        {
            throw values.Refuse(Seed, "is not a whole number");
        }

        try
        {
            return ValidationSplit.Parse(text) with { Seed = seed, GroupBy = values.Find(GroupBy) };
        }
        catch (FormatException e)
        {
            throw values.Refuse(Split, "is not a share between 0 and 1", e);
        }
    }
}
