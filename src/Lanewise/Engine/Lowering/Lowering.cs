using Lanewise.Graphs;

namespace Lanewise.Engine;

/// <summary>How one op becomes kernel calls.</summary>
internal abstract class Lowering
{
    /// <summary>The lowering of a unit's op.</summary>
    public static Lowering Of(Unit unit) => unit.Node.Op switch
    {
        Conv2d => new Conv2dLowering(),
        Linear => new Conv2dLowering(),
        MaxPool2d => new MaxPool2dLowering(),
        AvgPool2d => new AvgPool2dLowering(),
        ReLU => new ReLULowering(),
        Add => new AddLowering(),
        Concat => new ConcatLowering(),
        Flatten => new FlattenLowering(),
        var op => throw new LanewiseException($"{unit.Node.Path} ({op.Name}): this engine has no kernel for it; use another op."),
    };

    /// <summary>Asks the inputs and the output for the zero columns that the kernels read.</summary>
    public virtual void Require(Unit unit) { }

    /// <summary>Emits the forward pass.</summary>
    public abstract void Forward(Unit unit, BlockProgram program, bool training);

    /// <summary>Emits the backward pass; the gradient to the unit's output is complete.</summary>
    public abstract void Backward(Unit unit, BlockProgram program);
}
