using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// All kernel calls of a network and their layouts: forward from the input to the output, and backward from the gradient of the output to
/// all weights. The layouts are those of one block of images and apply to every block.
/// </summary>
internal sealed partial class BlockProgram
{
    private const int TransformParts = 64;
    private readonly ActivationLayout _layout;
    private readonly List<Step> _steps = [];
    private readonly ChannelLanes? _inputLanes;

    public BlockProgram(Fusion fusion, ParameterLayout parameters, KernelSet kernels, PlanOptions options)
    {
        Parameters = parameters;
        WeightFloats = parameters.Floats;
        Kernels = kernels;
        Options = options;
        _layout = new ActivationLayout(kernels.LaneWidth, options.GuardVectors);
        AllocateActivations(fusion);
        (Input, _inputLanes) = (fusion.Input.Data, fusion.Input.Lanes);
        CouplesImages = fusion.CouplesImages;
        IsWorthSharing = Schedule.IsWorthSharing(fusion, BlockImages);
        IsLayerByLayer = Schedule.IsLayerByLayer(this, options.BatchSize, options.Threads);
        Slots = BatchSlots.Of(options, IsLayerByLayer);
        MemoryCheck.OfProgram(fusion.Network, this);
        Output = _inputLanes is null
            ? LossOutput.Of(fusion.Output, 1)
            : new LossOutput(_layout.AllocatePlaced(fusion.Output.Shape), null, 1);
        Auxiliary = [.. fusion.Outputs.Skip(1).Zip(fusion.Auxiliary, (value, a) => LossOutput.Of(value, (float)a.Weight))];
        foreach (var unit in fusion.Units)
        {
            unit.Lowering.Forward(unit, this, options.HasBackward);
        }

        if (fusion.Output.Lanes is { } lanes)
        {
            var (x, to) = (fusion.Output.Data, Output.Data);
            Emit(fusion.Units[^1], "ChannelsOut", Work.PerBlock(1, (kernels, in memory, _) => kernels.ChannelsOut(lanes, x, to, memory)));
        }

        Forward = DrainSteps();
        if (options.HasBackward)
        {
            LowerBackward(fusion);
        }

        Backward = DrainSteps();
    }

    public KernelSet Kernels { get; }

    public ParameterLayout Parameters { get; }

    public PlanOptions Options { get; }

    /// <summary>The location of the input.</summary>
    public Planes Input { get; }

    /// <summary>The number of images in a block.</summary>
    public int BlockImages => _inputLanes is null ? Kernels.LaneWidth : 1;

    /// <summary>The location of the input gradient, if it is computed.</summary>
    public Planes InputGradient { get; private set; }

    /// <summary>The output.</summary>
    public LossOutput Output { get; }

    /// <summary>The auxiliary outputs.</summary>
    public IReadOnlyList<LossOutput> Auxiliary { get; }

    /// <summary>The kernel calls of the forward pass, in order.</summary>
    public Step[] Forward { get; }

    /// <summary>The kernel calls of the backward pass, in order.</summary>
    public Step[] Backward { get; }

    /// <summary>The number of floats of a block's activations and their gradients.</summary>
    public int ActivationFloats => _layout.Floats;

    /// <summary>The guards between activations, in floats; for tests.</summary>
    public IReadOnlyList<(int Start, int Length)> Guards => _layout.Guards;

    /// <summary>The Winograd convolutions whose weights are transformed after each change.</summary>
    public List<Conv2dCall> Transforms { get; } = [];

    /// <summary>The number of floats of weights, followed by transformed weights.</summary>
    public int WeightFloats { get; private set; }

    /// <summary>The number of floats of scratch memory per thread.</summary>
    public int ScratchFloats { get; private set; }

    /// <summary>The number of floats of scratch memory shared by the threads that work on a layer.</summary>
    public int SharedFloats { get; private set; }

    /// <summary>Whether the output of an image depends on the whole batch, because batch norm is trained.</summary>
    public bool CouplesImages { get; }

    /// <summary>Whether an average layer takes long enough to be split among threads.</summary>
    public bool IsWorthSharing { get; }

    /// <summary>Whether, with the options of the program, all blocks run through a layer before the next one starts.</summary>
    public bool IsLayerByLayer { get; }

    /// <summary>The slots of the batch, over which gradients are summed.</summary>
    public SlotLayout Slots { get; }

