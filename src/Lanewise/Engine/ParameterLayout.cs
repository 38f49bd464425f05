using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// The location and packing of each parameter in the memory of the plan: first the trained parameters, then the others, then folded biases
/// and the statistics that batch norm saves for the backward pass.
/// </summary>
internal sealed class ParameterLayout
{
    // Every parameter starts on a cache line, so that no two updates share one.
    private const int Alignment = 16;
    private readonly Dictionary<string, ParameterLocation> _locations = new(StringComparer.Ordinal);
    private readonly Dictionary<Node, int> _foldedBiases = [];
    private readonly Dictionary<Node, int> _statistics = [];
    private readonly Form _form;
    private readonly Unit[] _units;
    // With statistics of its own for each slot, a network runs layer by layer, as always with batch norm.
    private readonly int _statisticsPerUnit;

    public ParameterLayout(Form form, KernelSet kernels)
    {
        var options = form.Options;
        _statisticsPerUnit = options.BatchNormScope == BatchNormScope.Batch ? 1 : BatchSlots.Of(options, isLayerByLayer: true).Count;
        _form = form;
        _units = [.. form.AllUnits.Where(u => u.Node.Parameters.Count > 0)];
        var trained = _units.Where(u => u.IsTrainable).SelectMany(u => u.Node.Parameters.Select(p => (u, p))).ToLookup(
            t => !t.p.IsBuffer && options.IsTrainable?.Invoke(t.p.Name) != false);
        Allocate(trained[true], kernels);
        TrainedFloats = Floats;
        Allocate(trained[false].Where(t => !t.p.IsBuffer), kernels);
        GradientFloats = Floats;
        Allocate(trained[false].Where(t => t.p.IsBuffer), kernels);
        VariableFloats = Floats;
        Allocate(_units.Where(u => !u.IsTrainable).SelectMany(u => u.Node.Parameters.Select(p => (u, p))), kernels);
        foreach (var unit in _units)
        {
            AllocateExtra(unit);
        }
    }

    /// <summary>The total number of floats, a multiple of the widest vector.</summary>
    public int Floats { get; private set; }

    /// <summary>The number of leading floats that an optimizer updates.</summary>
    public int TrainedFloats { get; }

    /// <summary>The number of leading floats that have a gradient: more than the trained ones if a layer is trained in part.</summary>
    public int GradientFloats { get; }

    /// <summary>The number of leading floats that training changes: trained parameters and running statistics.</summary>
    public int VariableFloats { get; }

    /// <summary>Whether the memory lacks original values of some parameters, such as those of a folded batch norm.</summary>
    public bool IsPartial => _form.Network.Parameters.Any(p => !IsKept(p));

    /// <summary>Returns the offset of a parameter.</summary>
    public int Offset(ParameterSpec parameter) => _locations[parameter.Name].Offset;

    /// <summary>Returns the offset of the packed weights of a convolution.</summary>
    public int Weights(Unit unit) => Offset(unit.Node.Parameters[0]);

    /// <summary>Returns the offset of the biases of a convolution, its own or folded ones; negative for none.</summary>
    public int Bias(Unit unit) => _foldedBiases.TryGetValue(unit.Node, out int folded) ? folded
        : unit.Node.Parameters.Count > 1 ? Offset(unit.Node.Parameters[1]) : -1;

    /// <summary>Returns the offset of the batch statistics of a batch norm in training.</summary>
    public int Statistics(Unit unit) => _statistics.TryGetValue(unit.Node, out int offset) ? offset : 0;

    /// <summary>Packs weights into the memory of the plan.</summary>
    /// <returns>The weights of all parameters of the network.</returns>
    /// <exception cref="LanewiseException">A name or a shape does not match the network.</exception>
    public Weights Pack(Weights weights, LaneMemory to)
    {
        weights = new WeightsMatch(_form.Network, weights.Tensors, "weights").ToWeights();
        var folded = _foldedBiases.Keys.Select(node => node.Parameters[0].Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, location) in _locations.Where(one => !folded.Contains(one.Key)))
        {
            location.Pack(weights[name].Values, to);
        }

        foreach (var unit in _units.Where(unit => unit.Norm is not null))
        {
            PackFolded(unit, weights, to, _foldedBiases[unit.Node]);
        }

