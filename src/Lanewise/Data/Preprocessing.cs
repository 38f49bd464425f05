using Lanewise.Graphs;

namespace Lanewise.Data;

/// <summary>
/// How a picture becomes the network's input: resized to the input's height and width, then
/// <c>(pixel / 255 − Mean) / Std</c> for each channel. It travels with the weights.
/// </summary>
/// <param name="Input">The network's input shape.</param>
/// <param name="Mean">One mean a channel, in units of the full pixel range.</param>
/// <param name="Std">One standard deviation a channel, in the same units.</param>
public sealed record Preprocessing(Shape Input, IReadOnlyList<float> Mean, IReadOnlyList<float> Std)
{
    /// <summary>MNIST's: 1×28×28, mean 0.1307, standard deviation 0.3081.</summary>
    public static Preprocessing Mnist { get; } = new(new Shape(1, 28, 28), [0.1307f], [0.3081f]);

    /// <summary>Normalises C×H×W bytes into C×H×W floats.</summary>
    /// <param name="pixels">The image's bytes, <see cref="Shape.Count"/> of them.</param>
    /// <param name="destination">Is written: as many floats.</param>
    public void Normalize(ReadOnlySpan<byte> pixels, Span<float> destination)
    {
        int plane = Input.Pixels;
        for (int c = 0; c < Input.Channels; c++)
        {
            float mean = Mean[c], std = Std[c];
            var from = pixels.Slice(c * plane, plane);
            var to = destination.Slice(c * plane, plane);
            for (int i = 0; i < plane; i++)
            {
                to[i] = (from[i] / 255f - mean) / std;
            }
        }
    }
}
