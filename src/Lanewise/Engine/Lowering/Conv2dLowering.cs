using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// Lowers Conv2d, with the batch norm, residual, ReLU and max pooling fused into it, and Linear, a convolution with one output pixel.
/// Groups are lowered to consecutive convolutions of slices.
/// </summary>
internal sealed class Conv2dLowering : Lowering
{
    /// <summary>
    /// Returns the geometry of one group of a convolution; for a linear layer, with a kernel of the size of the unflattened input.
    /// </summary>
    public static Conv2dGeometry Geometry(Op op, Shape input) => op switch
    {
        Conv2d c => new(input.Channels / c.Groups, c.OutChannels / c.Groups, c.Window!.Value.Rows, c.Window.Value.Columns),
        Linear l => new(input.Channels, l.OutFeatures, new ConvAxis(input.Height, 1, 0, 0), new ConvAxis(input.Width, 1, 0, 0)),
        _ => throw new ArgumentException($"{op.Name} is not a convolution", nameof(op)),
    };

    /// <summary>Returns the number of groups.</summary>
    public static int Groups(Op op) => op is Conv2d c ? c.Groups : 1;

    /// <summary>Returns the packing of the weights of one group of a unit.</summary>
    public static Conv2dPacking Packing(Unit unit, KernelSet kernels)
    {
        var geometry = Geometry(unit.Node.Op, unit.Inputs[0].Shape);
        return unit.Output.Lanes is null ? kernels.Packing(geometry) : kernels.ChannelPacking(geometry);
    }

