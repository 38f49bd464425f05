namespace Lanewise.Engine;

/// <summary>
/// What the engine knows of an op besides its shapes: its gradient rule, and the kernel calls for its units and gradient nodes. Without
/// state: one object serves all units.
/// </summary>
internal abstract class Lowering
{
    /// <summary>Whether the forward pass supports the channel-interleaved layout.</summary>
    public virtual bool SupportsChannelLanes(Unit unit, Form form) => false;

    /// <summary>Whether the forward pass saves something for the gradient of the first input, in the shape of the output.</summary>
    public virtual bool SavesForBackward => false;

    /// <summary>Checks limits of the kernels.</summary>
    /// <exception cref="NetworkException">A limit is exceeded.</exception>
    public virtual void Check(Unit unit) { }

    /// <summary>
    /// Returns the zero columns at each row that the kernels read: of the first input in the forward pass, and of the output's gradient.
    /// </summary>
    public virtual (int Input, int Gradient) Borders(Unit unit) => default;

    /// <summary>
    /// Applies the gradient rule; called when the gradient of the output is complete. By default each input has a contribution by a kernel
    /// that reads <see cref="GradientReads"/>.
    /// </summary>
    /// <param name="unit">The unit.</param>
    /// <param name="group">The unit that it is computed together with; itself where it stands alone.</param>
    /// <param name="autodiff">Takes the gradient nodes.</param>
    public virtual void Differentiate(Unit unit, Unit group, Autodiff autodiff)
    {
        for (int i = 0; i < unit.Inputs.Length; i++)
        {
            autodiff.AddInput(unit, i, GradientReads(unit, i));
        }
    }

    /// <summary>Returns the activations that the gradient of an input depends on.</summary>
    protected virtual IEnumerable<Value> GradientReads(Unit unit, int index) => [];

    /// <summary>Emits the forward pass.</summary>
    public abstract void Forward(Unit unit, ProgramBuilder program);

    /// <summary>Emits a gradient node of the op.</summary>
    public virtual void Backward(GradientNode node, ProgramBuilder program) =>
        throw new InvalidOperationException($"{node.Unit.Node.Op.Name} has no gradient kernel");
}
