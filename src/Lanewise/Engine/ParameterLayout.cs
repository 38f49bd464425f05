using System.Runtime.InteropServices;
using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// Where each parameter lies in the engine's memory, and how its values are packed there: first what is trained, then what is
/// not, then what batch norm keeps from the forward to the backward pass.
/// </summary>
internal sealed class ParameterLayout
{
    // Every parameter begins on a cache line, so that no two updates share one.
    private const int Alignment = 16;
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<Unit, int> _foldedBiases = [];
    private readonly Dictionary<Unit, int> _statistics = [];
    private readonly Network _network;
    private readonly Unit[] _units;

    public ParameterLayout(Network network, Fusion fusion, KernelSet kernels, PlanOptions options)
    {
        _network = network;
        _units = [.. fusion.Units.Where(u => u.Node.Parameters.Count > 0)];
        var trained = _units.Where(u => u.IsTrainable).SelectMany(u => u.Node.Parameters.Select(p => (u, p))).ToLookup(
            t => !t.p.IsBuffer && options.IsTrainable?.Invoke(t.p.Name) != false);
        Take(trained[true], kernels);
        TrainedFloats = Floats;
        Take(trained[false].Where(t => !t.p.IsBuffer), kernels);
        GradientFloats = Floats;
        Take(trained[false].Where(t => t.p.IsBuffer), kernels);
        Take(_units.Where(u => !u.IsTrainable).SelectMany(u => u.Node.Parameters.Select(p => (u, p))), kernels);
        foreach (var unit in _units)
        {
            TakeExtra(unit);
        }
    }

    /// <summary>Floats in all, a multiple of the widest lane.</summary>
    public int Floats { get; private set; }

    /// <summary>The floats from the first on that an optimizer updates.</summary>
    public int TrainedFloats { get; }

    /// <summary>The floats from the first on that have a gradient; it may be more where a layer is trained in part.</summary>
    public int GradientFloats { get; }

    /// <summary>Whether the engine's memory lacks some of the network's values as they were loaded.</summary>
    public bool IsPartial => _network.Parameters.Any(p => !IsKept(p));

    public int Offset(ParameterSpec parameter) => _places[parameter.Name].Offset;

    /// <summary>Where a convolution's packed weights begin.</summary>
    public int Weights(Unit unit) => Offset(unit.Node.Parameters[0]);

    /// <summary>Where a convolution's biases begin, its own or those of its batch norm; negative when there are none.</summary>
    public int Bias(Unit unit) =>
        _foldedBiases.TryGetValue(unit, out int folded) ? folded : unit.Node.Parameters.Count > 1 ? Offset(unit.Node.Parameters[1]) : -1;

    /// <summary>Where batch norm keeps the batch's statistics.</summary>
    public int Statistics(Unit unit) => _statistics.TryGetValue(unit, out int offset) ? offset : 0;

    /// <summary>Copies weights into the engine's memory.</summary>
    /// <returns>The weights of all the network's parameters.</returns>
    /// <exception cref="LanewiseException">They do not fit the network.</exception>
    public Weights Pack(Weights weights, LaneMemory to)
    {
        weights = Graphs.Weights.Match(_network, weights.Tensors, "weights");
        foreach (var (name, place) in _places)
        {
            place.Pack(weights[name].Values, to);
        }

        foreach (var (unit, offset) in _foldedBiases)
        {
            PackFolded(unit, weights, to, offset);
        }

        return weights;
    }

    /// <summary>Copies the values of the parameters that are trained into memory in the layout of the weights.</summary>
    /// <exception cref="LanewiseException">One is missing.</exception>
    public void PackTrained(Weights values, LaneMemory to)
    {
        foreach (var p in Trained)
        {
            _places[p.Name].Pack(values[p.Name].Values, to);
        }
    }

    /// <summary>Copies the engine's memory out under the parameters' names.</summary>
    /// <param name="from">The memory.</param>
    /// <param name="loaded">The weights that were loaded, for those that the memory lacks.</param>
    public Weights Unpack(LaneMemory from, Weights? loaded) => new(_network.Parameters.Select(p => IsKept(p) ? Unpack(p, from) : loaded![p.Name]));

    /// <summary>Copies gradients, or an optimizer's state, out under the names of the parameters that are trained.</summary>
    public Weights UnpackTrained(LaneMemory from) => new(Trained.Select(p => Unpack(p, from)));

