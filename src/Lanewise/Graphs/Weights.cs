using Lanewise.Kernels;

namespace Lanewise.Graphs;

/// <summary>A network's values by name, in PyTorch's order and under PyTorch's names.</summary>
public sealed class Weights
{
    private readonly Dictionary<string, Tensor> _byName;

    /// <summary>Holds the given tensors; their names must differ.</summary>
    public Weights(IEnumerable<Tensor> tensors)
    {
        Tensors = [.. tensors];
        _byName = Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
    }

    /// <summary>All tensors, in the network's order.</summary>
    public IReadOnlyList<Tensor> Tensors { get; }

    /// <summary>The tensor with that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public Tensor this[string name] => _byName[name];

    /// <summary>Draws each parameter's initial values as its <see cref="ParameterSpec.Initial"/> says; the same for a seed everywhere.</summary>
    public static Weights Initialize(Network network, int seed)
    {
        var random = new SplitMix64((ulong)seed);
        return new(network.Parameters.Select(p =>
        {
            var values = new float[p.Count];
            p.Initial.Fill(values, ref random);
            return new Tensor(p.Name, p.Dimensions, values);
        }));
    }

    /// <summary>Picks a network's parameters out of <paramref name="tensors"/> and puts them into its order.</summary>
    /// <param name="network">The network.</param>
    /// <param name="tensors">What a file holds.</param>
    /// <param name="source">The file's name, for the message.</param>
    /// <exception cref="LanewiseException">Parameters are missing, surplus or of another shape; the first ones are named.</exception>
    public static Weights Match(Network network, IEnumerable<Tensor> tensors, string source)
    {
        var found = tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
        var wrong = new List<string>();
        var matched = new List<Tensor>();
        foreach (var p in network.Parameters)
        {
            if (!found.Remove(p.Name, out var tensor))
            {
                wrong.Add($"{p.Name} ({p.ShapeText}) is missing");
            }
            else if (!tensor.Dimensions.AsSpan().SequenceEqual(p.Dimensions))
            {
                wrong.Add($"{p.Name} is {tensor.ShapeText}, expected {p.ShapeText}");
            }
            else
            {
                matched.Add(tensor);
            }
        }

        wrong.AddRange(found.Values.Select(t => $"{t.Name} ({t.ShapeText}) is not part of it"));
        const int Shown = 3;
        return wrong.Count == 0
            ? new(matched)
            : throw new LanewiseException($"{source}: these are not weights of '{network.Name}': {string.Join("; ", wrong.Take(Shown))}"
                + (wrong.Count > Shown ? $"; and {wrong.Count - Shown} more" : "") + ". Name the model that they belong to.");
    }

    /// <summary>Whether all values are finite.</summary>
    public bool AllFinite() => Tensors.All(t => t.Values.All(float.IsFinite));
}
