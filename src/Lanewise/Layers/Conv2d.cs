using Lanewise.Graphs;

namespace Lanewise.Layers;

/// <summary>The Conv2d layer.</summary>
public static class Conv2dLayer
{
    /// <summary>Adds a 2-D convolution, (C, H, W) → (outChannels, P, Q) with P = ⌊(H + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1.</summary>
    /// <param name="x">The input; C is read off it.</param>
    /// <param name="name">The module's name; its parameters are <c>name.weight</c> and <c>name.bias</c>.</param>
    /// <param name="outChannels">Output channels.</param>
    /// <param name="kernelSize">The square kernel's side.</param>
    /// <param name="stride">Step between outputs.</param>
    /// <param name="padding">Zero rows and columns around the image: a number, or a <see cref="Padding"/>.</param>
    /// <param name="bias">Whether each output channel has a bias.</param>
    /// <param name="dilation">Step between the inputs of one output.</param>
    /// <param name="groups">In how many parts the channels are cut, each convolved by itself.</param>
    /// <param name="initial">How the weights begin; null for PyTorch's default.</param>
    /// <exception cref="LanewiseException">The kernel does not fit the input, or the groups do not divide the channels.</exception>
    public static SymbolicTensor Conv2d(
        this SymbolicTensor x, string name, int outChannels, int kernelSize, int stride = 1, Padding padding = default, bool bias = true,
        int dilation = 1, int groups = 1, Initializer? initial = null) =>
        x.Then(new Conv2d(outChannels, kernelSize, kernelSize, stride, padding, bias, dilation, groups) { Initial = initial }, name);
}
