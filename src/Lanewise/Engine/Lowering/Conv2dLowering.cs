using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// Lowers Conv2d, with the batch norm, residual, activation and max pooling fused into it, and Linear, a convolution with one output pixel.
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
    public static Conv2dPacking Packing(Unit unit, Form form, KernelSet kernels) =>
        kernels.Planner.Packing(Geometry(unit.Node.Op, unit.Input.Shape), form.IsChannelInterleaved);

    /// <summary>Whether max pooling can be fused into a unit.</summary>
    public static bool CanPool(Unit unit, MaxPool2d pool, Form form)
    {
        var (x, y, groups) = (unit.Input, unit.Node.Shape, Groups(unit.Node.Op));
        var source = Planes.Lay(form.PlaneCount(x) / groups, x.Shape.Height, x.Shape.Width, 0, 0);
        var output = Planes.Lay(form.PlaneCount(unit.Output) / groups, y.Height, y.Width, 0, 0);
        var problem = new Conv2dProblem(Geometry(unit.Node.Op, x.Shape), source, output, default)
        {
            Lanes = form.Lanes.GetValueOrDefault(x),
            Algorithm = form.Options.KernelAlgorithm,
        };
        return Conv2dPlanner.CanPool(problem, pool.Window!.Value.Rows, pool.Window.Value.Columns);
    }

    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit, Form form) => Groups(unit.Node.Op) == 1
        && (unit.Shortcut is null || form.Lanes[unit.Shortcut].Equals(form.Lanes[unit.Output]));

    /// <inheritdoc/>
    public override (int Input, int Gradient) Borders(Unit unit)
    {
        var (columns, width) = (Geometry(unit.Node.Op, unit.Input.Shape).Columns, unit.Input.Shape.Width);
        return (columns.ForwardBorder(width), columns.BackwardBorder(width));
    }

    public override void Differentiate(Unit unit, Unit group, Autodiff autodiff)
    {
        if (unit.IsTrainable)
        {
            autodiff.AddWeights(unit, unit.Inputs);
        }

        if (unit == group && Groups(unit.Node.Op) > 1)
        {
            base.Differentiate(unit, group, autodiff);
        }
        else if (unit == group && autodiff.HasGradient(unit.Input))
        {
            // A list of taps has a single stride between weights, so that only equally packed weights share one. Which do decides the order
            // of the sum, so that it does not depend on the processor.
            foreach (var equallyPacked in unit.All.GroupBy(u => Conv2dPlanner.ReferenceGroup(u.Node.Shape.Channels)))
            {
                autodiff.AddConvolutions([.. equallyPacked]);
            }
        }

        if (unit.Shortcut is { } shortcut)
        {
            autodiff.Pass(unit, shortcut);
        }
    }

    public override void Forward(Unit unit, ProgramBuilder program)
    {
        var calls = unit.All.SelectMany(u => Groups(u, program).Select(g => (Unit: u, Call: ForwardCall(u, program, g)))).ToArray();
        if (!unit.Siblings.IsEmpty && calls.All(c => c.Call is { RowBands: > 1, Epilogue.Pool: null }))
        {
            EmitTogether(unit.All, program, Array.ConvertAll(calls, c => c.Call));
            return;
        }

        foreach (var groups in calls.GroupBy(one => one.Unit, one => one.Call))
        {
            EmitGroups(groups.Key, program, "Forward", [.. groups]);
        }
    }

    public override void Backward(GradientNode node, ProgramBuilder program)
    {
        if (node.Kind == GradientKind.Weights)
        {
            foreach (var g in Groups(node.Unit, program))
            {
                EmitWeightGradient(node.Unit, program, g);
            }

            return;
        }

        var dx = program.At(node.Target!);
        if (Groups(node.Unit.Node.Op) == 1)
        {
            Conv2dSource[] sources =
                [.. node.Units.SelectMany(u => Groups(u, program).Select(g => g.Source(program.GradientAt(u.Output))))];
            program.Emit(node.Units, "BackwardInput", InputGradientCall(node, program, sources, dx));
            return;
        }

        EmitGroups(node.Unit, program, "BackwardInput", [.. Groups(node.Unit, program).Select(g =>
            InputGradientCall(node, program, [g.Source(program.GradientAt(node.Unit.Output))], g.Input(dx)))]);
    }

    private static Conv2dCall ForwardCall(Unit unit, ProgramBuilder program, Group g)
    {
        var (y, pool) = (program.At(unit.Output), PoolOf(unit, program, g));
        return program.Plan(new(g.Geometry, g.Input(program.At(unit.Input)), pool?.Input ?? g.Output(y), new(g.Weights, g.Bias))
        {
            Lanes = program.Form.Lanes.GetValueOrDefault(unit.Input),
            Epilogue = new()
            {
                Add = unit.Shortcut is { } shortcut ? g.Output(program.At(shortcut)) : null,
                ReLU = unit.ReLU,
                Activation = (unit.Activation?.Op as ElementwiseOp)?.Formula,
                Pool = pool,
            },
        });
    }

    /// <summary>Emits siblings as one call, in which each band of input rows is read by all of them while it is in the cache.</summary>
    private static void EmitTogether(IReadOnlyList<Unit> units, ProgramBuilder program, Conv2dCall[] kernelCalls)
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
        }), kernelCalls[0].Tile, kernelCalls[0].Choice);
    }

    /// <summary>
    /// Emits the groups of a convolution: as one call whose parts threads share, except where a call transforms its weights first, or pools
    /// rows that neighbouring parts would both sum.
    /// </summary>
    private static void EmitGroups(Unit unit, ProgramBuilder program, string kernel, Conv2dCall[] calls)
    {
        if (calls.Length == 1 || calls.Any(call => call.TransformedFloats > 0 || call.Epilogue.Pool is not null))
        {
            Array.ForEach(calls, call => program.Emit([unit], kernel, call));
            return;
        }

        int each = calls[0].Units, units = checked(calls.Length * each);
        program.Emit([unit], kernel, Work.PerBlock(units, (kernels, in memory, part) =>
        {
            var (first, end) = part.Of(units);
            for (int i = first; i < end; i++)
            {
                kernels.Conv2d(calls[i / each], memory, new Part(i % each, each));
            }
        }), calls[0].Tile, calls[0].Choice);
    }

    private static void EmitWeightGradient(Unit unit, ProgramBuilder program, Group g)
    {
        var (x, dy, slots) = (g.Input(program.At(unit.Input)), g.Output(program.GradientAt(unit.Output)), program.Slots);
        foreach (var call in program.Planner.PlanGradient(
            g.Geometry, x, dy, g.Weights, slots, program.Form.Options.KernelAlgorithm))
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

    private static Conv2dCall InputGradientCall(GradientNode node, ProgramBuilder program, Conv2dSource[] sources, Planes dx) =>
        program.Plan(Conv2dProblem.BackwardInput(sources, dx) with
        {
            Epilogue = new()
            {
                Add = node.Accumulate ? dx : node.Add is { } passed ? program.At(passed) : null,
                Mask = node.Mask is { } mask ? program.At(mask) : null,
            },
        });

    /// <summary>Returns the pooling fused into one group of a unit, whose input is a plane of sums that is never written.</summary>
    private static PoolCall? PoolOf(Unit unit, ProgramBuilder program, Group g)
    {
        if (unit.Pool is not { } pool)
        {
            return null;
        }

        var (y, sums) = (g.Output(program.At(unit.Output)), unit.Node.Shape);
        var (rows, columns) = PoolAxes.Of(pool.Op, sums);
        return new(rows, columns, Planes.Lay(y.Channels, sums.Height, sums.Width, 0, 0), y);
    }

    private static IEnumerable<Group> Groups(Unit unit, ProgramBuilder program)
    {
        var geometry = Geometry(unit.Node.Op, unit.Input.Shape);
        var (weights, bias) = (program.Parameters.Weights(unit), program.Parameters.Bias(unit));
        int count = Groups(unit.Node.Op), length = Packing(unit, program.Form, program.Kernels).Length;
        return Enumerable.Range(0, count).Select(i =>
            new Group(i, count, geometry, weights + i * length, bias < 0 ? -1 : bias + i * geometry.OutChannels));
    }

    /// <summary>The channels and weights of one group.</summary>
    private sealed record Group(int Index, int Count, Conv2dGeometry Geometry, int Weights, int Bias)
    {
        public Planes Input(Planes x) => x.Slice(Index * (x.Channels / Count), x.Channels / Count);

        public Planes Output(Planes y) => y.Slice(Index * (y.Channels / Count), y.Channels / Count);

        public Conv2dSource Source(Planes dy) => new(Geometry, Output(dy), Weights);
    }
}
