namespace Lanewise.Onnx.Import;

/// <summary>What is known of a value of the graph while it is turned into a network.</summary>
internal abstract record Value;

/// <summary>A tensor that is known.</summary>
/// <param name="Tensor">The tensor.</param>
internal sealed record ConstantValue(Constant Tensor) : Value;

/// <summary>Activations of the network.</summary>
/// <param name="Tensor">The layer's output.</param>
/// <param name="Layout">How the ONNX tensor views it.</param>
internal sealed record ActivationValue(SymbolicTensor Tensor, Layout Layout) : Value;

/// <summary>A layer that is created once it is known whether the next node is a part of it, such as its bias.</summary>
internal abstract record PendingValue : Value
{
    /// <summary>Creates the layer.</summary>
    public abstract ActivationValue Create();
}

/// <summary>
/// The image, or some of its channels, before the first layer, in affine form: what is done to it is the preprocessing of the network.
/// </summary>
/// <param name="Channels">What each channel is.</param>
/// <param name="Layout">How the ONNX tensor views the channels.</param>
internal sealed record PixelsValue(IReadOnlyList<PixelChannel> Channels, Layout Layout) : Value;

/// <summary>A channel: scale · (channel <paramref name="Source"/> of the file's input) + offset.</summary>
/// <param name="Source">The channel of the file's input.</param>
/// <param name="Scale">The factor.</param>
/// <param name="Offset">What is added.</param>
internal readonly record struct PixelChannel(int Source, double Scale, double Offset);

/// <summary>The output of a node that is not supported; what depends on it is not looked at.</summary>
internal sealed record UnknownValue : Value
{
    /// <summary>Gets the value.</summary>
    public static UnknownValue Instance { get; } = new();
}
