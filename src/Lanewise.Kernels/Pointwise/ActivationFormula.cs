namespace Lanewise.Kernels;

/// <summary>
/// An elementwise function and its derivative; where it is not differentiable, the derivative is PyTorch's choice. One file each in
/// Activations.
/// </summary>
internal interface IActivation
{
    /// <summary>Computes f(x) with the numbers of a formula.</summary>
    static abstract V Value<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged;

    /// <summary>Computes f′(x) with the numbers of a formula.</summary>
    static abstract V Slope<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged;
}

/// <summary>An elementwise function with its numbers.</summary>
/// <param name="A">Its first number; 0 if it has none.</param>
/// <param name="B">Its second number; 0 if it has none.</param>
internal abstract record ActivationFormula(float A, float B)
{
    /// <summary>Writes y = f(x).</summary>
    public abstract void Forward(KernelSet kernels, Planes x, Planes y, in BlockMemory memory, Part part);

    /// <summary>Gets the function that applies f to a rectangle of an activation, in place.</summary>
    public abstract unsafe delegate*<ActivationFormula, float*, nint, int, int, void> InPlace<L, V>()
        where L : unmanaged, ILane<V>
        where V : unmanaged;

    /// <summary>Writes, or adds to, dx = f′(x) · dy.</summary>
    public abstract void Backward(KernelSet kernels, Planes x, Planes dy, Planes dx, bool accumulate, in BlockMemory memory, Part part);
}

/// <summary>An elementwise function of a type, with its numbers.</summary>
/// <typeparam name="TFunction">The function.</typeparam>
/// <param name="A">Its first number; 0 if it has none.</param>
/// <param name="B">Its second number; 0 if it has none.</param>
internal sealed record ActivationFormula<TFunction>(float A = 0, float B = 0) : ActivationFormula(A, B)
    where TFunction : struct, IActivation
{
    /// <inheritdoc/>
    public override void Forward(KernelSet kernels, Planes x, Planes y, in BlockMemory memory, Part part) =>
        kernels.Activation<TFunction>(this, x, y, memory, part);

    /// <inheritdoc/>
    public override unsafe delegate*<ActivationFormula, float*, nint, int, int, void> InPlace<L, V>() =>
        &Activation<TFunction, L, V>.InPlace;

    /// <inheritdoc/>
    public override void Backward(
        KernelSet kernels, Planes x, Planes dy, Planes dx, bool accumulate, in BlockMemory memory, Part part) =>
        kernels.ActivationBackward<TFunction>(this, x, dy, dx, accumulate, memory, part);
}
