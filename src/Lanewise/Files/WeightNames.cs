using System.Text.RegularExpressions;

namespace Lanewise.Files;

/// <summary>The names that other programs give to a network's weights.</summary>
internal static partial class WeightNames
{
    // Of torch.compile, DataParallel, Lightning, and classes that wrap a network.
    private static readonly string[] Prefixes = ["_orig_mod.", "module.", "model.", "net.", "backbone."];

    /// <summary>Returns the prefixes, nested in any order, that all names share; empty for none.</summary>
    public static string CommonPrefix(IReadOnlyList<string> names)
    {
        string prefix = "";
        while (names.Count > 0
            && Prefixes.FirstOrDefault(next => names.All(name => HasNext(name, prefix, next))) is { } found)
        {
            prefix += found;
        }

        return prefix;
    }

    /// <summary>Finds a file's classifier under another name than a network's, such as <c>fc.1</c>, a dropout before it.</summary>
    /// <param name="classifier">The network's classifier.</param>
    /// <param name="tensors">The file's tensors.</param>
    /// <returns>The name of its layer in the file; null if the file has the network's, none, or several.</returns>
    public static string? OtherClassifier(Node classifier, IReadOnlyList<Tensor> tensors)
    {
        var weight = classifier.Parameters[0];
        var own = tensors.Where(tensor => tensor.Dimensions.Length == 2 && Heads().IsMatch(tensor.Name)).ToArray();
        return own is [var only] && only.Name != weight.Name && only.Dimensions[1] == weight.Dimensions[1]
            ? only.Name[..^".weight".Length]
            : null;
    }

    private static bool HasNext(string name, string prefix, string next) =>
        name.Length > prefix.Length + next.Length && name.AsSpan(prefix.Length).StartsWith(next, StringComparison.Ordinal);

    [GeneratedRegex(
        @"^(fc|classifier|head|linear|last_linear)(\.\w{1,16}){0,2}\.weight$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Heads();
}