    /// <summary>Whether max pooling can be fused into a unit.</summary>
    public static bool CanPool(Unit unit, MaxPool2d pool, ConvAlgorithm algorithm)
    {
        var (x, y, groups) = (unit.Inputs[0], unit.Node.Shape, Groups(unit.Node.Op));
        var source = Planes.Lay(x.PlaneCount / groups, x.Shape.Height, x.Shape.Width, 0, 0);
        var output = Planes.Lay(unit.Output.PlaneCount / groups, y.Height, y.Width, 0, 0);
        var window = pool.Window!.Value;
        return Conv2dCall.CanPool(algorithm, Geometry(unit.Node.Op, x.Shape), source, output, x.Lanes, window.Rows, window.Columns);
    }

    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit) =>
        Groups(unit.Node.Op) == 1 && (unit.Shortcut is null || unit.Shortcut.Lanes!.Equals(unit.Output.Lanes));

    /// <inheritdoc/>
    public override bool BackwardReadsInputs(Unit unit) => unit.IsTrainable;

    /// <inheritdoc/>
    public override IEnumerable<Value> PassThroughInputs(Unit unit) => unit.Shortcut is { } shortcut ? [shortcut] : [];

    public override void Prepare(Unit unit)
    {
        var x = unit.Inputs[0];
        var columns = Geometry(unit.Node.Op, x.Shape).Columns;
        x.RequireBorder(columns.ForwardBorder(x.Shape.Width));
        unit.Output.RequireGradientBorder(columns.BackwardBorder(x.Shape.Width));
    }

    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        if (unit.Siblings[0] != unit)
        {
            return;
        }

        var calls = unit.Siblings
            .SelectMany(u => Slices(u, program).Select(g => (Unit: u, Call: ForwardCall(u, program, g))))
            .ToArray();
        if (unit.Siblings.Count > 1 && calls.All(c => c.Call is { RowBands: > 1, Pool: null }))
        {
            EmitTogether(unit.Siblings, program, Array.ConvertAll(calls, c => c.Call));
            return;
        }

        foreach (var (sibling, call) in calls)
        {
            program.Emit([sibling], "Forward", call);
        }
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        foreach (var g in unit.IsTrainable ? Slices(unit, program) : [])
        {
            EmitWeightGradient(unit, program, g);
        }

        if (unit.Inputs[0].RequiresGradient && unit.Siblings[0] == unit)
        {
            EmitInputGradient(unit, program);
        }

        PassGradientThrough(unit);
    }

    private static Conv2dCall ForwardCall(Unit unit, BlockProgram program, Slice g)
    {
        var (x, y, pool) = (unit.Inputs[0], unit.Output.Data, PoolOf(unit));
        var (sums, algorithm) = (pool?.Input ?? y, program.Options.KernelAlgorithm);
        var call = x.Lanes is { } lanes
            ? program.Kernels.ChannelConv2d(g.Geometry, lanes, x.Data, sums, g.Weights, g.Bias, algorithm)
            : program.Kernels.Conv2dForward(g.Geometry, g.Input(x.Data), g.Output(sums), g.Weights, g.Bias, algorithm);
        call.Add = unit.Shortcut is not { } shortcut ? null : x.Lanes is null ? g.Output(shortcut.Data) : shortcut.Data;
        call.ReLU = unit.ReLU;
        call.Pool = pool is null || x.Lanes is not null ? pool : new PoolCall(pool.Rows, pool.Columns, g.Output(sums), g.Output(y));
        return call;
    }

    /// <summary>Emits siblings as one call, in which each band of input rows is read by all of them while it is in the cache.</summary>
    private static void EmitTogether(IReadOnlyList<Unit> units, BlockProgram program, Conv2dCall[] kernelCalls)
    {
        int parts = kernelCalls.Max(call => call.Units);
        program.Emit(units, "Forward", Work.PerBlock(parts, (kernels, in memory, part) =>
        {
            var (first, end) = part.Of(parts);
            for (int i = first; i < end; i++)
            {
                foreach (var call in kernelCalls)
                {
                    kernels.Conv2d(call, memory, new Part(i, parts));
                }
            }
        }), kernelCalls[0].Tile);
    }

    private static void EmitWeightGradient(Unit unit, BlockProgram program, Slice g)
    {
        var (x, dy, slots) = (g.Input(unit.Inputs[0].Data), g.Output(unit.Output.Gradient), program.CallSlots);
        foreach (var call in program.Kernels.Conv2dBackwardWeights(
            g.Geometry, x, dy, g.Weights, slots, program.Options.KernelAlgorithm))
        {
            program.Emit(unit, call);
        }

        if (g.Bias >= 0)
        {
            var call = new BiasGradientCall(dy, g.Bias, slots);
            program.Emit(unit, "BackwardBias", Work.Across(
                dy.Channels, (kernels, blocks, part) => kernels.Conv2dBiasGradient(call, blocks, part)));
        }
    }

    private static void EmitInputGradient(Unit unit, BlockProgram program)
    {
        var x = unit.Inputs[0];
        if (Groups(unit.Node.Op) == 1)
        {
            // A list of taps has a single stride between weights, so that only equally packed weights share one. Which do decides the order
            // of the sum, so that it does not depend on the processor.
            foreach (var equallyPacked in unit.Siblings.GroupBy(sibling => KernelSet.ReferenceGroup(sibling.Node.Shape.Channels)))
            {
                Unit[] units = [.. equallyPacked];
                Conv2dSource[] sources = [.. units.SelectMany(u => Slices(u, program).Select(g => g.Source(u.Output.Gradient)))];
                program.EmitGradient(units, x, program.Kernels.Conv2dBackwardInput(sources, x.Gradient, program.Options.KernelAlgorithm));
            }

            return;
        }

        foreach (var g in Slices(unit, program))
        {
            var call = program.Kernels.Conv2dBackwardInput(
                [g.Source(unit.Output.Gradient)], g.Input(x.Gradient), program.Options.KernelAlgorithm);
            call.Add = x.IsGradientWritten ? g.Input(x.Gradient) : null;
            program.Emit([unit], "BackwardInput", call);
        }

        (x.IsGradientWritten, x.LastGradientWriter) = (true, null);
    }

    private static PoolCall? PoolOf(Unit unit)
    {
        if (unit.Pool is not { } pool)
        {
            return null;
        }

        var sums = unit.Node.Shape;
        var (rows, columns) = PoolAxes.Of(pool.Op, sums);
        return new(rows, columns, Planes.Lay(unit.Output.PlaneCount, sums.Height, sums.Width, 0, 0), unit.Output.Data);
    }

    private static IEnumerable<Slice> Slices(Unit unit, BlockProgram program)
    {
        var geometry = Geometry(unit.Node.Op, unit.Inputs[0].Shape);
        var (weights, bias) = (program.Parameters.Weights(unit), program.Parameters.Bias(unit));
        int length = Packing(unit, program.Kernels).Length;
        return Enumerable.Range(0, Groups(unit.Node.Op)).Select(i =>
            new Slice(i, geometry, weights + i * length, bias < 0 ? -1 : bias + i * geometry.OutChannels));
    }

    /// <summary>The channels and weights of one group.</summary>
    private sealed record Slice(int Index, Conv2dGeometry Geometry, int Weights, int Bias)
    {
        public Planes Input(Planes x) => x.Slice(Index * Geometry.InChannels, Geometry.InChannels);

        public Planes Output(Planes y) => y.Slice(Index * Geometry.OutChannels, Geometry.OutChannels);

        public Conv2dSource Source(Planes dy) => new(Geometry, Output(dy), Weights);
    }
}
