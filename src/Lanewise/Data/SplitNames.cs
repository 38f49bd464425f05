namespace Lanewise;

/// <summary>The names under which datasets keep their splits.</summary>
internal static class SplitNames
{
    public const string Train = "train";

    public const string Test = "test";

    /// <summary>The one split of a dataset that is not divided.</summary>
    public const string Whole = "all";

    /// <summary>The names of a split to validate on, the preferred ones first.</summary>
    public static readonly string[] ForValidation = ["val", "valid", "validation", Test];

    /// <summary>Returns whether a folder of this name, in any case, holds a split.</summary>
    public static bool IsSplit(string name) => IsTrain(name) || Rank(name) >= 0;

    /// <summary>Returns whether a name is that of the training split.</summary>
    public static bool IsTrain(string name) => name.Equals(Train, StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns the position of a name in <see cref="ForValidation"/>; -1 for others.</summary>
    public static int Rank(string name) =>
        Array.FindIndex(ForValidation, known => known.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Returns whether two names mean the same split: <c>valid</c> and <c>validation</c> are <c>val</c>.</summary>
    public static bool AreSame(string a, string b) => Common(a).Equals(Common(b), StringComparison.OrdinalIgnoreCase);

    private static string Common(string name) => Rank(name) is >= 0 and < 3 ? ForValidation[0] : name;
}
