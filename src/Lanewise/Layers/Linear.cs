namespace Lanewise;

/// <summary>The Linear layer.</summary>
public static class LinearLayer
{
    /// <summary>Adds y = W·x + b, (N, F, 1, 1) → (N, outFeatures, 1, 1).</summary>
    /// <param name="x">The input; F is taken from it.</param>
    /// <param name="name">The module's name; its parameters are <c>name.weight</c> and <c>name.bias</c>.</param>
    /// <param name="outFeatures">Output features.</param>
    /// <param name="bias">Whether each output has a bias.</param>
    /// <param name="initial">Initial distribution of the weights; null for PyTorch's default.</param>
    /// <exception cref="LanewiseException">The input is not flat.</exception>
    public static SymbolicTensor Linear(
        this SymbolicTensor x, string name, int outFeatures, bool bias = true, Initializer? initial = null) =>
        x.Then(new Linear(outFeatures, bias) { Initial = initial }, name);

    /// <summary>Adds y = W·x + b named by its number in the module: <c>linear1</c>, <c>linear2</c>, ….</summary>
    /// <inheritdoc cref="Linear(SymbolicTensor, string, int, bool, Initializer?)"/>
    public static SymbolicTensor Linear(this SymbolicTensor x, int outFeatures, bool bias = true, Initializer? initial = null) =>
        x.Then(new Linear(outFeatures, bias) { Initial = initial });
}
