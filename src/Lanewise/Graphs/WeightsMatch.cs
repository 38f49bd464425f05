namespace Lanewise.Graphs;

/// <summary>A network's parameters beside a file's tensors: what fits, what begins afresh, and what is wrong.</summary>
internal sealed class WeightsMatch
{
    private const int Shown = 3;

    // Longer names are no parameter's, and comparing letter by letter takes time by their length.
    private const int MaxComparedLength = 200;

    // The auxiliary heads' names in every file of the family, with which networks without them are loaded too.
    private static readonly string[] AuxiliaryHeads = ["aux1.", "aux2."];

    private readonly Network _network;
    private readonly Dictionary<string, Tensor> _found;
    private readonly string _source;

    public WeightsMatch(Network network, IEnumerable<Tensor> tensors, string source)
    {
        _network = network;
        _source = source;
        var names = network.Parameters.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        bool drop = network.AuxiliaryOutputs.Count == 0;
        _found = tensors.Where(t => !drop || names.Contains(t.Name) || !AuxiliaryHeads.Any(head => t.Name.StartsWith(head, StringComparison.Ordinal)))
            .ToDictionary(t => t.Name, StringComparer.Ordinal);
        foreach (var counter in network.Parameters.Where(p => p.IsBuffer && p.Name.EndsWith(".num_batches_tracked", StringComparison.Ordinal)))
        {
            _found.TryAdd(counter.Name, new(counter.Name, counter.Dimensions, new float[counter.Count]));
        }
    }

    /// <summary>The last linear layer before a row of logits; null if there is none.</summary>
    public static Node? Classifier(Node logits) => Ancestors(logits).Where(n => n.Op is Linear).MaxBy(n => n.Index);

    /// <summary>Takes from <paramref name="initial"/> the heads that the file does not have, and tells their parameters' names.</summary>
    public IReadOnlyList<string> BeginHeads(Weights initial)
    {
        var inference = Ancestors(_network.Output);
        var auxiliary = _network.Nodes.Where(n => !inference.Contains(n)).SelectMany(n => n.Parameters).ToArray();
        var fresh = auxiliary.Any(p => !p.IsBuffer && _found.ContainsKey(p.Name)) ? [] : auxiliary.ToHashSet();
        foreach (var logits in _network.AuxiliaryOutputs.Select(output => output.Node).Append(_network.Output))
        {
            // Weight and bias belong together: one of them is worth nothing without the other.
            if (Classifier(logits) is { } classifier && !classifier.Parameters.All(Fits))
            {
                fresh.UnionWith(classifier.Parameters);
            }
        }
        foreach (var p in fresh)
        {
            _found[p.Name] = initial[p.Name];
        }
        return [.. _network.Parameters.Where(fresh.Contains).Select(p => p.Name)];
    }

    /// <summary>The weights in the network's order.</summary>
    /// <exception cref="LanewiseException">Something is missing, surplus or of another shape.</exception>
    public Weights ToWeights()
    {
        var names = _network.Parameters.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        var shapes = _network.Parameters.Where(p => _found.ContainsKey(p.Name) && !Fits(p)).ToArray();
        var missing = _network.Parameters.Where(p => !_found.ContainsKey(p.Name)).ToArray();
        var surplus = _found.Values.Where(t => !names.Contains(t.Name)).ToArray();
        if (shapes.Length + missing.Length + surplus.Length == 0)
        {
            return new(_network.Parameters.Select(p => _found[p.Name]));
        }

        var missingNames = missing.Select(p => p.Name);
        var surplusNames = surplus.Select(t => t.Name).Where(name => name.Length <= MaxComparedLength);
        string[] wrong =
        [
            .. First(shapes, p => $"{p.Name} is {_found[p.Name].ShapeText}, expected {p.ShapeText}", "of another shape"),
            .. First(missing, p => $"{p.Name} ({p.ShapeText}) is missing{Nearest(p.Name, surplusNames, ", perhaps named")}", "missing"),
            .. First(surplus, t => $"{Excerpt.Of(t.Name)} ({t.ShapeText}) is not part of it{Nearest(t.Name, missingNames, ", perhaps meant as")}", "not part of it"),
        ];
        throw new LanewiseException($"{_source}: these are not weights of '{_network.Name}': {string.Join("; ", wrong)}. Name the model that they belong to.");
    }

    private static IEnumerable<string> First<T>(T[] wrong, Func<T, string> text, string kind) =>
        wrong.Take(Shown).Select(text).Concat(wrong.Length > Shown ? [$"{wrong.Length - Shown} more {kind}"] : []);

    private static string Nearest(string name, IEnumerable<string> names, string words) =>
        name.Length <= MaxComparedLength && NearestName.Find(name, names) is { } nearest ? $"{words} '{Excerpt.Of(nearest)}'" : "";

    private static HashSet<Node> Ancestors(Node output)
    {
        var found = new HashSet<Node>();
        var open = new Stack<Node>([output]);
        while (open.TryPop(out var node))
        {
            if (found.Add(node))
            {
                foreach (var input in node.Inputs)
                {
                    open.Push(input);
                }
            }
        }
        return found;
    }

    private bool Fits(ParameterSpec p) => _found.TryGetValue(p.Name, out var tensor) && tensor.Dimensions.AsSpan().SequenceEqual(p.Dimensions);
}
