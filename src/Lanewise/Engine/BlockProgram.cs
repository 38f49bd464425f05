using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// Every kernel call of a plan with its layouts: forward from the input to the logits, and backward from the logits' gradient to
/// all weights. The layouts are those of one block of images; all blocks have the same.
/// </summary>
internal sealed class BlockProgram
{
    private const int TransformParts = 64;
    private readonly ActivationLayout _layout;
    private readonly Dictionary<Unit, Planes> _scratch = [];
    private readonly List<Step> _steps = [];
    private readonly ChannelLanes? _inputLanes;
    private readonly bool _transformsInPassing;

    public BlockProgram(Fusion fusion, ParameterLayout parameters, KernelSet kernels, PlanOptions options)
    {
        Parameters = parameters;
        WeightFloats = parameters.Floats;
        Kernels = kernels;
        Options = options;
        _transformsInPassing = fusion.CouplesImages;
        _layout = new ActivationLayout(kernels.LaneWidth, options.GuardVectors);
        Lay(fusion);
        (Input, _inputLanes) = (fusion.Input.Data, fusion.Input.Lanes);
        GoesByLayers = Schedule.GoesByLayers(fusion, this);
        Output = _inputLanes is null ? LossOutput.Of(fusion.Output, 1) : new LossOutput(_layout.TakePlaced(fusion.Output.Shape), null, 1);
        Auxiliary = [.. fusion.Outputs.Skip(1).Zip(fusion.Auxiliary, (value, a) => LossOutput.Of(value, a.Weight))];
        foreach (var unit in fusion.Units)
        {
            unit.Lowering.Forward(unit, this, options.Differentiates);
        }

        if (fusion.Output.Lanes is { } lanes)
        {
            var (x, to) = (fusion.Output.Data, Output.Data);
            Emit(fusion.Units[^1], "ChannelsOut", Work.PerBlock(1, (kernels, in memory, _) => kernels.ChannelsOut(lanes, x, to, memory)));
        }

        Forward = TakeSteps();
        if (options.Differentiates)
        {
            LowerBackward(fusion);
        }

        Backward = TakeSteps();
    }

    public KernelSet Kernels { get; }

    public ParameterLayout Parameters { get; }

    public PlanOptions Options { get; }

    public Planes Input { get; }

    /// <summary>Images that a block takes.</summary>
    public int BlockImages => _inputLanes is null ? Kernels.LaneWidth : 1;

    public Planes InputGradient { get; private set; }

    public LossOutput Output { get; }

    public IReadOnlyList<LossOutput> Auxiliary { get; }

    public Step[] Forward { get; }

    public Step[] Backward { get; }

    /// <summary>Floats of activations and their gradients that a block needs.</summary>
    public int ActivationFloats => _layout.Floats;

    public IReadOnlyList<(int Start, int Length)> Guards => _layout.Guards;

    /// <summary>The convolutions whose weights are transformed whenever they have changed.</summary>
    public List<Conv2dCall> Transforms { get; } = [];

    /// <summary>Floats of weights, behind them transformed ones.</summary>
    public int WeightFloats { get; private set; }

    /// <summary>Floats of a thread's own memory.</summary>
    public int ScratchFloats { get; private set; }

    /// <summary>Floats of memory that the threads which work on a layer share.</summary>
    public int SharedFloats { get; private set; }

    /// <summary>Whether all blocks go through a layer before the next one begins.</summary>
    public bool GoesByLayers { get; }

    /// <summary>The most blocks that work across blocks is given.</summary>
    public int MaxBlocks => GoesByLayers ? (Options.BatchSize - 1) / BlockImages + 1 : 1;

    /// <summary>Whether a gradient to this value is wanted.</summary>
    public static bool Wants(Value value) => value.Differentiable;

    /// <summary>Writes the part's rows of a block's images, [image][C·H·W], into its memory.</summary>
    public void Read(ReadOnlySpan<float> images, in BlockMemory memory, Part part)
    {
        if (_inputLanes is null)
        {
            Kernels.LanesIn(images, memory.Images, Input, memory, part);
        }
        else
        {
            Kernels.ChannelsIn(images, _inputLanes, Input, memory, part);
        }
    }

    public void Emit(Unit unit, string kernel, Work work, string? tile = null) => Emit([unit], kernel, work, tile);

    public void Emit(IReadOnlyList<Unit> units, string kernel, Work work, string? tile) =>
        _steps.Add(new Step([.. units.Select(u => u.Node)], $"{units[0].Node.Op.Name}.{kernel}", work, tile));

    /// <summary>Emits a convolution, or its gradient to the input, or that of siblings.</summary>
    public void Emit(IReadOnlyList<Unit> units, string kernel, Conv2dCall call)
    {
        Register(units[0], call);
        Emit(units, kernel, Work.PerBlock(call.Units, (kernels, in memory, part) => kernels.Conv2d(call, memory, part)), call.Tile);
    }

    /// <summary>Emits a convolution's weight gradient, or a part of it.</summary>
    public void Emit(Unit unit, Conv2dGradientCall call)
    {
        ScratchFloats = Math.Max(ScratchFloats, call.ScratchFloats);
        SharedFloats = Math.Max(SharedFloats, call.SharedFloats);
        if (call.TransformUnits > 0)
        {
            Emit(unit, "TransformGradient", Work.Across(call.TransformUnits, (kernels, blocks, part) => kernels.TransformGradient(call, blocks, part)));
        }

        Emit(unit, "BackwardWeights", Work.Across(call.Units, (kernels, blocks, part) => kernels.Conv2dGradient(call, blocks, part)), call.Tile);
    }

