using Lanewise.Engine;

namespace Lanewise.Tests.Engine;

/// <summary>Images stored consecutively in an array.</summary>
internal sealed class TensorSource(float[] images, float[] labels) : ITensorSource
{
    private readonly int _size = images.Length / labels.Length;

    /// <summary>Creates random images, and labels that cycle through 0 … classes − 1.</summary>
    public static TensorSource Random(int count, int size, int classes)
    {
        var random = new Random(1);
        float[] images = new float[count * size], labels = new float[count];
        for (int i = 0; i < images.Length; i++)
        {
            images[i] = random.NextSingle() * 2 - 1;
        }

        for (int i = 0; i < count; i++)
        {
            labels[i] = i % classes;
        }

        return new TensorSource(images, labels);
    }

    /// <summary>Returns all images, for the reference engine.</summary>
    public double[] Values() => Array.ConvertAll(images, v => (double)v);

    public void Read(int index, Span<float> image) => images.AsSpan(index * _size, _size).CopyTo(image);

    public int Label(int index) => (int)labels[index];
}
