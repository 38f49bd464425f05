using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>Where each parameter lies in the engine's memory, and how its values are packed there.</summary>
internal sealed class ParameterLayout
{
    // Every parameter begins on a cache line, so that no two updates share one.
    private const int Alignment = 16;
    private readonly Dictionary<string, (int Offset, Conv2dPacking? Packing)> _places = new(StringComparer.Ordinal);
    private readonly Network _network;

    public ParameterLayout(Network network, KernelSet kernels)
    {
        _network = network;
        int offset = 0;
        foreach (var node in network.Nodes.Where(n => n.Parameters.Count > 0))
        {
            var packing = kernels.Packing(Conv2dLowering.Geometry(node.Op, node.Inputs[0].Shape));
            foreach (var p in node.Parameters)
            {
                bool weight = p == node.Parameters[0];
                _places[p.Name] = (offset, weight ? packing : null);
                offset = checked(offset + ((weight ? packing.Length : p.Count) + Alignment - 1) / Alignment * Alignment);
            }
        }

        Floats = offset;
    }

    /// <summary>Floats in all, a multiple of the widest lane.</summary>
    public int Floats { get; }

    public int Offset(ParameterSpec parameter) => _places[parameter.Name].Offset;

    /// <summary>Copies weights into the engine's memory.</summary>
    /// <exception cref="LanewiseException">They do not fit the network.</exception>
    public void Pack(Weights weights, LaneMemory to)
    {
        Pack(Weights.Match(_network, weights.Tensors, "weights"), to, _network.Parameters);
    }

    /// <summary>Copies those parameters' values into the engine's memory.</summary>
    public void Pack(Weights weights, LaneMemory to, IEnumerable<ParameterSpec> parameters)
    {
        foreach (var p in parameters)
        {
            var (offset, packing) = _places[p.Name];
            var values = weights[p.Name].Values;
            if (packing is { } packed)
            {
                packed.Pack(values, to.Slice(offset, packed.Length));
            }
            else
            {
                values.CopyTo(to.Slice(offset, p.Count));
            }
        }
    }

    /// <summary>Copies the engine's memory (weights or gradients) out under the parameters' names.</summary>
    public Weights Unpack(LaneMemory from) => Unpack(from, _network.Parameters);

    /// <summary>Copies those parameters' values out under their names.</summary>
    public Weights Unpack(LaneMemory from, IEnumerable<ParameterSpec> parameters) => new(parameters.Select(p =>
    {
        var (offset, packing) = _places[p.Name];
        var values = new float[p.Count];
        if (packing is { } packed)
        {
            packed.Unpack(from.Slice(offset, packed.Length), values);
        }
        else
        {
            from.Slice(offset, p.Count).CopyTo(values);
        }

        return new Tensor(p.Name, p.Dimensions, values);
    }));
}
