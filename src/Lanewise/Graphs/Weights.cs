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

    /// <summary>
    /// Picks a network's parameters out of <paramref name="tensors"/> and puts them into its order. Batch norm's
    /// <c>num_batches_tracked</c>, which old files lack, begins at 0; auxiliary heads that the network does not have are left out.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="tensors">What a file holds.</param>
    /// <param name="source">The file's name, for the message.</param>
    /// <exception cref="LanewiseException">Parameters are missing, surplus or of another shape; the first ones are named, with the nearest names.</exception>
    public static Weights Match(Network network, IEnumerable<Tensor> tensors, string source) =>
        new WeightsMatch(network, tensors, source).ToWeights();

    /// <summary>
    /// As <see cref="Match"/>, to train on from a file: the classifier (the last <see cref="Linear"/> before each row of logits) begins
    /// afresh when the file has none of its shape, and so do auxiliary heads of which the file has nothing.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="tensors">What a file holds.</param>
    /// <param name="source">The file's name, for the message.</param>
    /// <param name="seed">Draws what begins afresh: the values that <see cref="Initialize"/> gives for this seed.</param>
    /// <exception cref="LanewiseException">The body's parameters are missing, surplus or of another shape.</exception>
    public static AdaptedWeights Adapt(Network network, IEnumerable<Tensor> tensors, string source, int seed)
    {
        var match = new WeightsMatch(network, tensors, source);
        var fresh = match.BeginHeads(Initialize(network, seed));
        return new(match.ToWeights(), fresh);
    }

    /// <summary>The values of those parameters that a part of the network has (<see cref="Network.UpTo"/>, <see cref="Network.After"/>).</summary>
    /// <exception cref="KeyNotFoundException">The part has a parameter that is not among these.</exception>
    public Weights Of(Network part) => new(part.Parameters.Select(p => this[p.Name]));

    /// <summary>Whether all values are finite.</summary>
    public bool AllFinite() => Tensors.All(t => t.Values.All(float.IsFinite));
}

/// <summary>Weights to train on from, and the parameters among them that no file gave.</summary>
/// <param name="Weights">All of the network's weights.</param>
/// <param name="Fresh">The names of the parameters that begin afresh, in the network's order; empty when the file gave all.</param>
public sealed record AdaptedWeights(Weights Weights, IReadOnlyList<string> Fresh);
