using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// All kernel calls of a network and their layouts: forward from the input to the output, and backward from the gradient of the output to
/// all weights. The layouts are those of one block of images and apply to every block. Immutable.
/// </summary>
internal sealed class BlockProgram
{
    private readonly ChannelLanes? _inputLanes;

    public BlockProgram(Form form, ParameterLayout parameters, KernelSet kernels)
    {
        var options = form.Options;
        (Form, Parameters, Kernels) = (form, parameters, kernels);
        _inputLanes = form.Lanes.GetValueOrDefault(form.Input);
        foreach (var unit in form.AllUnits)
        {
            unit.Lowering.Check(unit);
        }

        Memory = new MemoryPlan(form, kernels.LaneWidth, options.GuardVectors);
        Input = Memory.At(form.Input);
        CouplesImages = form.CouplesImages;
        IsWorthSharing = Schedule.IsWorthSharing(form, BlockImages);
        IsLayerByLayer = Schedule.IsLayerByLayer(this, options.BatchSize, options.Threads);
        Slots = BatchSlots.Of(options, IsLayerByLayer);
        MemoryCheck.OfProgram(form.Network, this);
        Output = LossOf(Memory.Result, weight: 1);
        Auxiliary = [.. form.Outputs.Skip(1).Zip(form.Network.AuxiliaryOutputs, (value, a) => LossOf(value, (float)a.Weight))];
        InputGradient = form.GradientOf.TryGetValue(form.Input, out var gradient) ? Memory.At(gradient) : default;
        var builder = new ProgramBuilder(form, Memory, parameters, kernels, BatchSlots.OfCall(Slots, IsLayerByLayer));
        (Forward, Backward) = (builder.Forward(), builder.Backward());
        (Transforms, WeightFloats) = (builder.Transforms, builder.WeightFloats);
        (ScratchFloats, SharedFloats) = (builder.ScratchFloats, builder.SharedFloats);
    }

    public KernelSet Kernels { get; }

    public ParameterLayout Parameters { get; }

    public PlanOptions Options => Form.Options;

    /// <summary>The form that the calls were emitted from.</summary>
    public Form Form { get; }

    /// <summary>Where the values of the form are.</summary>
    public MemoryPlan Memory { get; }

    /// <summary>The location of the input.</summary>
    public Planes Input { get; }

    /// <summary>The number of images in a block.</summary>
    public int BlockImages => _inputLanes is null ? Kernels.LaneWidth : 1;

    /// <summary>The location of the input gradient, if it is computed.</summary>
    public Planes InputGradient { get; }

    /// <summary>The output.</summary>
    public LossOutput Output { get; }

    /// <summary>The auxiliary outputs.</summary>
    public IReadOnlyList<LossOutput> Auxiliary { get; }

    /// <summary>The kernel calls of the forward pass, in order.</summary>
    public Step[] Forward { get; }

    /// <summary>The kernel calls of the backward pass, in order.</summary>
    public Step[] Backward { get; }

    /// <summary>The number of floats of a block's activations and their gradients.</summary>
    public int ActivationFloats => Memory.Floats;

    /// <summary>The guards between activations, in floats; for tests.</summary>
    public IReadOnlyList<(int Start, int Length)> Guards => Memory.Guards;

    /// <summary>The Winograd convolutions whose weights are transformed after each change.</summary>
    public IReadOnlyList<Conv2dCall> Transforms { get; }

    /// <summary>The number of floats of weights, followed by transformed weights.</summary>
    public int WeightFloats { get; }

    /// <summary>The number of floats of scratch memory per thread.</summary>
    public int ScratchFloats { get; }

    /// <summary>The number of floats of scratch memory shared by the threads that work on a layer.</summary>
    public int SharedFloats { get; }

    /// <summary>Whether the output of an image depends on the whole batch, because batch norm is trained.</summary>
    public bool CouplesImages { get; }

    /// <summary>Whether an average layer takes long enough to be split among threads.</summary>
    public bool IsWorthSharing { get; }

    /// <summary>Whether, with the options of the program, all blocks run through a layer before the next one starts.</summary>
    public bool IsLayerByLayer { get; }

    /// <summary>The slots of the batch, over which gradients are summed.</summary>
    public SlotLayout Slots { get; }

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

    private LossOutput LossOf(Value value, float weight) => new(
        Memory.At(value), Form.GradientOf.TryGetValue(value, out var gradient) ? Memory.At(gradient) : null, weight);
}