        return weights;
    }

    /// <summary>Packs the values of the trained parameters into memory in the layout of the weights.</summary>
    /// <exception cref="LanewiseException">A parameter is missing.</exception>
    public void PackTrained(Weights values, LaneMemory to)
    {
        foreach (var p in Trained)
        {
            _locations[p.Name].Pack(values[p.Name].Values, to);
        }
    }

    /// <summary>Unpacks the memory of the plan, by parameter name.</summary>
    /// <param name="from">The memory.</param>
    /// <param name="loaded">The weights as they were set, for values that the memory lacks.</param>
    public Weights Unpack(LaneMemory from, Weights? loaded) =>
        new(_form.Network.Parameters.Select(p => IsKept(p) ? Unpack(p, from) : loaded![p.Name]));

    /// <summary>Unpacks gradients or the state of an optimizer, by name of the trained parameter.</summary>
    public Weights UnpackTrained(LaneMemory from) => new(Trained.Select(p => Unpack(p, from)));

    /// <summary>The trained parameters, in the order of the network.</summary>
    public IEnumerable<ParameterSpec> Trained =>
        _form.Network.Parameters.Where(p => _locations.TryGetValue(p.Name, out var location) && location.Offset < TrainedFloats);

    /// <summary>Returns a number of floats, rounded up to whole cache lines, as each parameter takes.</summary>
    public static int Aligned(int floats) => checked(floats + Alignment - 1) / Alignment * Alignment;

    /// <summary>Returns where a trained parameter is.</summary>
    public ParameterLocation LocationOf(ParameterSpec parameter) => _locations[parameter.Name];

    /// <summary>Returns the ranges of the trained parameters by group, ascending; neighbours of one group are one range.</summary>
    /// <param name="groupOf">The index of the group of a parameter, by its name.</param>
    public IReadOnlyList<UpdateRange> RangesOf(Func<string, int> groupOf)
    {
        var ranges = new List<UpdateRange>();
        foreach (var p in Trained.OrderBy(Offset))
        {
            int group = groupOf(p.Name);
            if (ranges.Count > 0)
            {
                ranges[^1] = ranges[^1] with { End = Offset(p) };
            }

            if (ranges.Count == 0 || ranges[^1].Group != group)
            {
                ranges.Add(new(Offset(p), TrainedFloats, group));
            }
        }

        if (ranges.Count > 0)
        {
            ranges[^1] = ranges[^1] with { End = TrainedFloats };
        }

        return ranges;
    }

    private bool IsKept(ParameterSpec p) => _locations.ContainsKey(p.Name) && !_foldedBiases.Keys.Any(node => node.Parameters.Contains(p));

    private Tensor Unpack(ParameterSpec p, LaneMemory from)
    {
        float[] values = GC.AllocateUninitializedArray<float>(p.Count);
        _locations[p.Name].Unpack(from, values);
        return new Tensor(p.Name, p.Dimensions, values);
    }

    private void Allocate(IEnumerable<(Unit Unit, ParameterSpec Parameter)> parameters, KernelSet kernels)
    {
        foreach (var (unit, p) in parameters)
        {
            bool packs = unit.Node.Op is Conv2d or Linear && p == unit.Node.Parameters[0];
            var location = packs
                ? new ParameterLocation(Floats, p.Count, Conv2dLowering.Packing(unit, _form, kernels), Conv2dLowering.Groups(unit.Node.Op))
                : new ParameterLocation(Floats, p.Count, null, 1);
            _locations[p.Name] = location;
            Reserve(location.Length);
        }
    }

    private void AllocateExtra(Unit unit)
    {
        if (unit.Norm is not null)
        {
            _foldedBiases[unit.Node] = Floats;
            Reserve(unit.Output.Shape.Channels);
        }
        else if (unit is { Node.Op: BatchNorm2d, IsTrainable: true })
        {
            _statistics[unit.Node] = Floats;
            Reserve(checked(_statisticsPerUnit * 2 * unit.Output.Shape.Channels));
        }
    }

    private void Reserve(int floats) => Floats = checked(Floats + Aligned(floats));

    /// <summary>Folds batch norm into a convolution: w' = w · γ / √(var + eps) and b' = (b − mean) · γ / √(var + eps) + β.</summary>
    private void PackFolded(Unit unit, Weights weights, LaneMemory to, int offset)
    {
        var norm = unit.Norm!.Parameters;
        float[] gamma = weights[norm[0].Name].Values, beta = weights[norm[1].Name].Values;
        float[] mean = weights[norm[2].Name].Values, variance = weights[norm[3].Name].Values;
        var parameters = unit.Node.Parameters;
        float[]? bias = parameters.Count > 1 ? weights[parameters[1].Name].Values : null;
        float[] folded = [.. weights[parameters[0].Name].Values];
        int perOutput = folded.Length / gamma.Length;
        var biases = to.Slice(offset, gamma.Length);
        for (int k = 0; k < gamma.Length; k++)
        {
            double scale = gamma[k] / Math.Sqrt(variance[k] + (double)((BatchNorm2d)unit.Norm.Op).Eps);
            biases[k] = (float)(((bias?[k] ?? 0) - mean[k]) * scale + beta[k]);
            foreach (ref float value in folded.AsSpan(k * perOutput, perOutput))
            {
                value = (float)(value * scale);
            }
        }

        _locations[parameters[0].Name].Pack(folded, to);
    }
}
