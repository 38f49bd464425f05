namespace Lanewise;

/// <summary>The Conv2d layer.</summary>
public static class Conv2dLayer
{
    /// <summary>
    /// Adds a 2-D convolution, (N, C, H, W) → (N, outChannels, P, Q) with
    /// P = ⌊(H + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1. Sizes per axis are given as (height, width).
    /// </summary>
    /// <param name="x">The input; C is taken from it.</param>
    /// <param name="name">The module's name; its parameters are <c>name.weight</c> and <c>name.bias</c>.</param>
    /// <param name="outChannels">Output channels.</param>
    /// <param name="kernelSize">Kernel height and width.</param>
    /// <param name="stride">Step between outputs; 1 by default.</param>
    /// <param name="padding">Zero rows and columns around the image: a number, (vertical, horizontal), or a <see cref="Padding"/>.</param>
    /// <param name="bias">Whether each output channel has a bias.</param>
    /// <param name="dilation">Step between the inputs of one output; 1 by default.</param>
    /// <param name="groups">Number of groups that the channels are divided into, each convolved separately.</param>
    /// <param name="initial">Initial distribution of the weights; null for PyTorch's default.</param>
    /// <exception cref="LanewiseException">The kernel does not fit the input, or the groups do not divide the channels.</exception>
    public static SymbolicTensor Conv2d(
        this SymbolicTensor x,
        string name,
        int outChannels,
        Size2d kernelSize,
        Size2d? stride = null,
        Padding padding = default,
        bool bias = true,
        Size2d? dilation = null,
        int groups = 1,
        Initializer? initial = null) =>
        x.Then(Op(outChannels, kernelSize, stride, padding, bias, dilation, groups, initial), name);

    /// <summary>Adds a 2-D convolution named by its number in the module: <c>conv2d1</c>, <c>conv2d2</c>, ….</summary>
    /// <inheritdoc cref="Conv2d(SymbolicTensor, string, int, Size2d, Size2d?, Padding, bool, Size2d?, int, Initializer?)"/>
    public static SymbolicTensor Conv2d(
        this SymbolicTensor x,
        int outChannels,
        Size2d kernelSize,
        Size2d? stride = null,
        Padding padding = default,
        bool bias = true,
        Size2d? dilation = null,
        int groups = 1,
        Initializer? initial = null) =>
        x.Then(Op(outChannels, kernelSize, stride, padding, bias, dilation, groups, initial));

    private static Conv2d Op(
        int outChannels, Size2d size, Size2d? stride, Padding padding, bool bias, Size2d? dilation, int groups, Initializer? initial) =>
        new(outChannels, size, stride ?? 1, padding, bias)
        {
            Dilation = dilation ?? 1,
            Groups = groups,
            Initial = initial,
        };
}
