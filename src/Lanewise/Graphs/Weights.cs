using Lanewise.Kernels;

namespace Lanewise;

/// <summary>The values of a network's parameters by name, in PyTorch's order and under PyTorch's names.</summary>
public sealed class Weights
{
    private readonly Dictionary<string, Tensor> _byName;

    /// <summary>Wraps tensors; their names must differ.</summary>
    public Weights(IEnumerable<Tensor> tensors)
    {
        Tensors = [.. tensors];
        _byName = Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
    }

    /// <summary>All tensors, in the network's order.</summary>
    public IReadOnlyList<Tensor> Tensors { get; }

    /// <summary>Gets the tensor of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public Tensor this[string name] => _byName[name];

    /// <summary>
    /// Initializes each parameter from its <see cref="ParameterSpec.Initial"/> distribution; deterministic for a seed on every machine.
    /// </summary>
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
    /// Selects a network's parameters from <paramref name="tensors"/>, in its order. Optional ones that are missing become zero;
    /// parameters of modules that the network omits are ignored.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="tensors">The tensors of a file.</param>
    /// <param name="source">The file's name, for the message.</param>
    /// <exception cref="LanewiseException">
    /// Parameters are missing, surplus or of another shape, and the message names the first ones and the nearest names; or a value is NaN
    /// or infinite.
    /// </exception>
    public static Weights Match(Network network, IEnumerable<Tensor> tensors, string source) =>
        Finite(new WeightsMatch(network, tensors, source).ToWeights(), source);

    /// <summary>
    /// Selects a network's parameters as <see cref="Match"/> does, for fine-tuning: the classifier (the last <see cref="Linear"/> before
    /// each row of logits) is re-initialized when the file has none of its shape, and so are auxiliary classifiers that it lacks.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="tensors">The tensors of a file.</param>
    /// <param name="source">The file's name, for the message.</param>
    /// <param name="seed">Seed of what is re-initialized: the values are those of <see cref="Initialize"/>.</param>
    /// <exception cref="LanewiseException">The body's parameters are missing, surplus or of another shape.</exception>
    internal static AdaptedWeights Adapt(Network network, IEnumerable<Tensor> tensors, string source, int seed)
    {
        var match = new WeightsMatch(network, tensors, source);
        var initialized = match.InitializeHeads(Initialize(network, seed));
        return new(Finite(match.ToWeights(), source), initialized);
    }

    /// <summary>
    /// Returns the values of those parameters that a part of the network has (<see cref="Network.UpTo"/>, <see cref="Network.After"/>).
    /// </summary>
    /// <exception cref="KeyNotFoundException">The part has a parameter that is not among these.</exception>
    public Weights Of(Network part) => new(part.Parameters.Select(p => this[p.Name]));

    /// <summary>Whether all values are finite.</summary>
    public bool AllFinite() => Tensors.All(t => FiniteValues.FirstOther(t.Values) < 0);

    private static Weights Finite(Weights weights, string source)
    {
        FiniteValues.Require(weights.Tensors, source);
        return weights;
    }
}

/// <summary>Weights for fine-tuning, and the parameters among them that were re-initialized.</summary>
/// <param name="Weights">All of the network's weights.</param>
/// <param name="Initialized">The names of the re-initialized parameters, in the network's order; empty when the file had all.</param>
internal sealed record AdaptedWeights(Weights Weights, IReadOnlyList<string> Initialized);
