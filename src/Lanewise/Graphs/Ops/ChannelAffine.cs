namespace Lanewise;

/// <summary>
/// y[c] = weight[c] · x[c] + bias[c] with a trainable weight and bias for each channel, (N, C, H, W) → (N, C, H, W): Caffe's Scale layer,
/// and what remains of batch normalization without its statistics. Initially it is the identity.
/// </summary>
/// <param name="Bias">Whether each channel has a bias.</param>
public sealed record ChannelAffine(bool Bias = true) : Op
{
    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => !Bias;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => inputs[0];

    internal static ChannelAffine Read(AttributeReader from) => new(from.Bool("bias"));

    internal override void Write(AttributeWriter to) => to.Write("bias", Bias);

    internal override IReadOnlyList<ParameterSpec> Parameters(string path, IReadOnlyList<Shape> inputs)
    {
        int[] channels = [inputs[0].Channels];
        ParameterSpec weight = new($"{path}.weight", channels, Initializer.Ones);
        return Bias ? [weight, new($"{path}.bias", channels, Initializer.Zeros)] : [weight];
    }
}
