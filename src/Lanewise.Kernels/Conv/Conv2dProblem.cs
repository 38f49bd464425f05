using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>
/// A convolution, or the gradient to its input, before an algorithm is chosen. A linear layer is a convolution of one output pixel.
/// </summary>
/// <param name="Geometry">The convolution.</param>
/// <param name="Source">The activation that is read: x, or dy for the gradient to the input.</param>
/// <param name="Output">The activation that is written, or pooled: y, or dx for the gradient to the input.</param>
/// <param name="Weights">The location of the weights.</param>
internal sealed record Conv2dProblem(Conv2dGeometry Geometry, Planes Source, Planes Output, ConvWeights Weights)
{
    /// <summary>The source's channels in the channel-interleaved layout; null in the batch-interleaved one.</summary>
    public ChannelLanes? Lanes { get; init; }

    /// <summary>What is done to the sums.</summary>
    public Epilogue Epilogue { get; init; }

    /// <summary>The algorithms to choose from.</summary>
    public ConvAlgorithm Algorithm { get; init; }

    /// <summary>For the gradient to the input, the convolutions whose gradients are summed; empty for the forward pass.</summary>
    public IReadOnlyList<Conv2dSource> Sources { get; private init; } = [];

    /// <summary>Whether it is the gradient to the input.</summary>
    public bool IsBackward => Sources.Count > 0;

    /// <summary>The channels that are summed.</summary>
    public int InChannels => Lanes?.Channels ?? Source.Channels;

    /// <summary>
    /// Describes dx, the gradient to a convolution's input, or the sum of such gradients for 1×1 convolutions of one input that share
    /// stride and packing group.
    /// </summary>
    /// <param name="sources">The convolution, or all convolutions that read the same input.</param>
    /// <param name="dx">The gradient to the input.</param>
    /// <param name="transformed">The first float of the transformed weights.</param>
    public static Conv2dProblem BackwardInput(IReadOnlyList<Conv2dSource> sources, Planes dx, int transformed = 0)
    {
        var (geometry, first, weights) = sources[0];
        var dy = first with { Channels = sources.Sum(source => source.Geometry.OutChannels) };
        return new(geometry, dy, dx, new ConvWeights(weights, Transformed: transformed)) { Sources = sources };
    }
}

/// <summary>Where the weights of a convolution are in the weights' memory: offsets in floats.</summary>
/// <param name="Packed">The first packed weight.</param>
/// <param name="Bias">The first bias; negative for none.</param>
/// <param name="Transformed">The first weight as an algorithm transforms it; of use only where it does.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ConvWeights(int Packed, int Bias = -1, int Transformed = 0);
