using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>One kernel call on one block of images.</summary>
/// <param name="Path">The node it belongs to.</param>
/// <param name="Kernel">What it does, for example <c>Conv2d.BackwardInput</c>.</param>
/// <param name="Run">Does it.</param>
internal sealed record Step(string Path, string Kernel, StepAction Run);

/// <summary>The body of a step.</summary>
internal delegate void StepAction(KernelSet kernels, in BlockMemory memory);

/// <summary>
/// What a thread does with one block of images: every kernel call with its layouts, forward from the input to the logits,
/// and backward from the logits' gradient to all weights.
/// </summary>
internal sealed class BlockProgram
{
    private readonly ActivationLayout _layout;
    private readonly Dictionary<Unit, Planes> _scratch = [];
    private readonly List<Step> _steps = [];

    public BlockProgram(Network network, ParameterLayout parameters, KernelSet kernels, PlanOptions options)
    {
        Parameters = parameters;
        Kernels = kernels;
        _layout = new ActivationLayout(kernels.LaneWidth, options.GuardVectors);
        var fusion = Fusion.Of(network);
        foreach (var unit in fusion.Units)
        {
            Lowering.Of(unit).Require(unit);
        }

        fusion.Input.Lay(_layout, options.InputGradient);
        // A concatenation is laid before the branches that write into it.
        foreach (var unit in fusion.Units.OrderBy(u => u.Output.IsSlice))
        {
            unit.Output.Lay(_layout, options.Training);
        }

        foreach (var unit in fusion.Units)
        {
            Lowering.Of(unit).Forward(unit, this, options.Training);
        }

        Forward = TakeSteps();
        Input = fusion.Input.Data;
        Output = fusion.Output.Data;
        if (options.Training)
        {
            LowerBackward(fusion, options.InputGradient);
        }

        Backward = TakeSteps();
    }

    public KernelSet Kernels { get; }

    public ParameterLayout Parameters { get; }

    public Planes Input { get; }

    public Planes InputGradient { get; private set; }

    public Planes Output { get; }

    public Planes OutputGradient { get; private set; }

    public Step[] Forward { get; }

    public Step[] Backward { get; }

    /// <summary>Floats of activations and their gradients that a thread needs.</summary>
    public int ActivationFloats => _layout.Floats;

    public IReadOnlyList<(int Start, int Length)> Guards => _layout.Guards;

    /// <summary>Whether a gradient to this value is wanted: to all but the picture, and to that when asked for.</summary>
    public static bool Wants(Value value) => value.Gradient.Size > 0;

    public void Emit(Unit unit, string kernel, StepAction run) => _steps.Add(new Step(unit.Node.Path, $"{unit.Node.Op.Name}.{kernel}", run));

    /// <summary>What a unit's forward pass keeps for its backward pass, in the shape of its output.</summary>
    public Planes Scratch(Unit unit) =>
        _scratch.TryGetValue(unit, out var planes) ? planes : _scratch[unit] = _layout.Take(unit.Output.Shape, 0);

    /// <summary>Lets a convolution write its part of a value's gradient, adding what is there already or was passed on.</summary>
    public void EmitGradient(Unit unit, Value value, Conv2dTask task)
    {
        task.Add = value.Written ? value.Gradient : value.PassedOn.TryDequeue(out var passed) ? passed : null;
        Emit(unit, "BackwardInput", (kernels, in memory) => kernels.Conv2d(task, memory));
        (value.Written, value.LastWriter) = (true, task);
    }

    /// <summary>Lets another kernel write its part of a value's gradient; it is told where, and whether to add.</summary>
    public void EmitGradient(Unit unit, Value value, Func<Planes, bool, StepAction> write)
    {
        Emit(unit, "Backward", write(value.Gradient, value.Written));
        (value.Written, value.LastWriter) = (true, null);
    }

    /// <summary>As above for a kernel that cannot add.</summary>
    public void EmitGradientCopy(Unit unit, Value value, Func<Planes, StepAction> write)
    {
        if (!value.Written)
        {
            EmitGradient(unit, value, (planes, _) => write(planes));
            return;
        }

        var scratch = _layout.Take(value.Shape, 0);
        Emit(unit, "Backward", write(scratch));
        EmitGradient(unit, value, (planes, _) => (kernels, in memory) => kernels.Add(planes, scratch, planes, relu: false, memory));
    }

    private Step[] TakeSteps()
    {
        Step[] steps = [.. _steps];
        _steps.Clear();
        return steps;
    }

    private void LowerBackward(Fusion fusion, bool inputGradient)
    {
        OutputGradient = fusion.Output.Gradient;
        fusion.Output.Written = true;
        foreach (var unit in Enumerable.Reverse(fusion.Units))
        {
            Finish(unit, unit.Output);
            Lowering.Of(unit).Backward(unit, this);
        }

        if (inputGradient)
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
                ? (kernels, in memory) => kernels.Add(gradient, passed, gradient, relu: false, memory)
                : (kernels, in memory) => kernels.Copy(passed, gradient, memory));
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
            Emit(unit, "MaskGradient", (kernels, in memory) => kernels.ReLUBackward(gradient, data, gradient, memory));
        }
    }
}