    /// <summary>The parameters that are trained, in the network's order.</summary>
    public IEnumerable<ParameterSpec> Trained =>
        _network.Parameters.Where(p => _places.TryGetValue(p.Name, out var place) && place.Offset < TrainedFloats);

    private bool IsKept(ParameterSpec p) => _places.ContainsKey(p.Name) && !_foldedBiases.Keys.Any(u => u.Node.Parameters.Contains(p));

    private Tensor Unpack(ParameterSpec p, LaneMemory from)
    {
        var values = new float[p.Count];
        _places[p.Name].Unpack(from, values);
        return new Tensor(p.Name, p.Dimensions, values);
    }

    private void Take(IEnumerable<(Unit Unit, ParameterSpec Parameter)> parameters, KernelSet kernels)
    {
        foreach (var (unit, p) in parameters)
        {
            bool packs = unit.Node.Op is Conv2d or Linear && p == unit.Node.Parameters[0];
            var place = packs
                ? new Place(Floats, p.Count, Conv2dLowering.Packing(unit, kernels), Conv2dLowering.Groups(unit.Node.Op))
                : new Place(Floats, p.Count, null, 1);
            _places[p.Name] = place;
            Reserve(place.Length);
        }
    }

    private void TakeExtra(Unit unit)
    {
        if (unit.Norm is not null)
        {
            _foldedBiases[unit] = Floats;
            Reserve(unit.Output.Shape.Channels);
        }
        else if (unit is { Node.Op: BatchNorm2d, IsTrainable: true })
        {
            _statistics[unit] = Floats;
            Reserve(2 * unit.Output.Shape.Channels);
        }
    }

    private void Reserve(int floats) => Floats = checked(Floats + (floats + Alignment - 1) / Alignment * Alignment);

    /// <summary>w' = w · γ / √(var + eps) and b' = (b − mean) · γ / √(var + eps) + β: the convolution with its batch norm.</summary>
    private void PackFolded(Unit unit, Weights weights, LaneMemory to, int bias)
    {
        var norm = unit.Norm!.Parameters;
        float[] gamma = weights[norm[0].Name].Values, beta = weights[norm[1].Name].Values;
        float[] mean = weights[norm[2].Name].Values, variance = weights[norm[3].Name].Values;
        var parameters = unit.Node.Parameters;
        float[]? own = parameters.Count > 1 ? weights[parameters[1].Name].Values : null;
        float[] folded = [.. weights[parameters[0].Name].Values];
        int perOutput = folded.Length / gamma.Length;
        var biases = to.Slice(bias, gamma.Length);
        for (int k = 0; k < gamma.Length; k++)
        {
            double scale = gamma[k] / Math.Sqrt(variance[k] + (double)((BatchNorm2d)unit.Norm.Op).Eps);
            biases[k] = (float)(((own?[k] ?? 0) - mean[k]) * scale + beta[k]);
            foreach (ref float value in folded.AsSpan(k * perOutput, perOutput))
            {
                value = (float)(value * scale);
            }
        }

        _places[parameters[0].Name].Pack(folded, to);
    }

    /// <summary>Where a parameter lies.</summary>
    /// <param name="Offset">Its first float.</param>
    /// <param name="Count">Its values.</param>
    /// <param name="Packing">How a group of a convolution's weights is packed; null for plain order.</param>
    /// <param name="Groups">The groups, one behind the other.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Place(int Offset, int Count, Conv2dPacking? Packing, int Groups)
    {
        public int Length => Packing is { } packed ? checked(packed.Length * Groups) : Count;

        public void Pack(ReadOnlySpan<float> values, LaneMemory to)
        {
            if (Packing is not { } packed)
            {
                values.CopyTo(to.Slice(Offset, Count));
                return;
            }

            int count = Count / Groups;
            for (int g = 0; g < Groups; g++)
            {
                packed.Pack(values.Slice(g * count, count), to.Slice(Offset + g * packed.Length, packed.Length));
            }
        }

        public void Unpack(LaneMemory from, Span<float> values)
        {
            if (Packing is not { } packed)
            {
                from.Slice(Offset, Count).CopyTo(values);
                return;
            }

            int count = Count / Groups;
            for (int g = 0; g < Groups; g++)
            {
                packed.Unpack(from.Slice(Offset + g * packed.Length, packed.Length), values.Slice(g * count, count));
            }
        }
    }
}
