using Lanewise.Kernels;

namespace Lanewise.Engine;

// The backward pass.
internal sealed partial class BlockProgram
{
    private readonly Dictionary<Unit, Planes> _savedForBackward = [];

    /// <summary>Returns the memory that the forward pass of a unit saves for its backward pass, in the shape of the output.</summary>
    public Planes SavedForBackward(Unit unit) =>
        _savedForBackward.TryGetValue(unit, out var planes) ? planes : _savedForBackward[unit] = _layout.AllocatePlaced(unit.Output.Shape);

    /// <summary>
    /// Emits the contribution of a convolution, or of siblings, to the gradient of a value; it also adds what is written or pending.
    /// </summary>
    public void EmitGradient(IReadOnlyList<Unit> units, Value value, Conv2dCall call)
    {
        call.Add = value.IsGradientWritten ? value.Gradient : value.PendingGradients.TryDequeue(out var passed) ? passed : null;
        Emit(units, "BackwardInput", call);
        (value.IsGradientWritten, value.LastGradientWriter) = (true, call);
    }

    /// <summary>Emits the contribution of another kernel to the gradient of a value.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="value">The value.</param>
    /// <param name="write">Creates the work from the location of the gradient and whether to add to it.</param>
    public void EmitGradient(Unit unit, Value value, Func<Planes, bool, Work> write)
    {
        Emit(unit, "Backward", write(value.Gradient, value.IsGradientWritten));
        (value.IsGradientWritten, value.LastGradientWriter) = (true, null);
    }

    /// <summary>Emits the contribution, to the gradient of a value, of a kernel that splits into channels.</summary>
    public void EmitGradient(Unit unit, Value value, Func<Planes, bool, BlockAction> write) =>
        EmitGradient(unit, value, (planes, adds) => Work.PerBlock(value.Shape.Channels, write(planes, adds)));

    /// <summary>Emits the contribution, to the gradient of a value, of a kernel that neither accumulates nor splits.</summary>
    public void EmitGradientCopy(Unit unit, Value value, Func<Planes, BlockAction> write)
    {
        if (!value.IsGradientWritten)
        {
            EmitGradient(unit, value, (planes, _) => Work.PerBlock(1, write(planes)));
            return;
        }

        var scratch = _layout.AllocatePlaced(value.Shape);
        Emit(unit, "Backward", Work.PerBlock(1, write(scratch)));
        EmitGradient(unit, value, (planes, _) =>
            (kernels, in memory, part) => kernels.Add(planes, scratch, planes, relu: false, memory, part));
    }

    private void LowerBackward(Fusion fusion)
    {
        foreach (var output in fusion.Outputs)
        {
            output.IsGradientWritten = true;
        }

        foreach (var unit in Enumerable.Reverse(fusion.Units).Where(u => u.Output.RequiresGradient))
        {
            CompleteGradient(unit, unit.Output);
            unit.Lowering.Backward(unit, this);
        }

        if (fusion.Input.RequiresGradient)
        {
            InputGradient = fusion.Input.Gradient;
            CompleteGradient(fusion.Units[0], fusion.Input);
        }
    }

    /// <summary>
    /// Completes the gradient of a value, to which all readers have contributed: adds pending gradients and applies the ReLU mask.
    /// </summary>
    private void CompleteGradient(Unit unit, Value value)
    {
        var (data, gradient) = (value.Data, value.Gradient);
        while (value.PendingGradients.TryDequeue(out var passed))
        {
            EmitGradient(unit, value, (_, adds) => adds
                ? (kernels, in memory, part) => kernels.Add(gradient, passed, gradient, relu: false, memory, part)
                : (kernels, in memory, part) => kernels.Copy(passed, gradient, memory, part));
        }

        if (!value.ReLU)
        {
            return;
        }

        if (value.LastGradientWriter is { } writer)
        {
            writer.Mask = data;
        }
        else
        {
            Emit(unit, "MaskGradient", value, (kernels, in memory, part) => kernels.ReLUBackward(gradient, data, gradient, memory, part));
        }
    }
}
