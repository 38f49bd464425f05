namespace Lanewise;

/// <summary>
/// Matches the layers of two networks of one structure under different names, backward from their features: layers with parameters of
/// the same kind and shape, in the same order and joined in the same way. Layers without parameters may differ.
/// </summary>
internal sealed class StructuralMatch
{
    // Joins nest as deep as the walk recurses.
    private const int MaxNodes = 5000;
    private readonly Dictionary<(Node, Node), bool> _results = [];
    private readonly Dictionary<Node, Node> _pairs = [];

    private StructuralMatch()
    {
    }

    /// <summary>Renames the weights of a network to those of another; null where the structures differ.</summary>
    /// <param name="from">The network that the weights belong to.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="to">The network whose names they get. Its classifier may be missing in the other, or have other classes.</param>
    public static IReadOnlyList<Tensor>? Rename(Network from, Weights weights, Network to)
    {
        if (Math.Max(from.Nodes.Count, to.Nodes.Count) > MaxNodes)
        {
            return null;
        }

        var match = new StructuralMatch();
        var (a, b) = (Skip(from.Output), Skip(to.Output));
        if (b.Op is Linear && !(a.Op is Linear && Fits(a, b)))
        {
            (a, b) = (a.Op is Linear ? Skip(a.Inputs[0]) : a, Skip(b.Inputs[0]));
        }

        if (!match.Matches(a, b))
        {
            return null;
        }

        return [.. match._pairs.SelectMany(pair => pair.Key.Parameters.Zip(pair.Value.Parameters, (old, now) =>
            new Tensor(now.Name, now.Dimensions, weights[old.Name].Values)))];
    }

    private bool Matches(Node a, Node b)
    {
        var path = new List<(Node, Node)>();
        bool result = true;
        while (result && !(a.Op is Input && b.Op is Input))
        {
            if (_results.TryGetValue((a, b), out bool known))
            {
                result = known;
                break;
            }

            path.Add((a, b));
            if (a.Inputs.Count != 1 || b.Inputs.Count != 1)
            {
                result = MatchesJoin(a, b);
                break;
            }

            result = Fits(a, b);
            (a, b) = (Skip(a.Inputs[0]), Skip(b.Inputs[0]));
        }

        foreach (var (x, y) in path)
        {
            _results[(x, y)] = result;
            if (result && x.Parameters.Count > 0)
            {
                _pairs[x] = y;
            }
        }

        return result;
    }

    /// <summary>Sums may have their inputs in either order, concatenations not.</summary>
    private bool MatchesJoin(Node a, Node b)
    {
        bool fits = a.Op.GetType() == b.Op.GetType() && a.Inputs.Count == b.Inputs.Count && a.Inputs.Count > 1;
        return fits && (InOrder(b.Inputs) || (a.Inputs.Count == 2 && a.Op is not Concat && InOrder([b.Inputs[1], b.Inputs[0]])));

        bool InOrder(IReadOnlyList<Node> inputs) => a.Inputs.Zip(inputs).All(pair => Matches(Skip(pair.First), Skip(pair.Second)));
    }

    private static bool Fits(Node a, Node b) => a.Op.GetType() == b.Op.GetType() && a.Parameters.Count == b.Parameters.Count
        && a.Parameters.Zip(b.Parameters).All(pair => pair.First.Dimensions.AsSpan().SequenceEqual(pair.Second.Dimensions));

    /// <summary>Returns the nearest node with parameters or several inputs.</summary>
    private static Node Skip(Node node)
    {
        while (node.Parameters.Count == 0 && node.Inputs.Count == 1)
        {
            node = node.Inputs[0];
        }

        return node;
    }
}
