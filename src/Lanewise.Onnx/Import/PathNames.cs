using System.Text;

namespace Lanewise.Onnx.Import;

/// <summary>
/// Gives layers the names that the file has: that of the weight without <c>.weight</c>, as PyTorch's modules have them, or else that of the
/// node, whose slashes become dots.
/// </summary>
internal sealed class PathNames
{
    private const int MaxLength = 200;
    private readonly HashSet<string> _used = new(StringComparer.Ordinal) { "input" };

    /// <summary>Returns an unused name; null where the file has none.</summary>
    /// <param name="node">The node.</param>
    /// <param name="hasWeight">Whether the node's second input is a stored weight.</param>
    public string? Of(OnnxNode node, bool hasWeight)
    {
        const string Suffix = ".weight";
        string weight = hasWeight ? node.Inputs[1] : "";
        string name = weight.EndsWith(Suffix, StringComparison.Ordinal) ? weight[..^Suffix.Length] : node.Name;
        string path = Clean(name);
        if (path.Length == 0)
        {
            return null;
        }

        string unique = path;
        for (int i = 2; !_used.Add(unique); i++)
        {
            unique = $"{path}_{i}";
        }

        return unique;
    }

    private static string Clean(string name)
    {
        var path = new StringBuilder();
        foreach (char c in name.Length > MaxLength ? name[..MaxLength] : name)
        {
            path.Append(char.IsLetterOrDigit(c) || c is '_' or '-' or '.' ? c : c is '/' or ':' ? '.' : '_');
        }

        return path.ToString().Trim('.');
    }
}