    /// <summary>What a kernel call sums over.</summary>
    public SlotLayout CallSlots => BatchSlots.OfCall(Slots, IsLayerByLayer);

    /// <summary>Returns the number of blocks of a batch of images.</summary>
    public int BlocksOf(int images) => (images - 1) / BlockImages + 1;

    /// <summary>Writes the rows of a part of a block's images, (N, C, H, W), into the memory of the block.</summary>
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

    /// <summary>Emits a kernel call for a unit.</summary>
    public void Emit(Unit unit, string kernel, Work work, string? tile = null) => Emit([unit], kernel, work, tile);

    /// <summary>Emits a kernel call that computes several units together.</summary>
    public void Emit(IReadOnlyList<Unit> units, string kernel, Work work, string? tile) =>
        _steps.Add(new Step([.. units.Select(u => u.Node)], $"{units[0].Node.Op.Name}.{kernel}", work, tile));

    /// <summary>Emits the forward pass of a convolution, or the input gradient of one or of siblings.</summary>
    public void Emit(IReadOnlyList<Unit> units, string kernel, Conv2dCall call)
    {
        AllocateWorkspace(units[0], call);
        Emit(units, kernel, Work.PerBlock(call.Units, (kernels, in memory, part) => kernels.Conv2d(call, memory, part)), call.Tile);
    }

    /// <summary>Emits the weight gradient of a convolution, or a part of it.</summary>
    public void Emit(Unit unit, Conv2dGradientCall call)
    {
        ScratchFloats = Math.Max(ScratchFloats, call.ScratchFloats);
        SharedFloats = Math.Max(SharedFloats, call.SharedFloats);
        if (call.TransformUnits > 0)
        {
            var transform = Work.Across(call.TransformUnits, (kernels, blocks, part) => kernels.TransformGradient(call, blocks, part));
            Emit(unit, "TransformGradient", transform);
        }

        var work = Work.Across(call.Units, (kernels, blocks, part) => kernels.Conv2dGradient(call, blocks, part));
        Emit(unit, call is SlotSumCall ? "SumSlots" : "BackwardWeights", work, call.Tile);
    }

    /// <summary>Emits a kernel call that splits into the planes of a value.</summary>
    public void Emit(Unit unit, string kernel, Value planes, BlockAction run) =>
        Emit(unit, kernel, Work.PerBlock(planes.PlaneCount, run));

    /// <summary>Requires scratch memory per thread for the kernel that is emitted next.</summary>
    public void RequireScratch(int floats) => ScratchFloats = Math.Max(ScratchFloats, floats);

    /// <summary>
    /// Allocates the scratch memory and the transformed weights of a convolution that is emitted next. With batch norm in training its
    /// weights are transformed right before the call, in memory shared by all layers; otherwise before the run, for all layers.
    /// </summary>
    private void AllocateWorkspace(Unit unit, Conv2dCall call)
    {
        const int Alignment = 16;
        RequireScratch(call.ScratchFloats);
        if (call.TransformedFloats == 0)
        {
            return;
        }

        int floats = checked(call.TransformedFloats + Alignment - 1) / Alignment * Alignment;
        if (CouplesImages)
        {
            call.Transformed = Parameters.Floats;
            WeightFloats = Math.Max(WeightFloats, checked(Parameters.Floats + floats));
            var transform = Work.Across(TransformParts, (kernels, blocks, part) => kernels.TransformWeights(call, blocks[0].Weights, part));
            Emit(unit, "TransformWeights", transform);
        }
        else
        {
            call.Transformed = WeightFloats;
            WeightFloats = checked(WeightFloats + floats);
            Transforms.Add(call);
        }
    }

    private void AllocateActivations(Fusion fusion)
    {
        foreach (var unit in fusion.Units)
        {
            unit.Lowering.Prepare(unit);
        }

        Lifetimes.Assign(fusion);
        fusion.Input.AllocateIn(_layout);
        foreach (var unit in fusion.Units)
        {
            unit.Output.AllocateIn(_layout);
        }

        MemoryCheck.OfBlock(fusion.Network, fusion.Input.Lanes is null ? Kernels.LaneWidth : 1, _layout.FloatsToPlace);
        _layout.Place();
    }

    private Step[] DrainSteps()
    {
        Step[] steps = [.. _steps];
        _steps.Clear();
        return steps;
    }
}
