using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>Emits the kernel calls of a form, in order, and adds up the memory that they need besides the activations.</summary>
internal sealed class ProgramBuilder
{
    private const int TransformParts = 64;
    private readonly MemoryPlan _memory;
    private readonly bool _couplesImages;
    private readonly Conv2dTuner _tuner;
    private readonly List<Step> _steps = [];

    /// <summary>Creates a builder without calls.</summary>
    /// <param name="form">The form.</param>
    /// <param name="memory">Where its values are.</param>
    /// <param name="parameters">Where its parameters are.</param>
    /// <param name="kernels">The kernels.</param>
    /// <param name="slots">What a kernel call sums over.</param>
    public ProgramBuilder(Form form, MemoryPlan memory, ParameterLayout parameters, KernelSet kernels, SlotLayout slots)
    {
        (Form, _memory, Parameters, Kernels, Slots) = (form, memory, parameters, kernels, slots);
        _couplesImages = form.CouplesImages;
        WeightFloats = parameters.Floats;
        Planner = form.Options.EffectiveTuning == Tuning.Reference ? kernels.ReferencePlanner : kernels.Planner;
        _tuner = new Conv2dTuner(kernels, form.Options.EffectiveTuning, form.Options.TuningTable);
    }

    /// <summary>The form.</summary>
    public Form Form { get; }

    /// <summary>Where the parameters are.</summary>
    public ParameterLayout Parameters { get; }

    /// <summary>The kernels.</summary>
    public KernelSet Kernels { get; }

    /// <summary>Prepares the convolutions.</summary>
    public Conv2dPlanner Planner { get; }

    /// <summary>What a kernel call sums over.</summary>
    public SlotLayout Slots { get; }

    /// <summary>The Winograd convolutions whose weights are transformed after each change.</summary>
    public List<Conv2dCall> Transforms { get; } = [];

    /// <summary>The number of floats of weights, followed by transformed weights.</summary>
    public int WeightFloats { get; private set; }

    /// <summary>The number of floats of scratch memory per thread.</summary>
    public int ScratchFloats { get; private set; }

    /// <summary>The number of floats of scratch memory shared by the threads that work on a layer.</summary>
    public int SharedFloats { get; private set; }

    /// <summary>Returns the location of a value.</summary>
    public Planes At(Value value) => _memory.At(value);

    /// <summary>Returns the location of the gradient of a value.</summary>
    public Planes GradientAt(Value value) => _memory.At(Form.GradientOf[value]);

    /// <summary>Returns what a gradient kernel reads and writes, dy and dx, and whether it adds to dx.</summary>
    public (Planes Output, Planes Input, bool Adds) Gradients(GradientNode node) =>
        (GradientAt(node.Unit.Output), At(node.Target!), node.Accumulate);

    /// <summary>Emits the forward pass.</summary>
    public Step[] Forward()
    {
        foreach (var unit in Form.Units)
        {
            unit.Lowering.Forward(unit, this);
        }

        _tuner.Save();

        if (Form.Lanes.TryGetValue(Form.Outputs[0], out var lanes))
        {
            var (x, to) = (At(Form.Outputs[0]), At(_memory.Result));
            Emit(Form.Units[^1], "ChannelsOut", Work.PerBlock(1, (kernels, in memory, _) => kernels.ChannelsOut(lanes, x, to, memory)));
        }

        return Drain();
    }

    /// <summary>Emits the backward pass.</summary>
    public Step[] Backward()
    {
        foreach (var node in Form.Gradients)
        {
            switch (node.Kind)
            {
                case GradientKind.Pass: Pass(node); break;
                case GradientKind.Mask: Mask(node); break;
                default: node.Unit.Lowering.Backward(node, this); break;
            }
        }

        return Drain();
    }

