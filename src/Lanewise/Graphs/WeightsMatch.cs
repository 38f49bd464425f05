namespace Lanewise;

/// <summary>Matches a file's tensors with a network's parameters: what fits, what must be initialized, and what is wrong.</summary>
internal sealed class WeightsMatch
{
    private const int MaxShown = 3;

    // No parameter has a longer name, and the edit distance takes time by their length.
    private const int MaxComparedLength = 200;

    private readonly Network _network;
    private readonly Dictionary<string, Tensor> _found;
    private readonly string _source;

    public WeightsMatch(Network network, IEnumerable<Tensor> tensors, string source)
    {
        _network = network;
        _source = source;
        _found = tensors.Where(t => !network.OmittedModules.Any(module => t.Name.StartsWith(module + ".", StringComparison.Ordinal)))
            .ToDictionary(t => t.Name, StringComparer.Ordinal);
        foreach (var p in network.Parameters.Where(p => p.IsOptional))
        {
            _found.TryAdd(p.Name, new(p.Name, p.Dimensions, new float[p.Count]));
        }
    }

    /// <summary>Takes from <paramref name="initial"/> the heads that the file does not have, and returns their parameters' names.</summary>
    public IReadOnlyList<string> InitializeHeads(Weights initial)
    {
        var inference = GraphWalk.Ancestors([_network.Output]);
        var auxiliary = _network.Nodes.Where(n => !inference.Contains(n)).SelectMany(n => n.Parameters).ToArray();
        var initialized = auxiliary.Any(p => !p.IsBuffer && _found.ContainsKey(p.Name)) ? [] : auxiliary.ToHashSet();
        foreach (var logits in _network.AuxiliaryOutputs.Select(output => output.Node).Append(_network.Output))
        {
            // Weight and bias belong together: one is useless without the other.
            if (GraphWalk.Classifier(logits) is { } classifier && !classifier.Parameters.All(Fits))
            {
                initialized.UnionWith(classifier.Parameters);
            }
        }

        foreach (var p in initialized)
        {
            _found[p.Name] = initial[p.Name];
        }

        return [.. _network.Parameters.Where(initialized.Contains).Select(p => p.Name)];
    }

    /// <summary>Returns the weights in the network's order.</summary>
    /// <exception cref="LanewiseException">A tensor is missing, surplus or of another shape.</exception>
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
            .. First(
                surplus,
                t => $"{Excerpt.Of(t.Name)} ({t.ShapeText}) is not part of it{Nearest(t.Name, missingNames, ", perhaps meant as")}",
                "not part of it"),
        ];
        throw new ModelFormatException(
            $"{_source}: these are not weights of '{_network.Name}': {string.Join("; ", wrong)}. Name the model that they belong to.",
            ModelFormatError.Mismatch,
            _source);
    }

    private static IEnumerable<string> First<T>(T[] wrong, Func<T, string> text, string kind) =>
        wrong.Take(MaxShown).Select(text).Concat(wrong.Length > MaxShown ? [$"{wrong.Length - MaxShown} more {kind}"] : []);

    private static string Nearest(string name, IEnumerable<string> names, string words) =>
        name.Length <= MaxComparedLength && NearestName.Find(name, names) is { } nearest ? $"{words} '{Excerpt.Of(nearest)}'" : "";

    private bool Fits(ParameterSpec p) =>
        _found.TryGetValue(p.Name, out var tensor) && tensor.Dimensions.AsSpan().SequenceEqual(p.Dimensions);
}
