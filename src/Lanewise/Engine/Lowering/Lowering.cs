namespace Lanewise.Engine;

/// <summary>How one op becomes kernel calls.</summary>
internal abstract class Lowering
{
    /// <summary>Whether the forward pass works where lanes are channels.</summary>
    public virtual bool TakesChannelLanes(Unit unit) => false;

    /// <summary>Whether the backward pass reads the unit's output.</summary>
    public virtual bool BackwardReadsOutput => false;

    /// <summary>Whether the backward pass reads the unit's inputs.</summary>
    public virtual bool BackwardReadsInputs(Unit unit) => false;

    /// <summary>The values to which the gradient to the output is passed on as it is.</summary>
    public virtual IEnumerable<Value> PassesOn(Unit unit) => [];

    /// <summary>Asks the inputs and the output for the zero columns that the kernels read.</summary>
    public virtual void Require(Unit unit) { }

    /// <summary>Emits the forward pass.</summary>
    public abstract void Forward(Unit unit, BlockProgram program, bool training);

    /// <summary>Emits the backward pass; the gradient to the unit's output is complete.</summary>
    public abstract void Backward(Unit unit, BlockProgram program);

    /// <summary>Passes the gradient to the output on.</summary>
    protected void PassOn(Unit unit)
    {
        foreach (var value in PassesOn(unit).Where(BlockProgram.Wants))
        {
            value.PassedOn.Enqueue(unit.Output.Gradient);
        }
    }
}