    /// <summary>Emits work whose parts are planes of a value.</summary>
    public void Emit(Unit unit, string kernel, Value planes, BlockAction run) => Emit(unit, kernel, Work.PerBlock(planes.PlaneCount, run));

    /// <summary>Asks for memory of a thread's own, for a kernel that is emitted next.</summary>
    public void NeedScratch(int floats) => ScratchFloats = Math.Max(ScratchFloats, floats);

    /// <summary>What a unit's forward pass keeps for its backward pass, in the shape of its output.</summary>
    public Planes Scratch(Unit unit) =>
        _scratch.TryGetValue(unit, out var planes) ? planes : _scratch[unit] = _layout.TakePlaced(unit.Output.Shape);

    /// <summary>Lets a convolution, or siblings, write their part of a value's gradient, adding what is there already or was passed on.</summary>
    public void EmitGradient(IReadOnlyList<Unit> units, Value value, Conv2dCall call)
    {
        call.Add = value.Written ? value.Gradient : value.PassedOn.TryDequeue(out var passed) ? passed : null;
        Emit(units, "BackwardInput", call);
        (value.Written, value.LastWriter) = (true, call);
    }

    /// <summary>Lets another kernel write its part of a value's gradient; it is told where, and whether to add.</summary>
    public void EmitGradient(Unit unit, Value value, Func<Planes, bool, Work> write)
    {
        Emit(unit, "Backward", write(value.Gradient, value.Written));
        (value.Written, value.LastWriter) = (true, null);
    }

    /// <summary>As above for a kernel that is shared by the value's channels.</summary>
    public void EmitGradient(Unit unit, Value value, Func<Planes, bool, BlockAction> write) =>
        EmitGradient(unit, value, (planes, adds) => Work.PerBlock(value.Shape.Channels, write(planes, adds)));

    /// <summary>As above for a kernel that cannot add and is not shared.</summary>
    public void EmitGradientCopy(Unit unit, Value value, Func<Planes, BlockAction> write)
    {
        if (!value.Written)
        {
            EmitGradient(unit, value, (planes, _) => Work.PerBlock(1, write(planes)));
            return;
        }

        var scratch = _layout.TakePlaced(value.Shape);
        Emit(unit, "Backward", Work.PerBlock(1, write(scratch)));
        EmitGradient(unit, value, (planes, _) => (kernels, in memory, part) => kernels.Add(planes, scratch, planes, relu: false, memory, part));
    }

    /// <summary>
    /// Gives a convolution, which is emitted next, the memory that it needs beside its layouts. Where all blocks go through a layer
    /// together its weights are transformed on the spot, in memory that all layers share; else beforehand, for all layers.
    /// </summary>
    private void Register(Unit unit, Conv2dCall call)
    {
        const int Alignment = 16;
        NeedScratch(call.ScratchFloats);
        if (call.TransformedFloats == 0)
        {
            return;
        }

        int floats = checked(call.TransformedFloats + Alignment - 1) / Alignment * Alignment;
        if (_transformsInPassing)
        {
            call.Transformed = Parameters.Floats;
            WeightFloats = Math.Max(WeightFloats, checked(Parameters.Floats + floats));
            Emit(unit, "TransformWeights", Work.Across(TransformParts, (kernels, blocks, part) => kernels.TransformWeights(call, blocks[0].Weights, part)));
        }
        else
        {
            call.Transformed = WeightFloats;
            WeightFloats = checked(WeightFloats + floats);
            Transforms.Add(call);
        }
    }

    private void Lay(Fusion fusion)
    {
        foreach (var unit in fusion.Units)
        {
            unit.Lowering.Require(unit);
        }

        Lifetimes.Assign(fusion);
        fusion.Input.Lay(_layout);
        foreach (var unit in fusion.Units)
        {
            unit.Output.Lay(_layout);
        }

        _layout.Place();
    }

    private Step[] TakeSteps()
    {
        Step[] steps = [.. _steps];
        _steps.Clear();
        return steps;
    }

    private void LowerBackward(Fusion fusion)
    {
        foreach (var output in fusion.Outputs)
        {
            output.Written = true;
        }

        foreach (var unit in Enumerable.Reverse(fusion.Units).Where(u => u.Output.Differentiable))
        {
            Finish(unit, unit.Output);
            unit.Lowering.Backward(unit, this);
        }

        if (fusion.Input.Differentiable)
        {
            InputGradient = fusion.Input.Gradient;
            Finish(fusion.Units[0], fusion.Input);
        }
    }

    /// <summary>All readers of a value have written their part: adds what was passed on and masks what ReLU cut off.</summary>
    private void Finish(Unit unit, Value value)
    {
        var (data, gradient) = (value.Data, value.Gradient);
        while (value.PassedOn.TryDequeue(out var passed))
        {
            EmitGradient(unit, value, (_, adds) => adds
                ? (kernels, in memory, part) => kernels.Add(gradient, passed, gradient, relu: false, memory, part)
                : (kernels, in memory, part) => kernels.Copy(passed, gradient, memory, part));
        }

        if (!value.ReLU)
        {
            return;
        }

        if (value.LastWriter is { } writer)
        {
            writer.Mask = data;
        }
        else
        {
            Emit(unit, "MaskGradient", value, (kernels, in memory, part) => kernels.ReLUBackward(gradient, data, gradient, memory, part));
        }
    }
}

/// <summary>A row of logits that a loss is taken of.</summary>
/// <param name="Data">The logits.</param>
/// <param name="Gradient">The loss's gradient to them; null where nothing that is trained leads to them.</param>
/// <param name="Weight">The loss's weight.</param>
internal sealed record LossOutput(Planes Data, Planes? Gradient, float Weight)
{
    public static LossOutput Of(Value value, float weight) => new(value.Data, value.Differentiable ? value.Gradient : null, weight);
}
