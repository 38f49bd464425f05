namespace Lanewise.Engine;

/// <summary>Lowers the units of an op to kernel calls.</summary>
internal abstract class Lowering
{
    /// <summary>Whether the forward pass supports the channel-interleaved layout.</summary>
    public virtual bool SupportsChannelLanes(Unit unit) => false;

    /// <summary>Whether the backward pass reads the output of the unit.</summary>
    public virtual bool BackwardReadsOutput => false;

    /// <summary>Whether the backward pass reads the inputs of the unit.</summary>
    public virtual bool BackwardReadsInputs(Unit unit) => false;

    /// <summary>Returns the inputs whose gradient is that of the output, unchanged.</summary>
    public virtual IEnumerable<Value> PassThroughInputs(Unit unit) => [];

    /// <summary>Checks limits and requires the borders of zero columns that the kernels read; called before memory is allocated.</summary>
    public virtual void Prepare(Unit unit) { }

    /// <summary>Emits the forward pass.</summary>
    public abstract void Forward(Unit unit, BlockProgram program, bool training);

    /// <summary>Emits the backward pass; called when the gradient of the output is complete.</summary>
    public abstract void Backward(Unit unit, BlockProgram program);

    /// <summary>Adds the gradient of the output to the pending gradients of <see cref="PassThroughInputs"/>.</summary>
    protected void PassGradientThrough(Unit unit)
    {
        foreach (var value in PassThroughInputs(unit).Where(v => v.RequiresGradient))
        {
            value.PendingGradients.Enqueue(unit.Output.Gradient);
        }
    }
}