    /// <summary>
    /// Prepares a convolution, or the gradient to its input, and reserves memory for its transformed weights: with batch norm in training
    /// they are transformed right before the call, in memory shared by all layers; otherwise before the run, for all layers.
    /// </summary>
    public Conv2dCall Plan(Conv2dProblem problem)
    {
        int start = _couplesImages ? Parameters.Floats : WeightFloats;
        problem = problem with
        {
            Algorithm = Form.Options.KernelAlgorithm,
            Weights = problem.Weights with { Transformed = start },
        };
        var call = Planner.Plan(problem, _tuner.Choose(problem));
        int floats = ParameterLayout.Aligned(call.TransformedFloats);
        WeightFloats = Math.Max(WeightFloats, checked(start + floats));
        if (floats > 0 && !_couplesImages)
        {
            Transforms.Add(call);
        }

        RequireScratch(call.ScratchFloats);
        return call;
    }

    /// <summary>Emits a kernel call for a unit.</summary>
    public void Emit(Unit unit, string kernel, Work work) => Emit([unit], kernel, work, tile: null);

    /// <summary>Emits a kernel call that computes several units together.</summary>
    public void Emit(IReadOnlyList<Unit> units, string kernel, Work work, string? tile, Conv2dChoice? choice = null) =>
        _steps.Add(new Step([.. units.Select(u => u.Node)], $"{units[0].Node.Op.Name}.{kernel}", work, tile, choice));

    /// <summary>Emits a kernel call that splits into channels, or vectors of channels.</summary>
    public void Emit(Unit unit, string kernel, int planes, BlockAction run) => Emit(unit, kernel, Work.PerBlock(planes, run));

    /// <summary>Emits the forward pass of a convolution, or the input gradient of one or of siblings.</summary>
    public void Emit(IReadOnlyList<Unit> units, string kernel, Conv2dCall call)
    {
        if (_couplesImages && call.TransformedFloats > 0)
        {
            var transform = Work.Across(TransformParts, (kernels, blocks, part) => kernels.TransformWeights(call, blocks[0].Weights, part));
            Emit(units[0], "TransformWeights", transform);
        }

        var work = Work.PerBlock(call.Units, (kernels, in memory, part) => kernels.Conv2d(call, memory, part));
        Emit(units, kernel, work, call.Tile, call.Choice);
    }

    /// <summary>Emits the weight gradient of a convolution, or a part of it.</summary>
    public void Emit(Unit unit, Conv2dGradientCall call)
    {
        RequireScratch(call.ScratchFloats);
        SharedFloats = Math.Max(SharedFloats, call.SharedFloats);
        if (call.TransformUnits > 0)
        {
            var transform = Work.Across(call.TransformUnits, (kernels, blocks, part) => kernels.TransformGradient(call, blocks, part));
            Emit(unit, "TransformGradient", transform);
        }

        var work = Work.Across(call.Units, (kernels, blocks, part) => kernels.Conv2dGradient(call, blocks, part));
        Emit([unit], call is SlotSumCall ? "SumSlots" : "BackwardWeights", work, call.Tile, call.Choice);
    }

    /// <summary>Emits a kernel that writes, or adds to, the gradient of an input and splits into its channels.</summary>
    public void EmitGradient(GradientNode node, BlockAction run) =>
        Emit(node.Unit, "Backward", Work.PerBlock(node.Target!.Shape.Channels, run));

    /// <summary>Requires scratch memory per thread.</summary>
    public void RequireScratch(int floats) => ScratchFloats = Math.Max(ScratchFloats, floats);

    private void Pass(GradientNode node)
    {
        var (passed, gradient) = (At(node.Add!), At(node.Target!));
        EmitGradient(node, node.Accumulate
            ? (kernels, in memory, part) => kernels.Add(gradient, passed, gradient, relu: false, memory, part)
            : (kernels, in memory, part) => kernels.Copy(passed, gradient, memory, part));
    }

    private void Mask(GradientNode node)
    {
        var (data, gradient) = (At(node.Mask!), At(node.Target!));
        Emit(node.Unit, "MaskGradient", node.Target!.Shape.Channels, (kernels, in memory, part) =>
            kernels.ReLUBackward(gradient, data, gradient, memory, part));
    }

    private Step[] Drain()
    {
        Step[] steps = [.. _steps];
        _steps.Clear();
        return steps;
    }
}
