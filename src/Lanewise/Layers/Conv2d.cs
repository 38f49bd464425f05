using Lanewise.Graphs;

namespace Lanewise.Layers;

/// <summary>The Conv2d layer.</summary>
public static class Conv2dLayer
{
    /// <summary>Adds a 2-D convolution, (C, H, W) → (outChannels, P, Q) with P = ⌊(H + 2·padding − kernel) / stride⌋ + 1.</summary>
    /// <param name="x">The input; C is read off it.</param>
    /// <param name="name">The module's name; its parameters are <c>name.weight</c> and <c>name.bias</c>.</param>
    /// <param name="outChannels">Output channels.</param>
    /// <param name="kernel">The square kernel's side.</param>
    /// <param name="stride">Step between outputs.</param>
    /// <param name="padding">Zero rows and columns around the picture.</param>
    /// <param name="bias">Whether each output channel has a bias.</param>
    /// <exception cref="LanewiseException">The kernel does not fit the input.</exception>
    public static Activation Conv2d(this Activation x, string name, int outChannels, int kernel, int stride = 1, int padding = 0, bool bias = true) =>
        x.Then(new Conv2d(outChannels, kernel, kernel, stride, padding, padding, bias), name);
}
