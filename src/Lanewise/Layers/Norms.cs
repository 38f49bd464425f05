using Lanewise.Graphs;

namespace Lanewise.Layers;

/// <summary>The layers that normalise, and dropout.</summary>
public static class NormLayers
{
    /// <summary>Adds batch normalisation; the shape stays (C, H, W).</summary>
    /// <param name="x">The input; C is read off it.</param>
    /// <param name="name">The module's name; its parameters are <c>name.weight</c>, <c>name.bias</c> and the running statistics.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="momentum">The batch's share in the running statistics.</param>
    public static SymbolicTensor BatchNorm2d(this SymbolicTensor x, string name, float eps = 1e-5f, float momentum = 0.1f) =>
        x.Then(new BatchNorm2d(eps, momentum), name);

    /// <summary>Adds local response normalisation over <paramref name="size"/> channels; the shape stays (C, H, W).</summary>
    /// <param name="x">The input.</param>
    /// <param name="size">Neighbouring channels in the sum.</param>
    /// <param name="alpha">The sum's weight.</param>
    /// <param name="beta">The exponent.</param>
    /// <param name="k">Added to the sum.</param>
    public static SymbolicTensor LocalResponseNorm(this SymbolicTensor x, int size, float alpha = 1e-4f, float beta = 0.75f, float k = 1) =>
        x.Then(new LocalResponseNorm(size, alpha, beta, k));

    /// <summary>Adds dropout with probability <paramref name="p"/>; the shape stays (C, H, W).</summary>
    public static SymbolicTensor Dropout(this SymbolicTensor x, float p = 0.5f) => x.Then(new Dropout(p));

    /// <summary>Adds softmax over the channels; the shape stays (C, H, W).</summary>
    public static SymbolicTensor Softmax(this SymbolicTensor x) => x.Then(new Softmax());
}
