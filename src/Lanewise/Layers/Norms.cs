namespace Lanewise;

/// <summary>The normalization layers, the linear function of each channel, softmax and dropout.</summary>
public static class NormLayers
{
    /// <summary>Adds batch normalization; the shape stays (N, C, H, W).</summary>
    /// <param name="x">The input; C is taken from it.</param>
    /// <param name="name">The module's name; its parameters are <c>name.weight</c>, <c>name.bias</c> and the running statistics.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="momentum">Weight of the batch in the running statistics.</param>
    /// <exception cref="LanewiseException"><paramref name="eps"/> or <paramref name="momentum"/> is out of range.</exception>
    public static SymbolicTensor BatchNorm2d(this SymbolicTensor x, string name, double eps = 1e-5, double momentum = 0.1) =>
        x.Then(new BatchNorm2d((float)eps, (float)momentum), name);

    /// <summary>Adds batch normalization named by its number in the module: <c>batchnorm2d1</c>, <c>batchnorm2d2</c>, ….</summary>
    /// <inheritdoc cref="BatchNorm2d(SymbolicTensor, string, double, double)"/>
    public static SymbolicTensor BatchNorm2d(this SymbolicTensor x, double eps = 1e-5, double momentum = 0.1) =>
        x.Then(new BatchNorm2d((float)eps, (float)momentum));

    /// <summary>
    /// Adds weight[c] · x + bias[c], a trainable linear function of each channel, initially the identity; the shape stays (N, C, H, W).
    /// </summary>
    /// <param name="x">The input; C is taken from it.</param>
    /// <param name="name">The module's name; its parameters are <c>name.weight</c> and <c>name.bias</c>.</param>
    /// <param name="bias">Whether each channel has a bias.</param>
    public static SymbolicTensor ChannelAffine(this SymbolicTensor x, string name, bool bias = true) =>
        x.Then(new ChannelAffine(bias), name);

    /// <summary>Adds weight[c] · x + bias[c] named by its number in the module: <c>channelaffine1</c>, <c>channelaffine2</c>, ….</summary>
    /// <inheritdoc cref="ChannelAffine(SymbolicTensor, string, bool)"/>
    public static SymbolicTensor ChannelAffine(this SymbolicTensor x, bool bias = true) => x.Then(new ChannelAffine(bias));

    /// <summary>Adds local response normalization over <paramref name="size"/> channels; the shape stays (N, C, H, W).</summary>
    /// <param name="x">The input.</param>
    /// <param name="size">Neighbouring channels in the sum.</param>
    /// <param name="alpha">Weight of the sum.</param>
    /// <param name="beta">Exponent.</param>
    /// <param name="k">Added to the sum.</param>
    /// <exception cref="LanewiseException">A parameter is out of range.</exception>
    public static SymbolicTensor LocalResponseNorm(
        this SymbolicTensor x, int size, double alpha = 1e-4, double beta = 0.75, double k = 1) =>
        x.Then(new LocalResponseNorm(size, (float)alpha, (float)beta, (float)k));

    /// <summary>Adds dropout with probability <paramref name="p"/>; the shape stays (N, C, H, W).</summary>
    /// <exception cref="LanewiseException"><paramref name="p"/> is not at least 0 and below 1.</exception>
    public static SymbolicTensor Dropout(this SymbolicTensor x, double p = 0.5) => x.Then(new Dropout((float)p));

    /// <summary>Adds softmax over the channels; the shape stays (N, C, H, W).</summary>
    public static SymbolicTensor Softmax(this SymbolicTensor x) => x.Then(new Softmax());

    /// <summary>Adds the logarithm of softmax over the channels; the shape stays (N, C, H, W).</summary>
    public static SymbolicTensor LogSoftmax(this SymbolicTensor x) => x.Then(new LogSoftmax());
}
