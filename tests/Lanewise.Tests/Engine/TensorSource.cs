using Lanewise.Engine;

namespace Lanewise.Tests.Engine;

/// <summary>Pictures that lie one behind the other in an array.</summary>
internal sealed class TensorSource(float[] pictures, float[] labels) : IExampleSource
{
    private readonly int _size = pictures.Length / labels.Length;

    /// <summary>Random pictures of so many values, and labels 0 … classes − 1 in turn.</summary>
    public static TensorSource Random(int count, int size, int classes)
    {
        var random = new Random(1);
        float[] pictures = new float[count * size], labels = new float[count];
        for (int i = 0; i < pictures.Length; i++)
        {
            pictures[i] = random.NextSingle() * 2 - 1;
        }

        for (int i = 0; i < count; i++)
        {
            labels[i] = i % classes;
        }

        return new TensorSource(pictures, labels);
    }

    /// <summary>All pictures, for the reference engine.</summary>
    public double[] Values() => Array.ConvertAll(pictures, v => (double)v);

    public void Read(int index, Span<float> picture) => pictures.AsSpan(index * _size, _size).CopyTo(picture);

    public int Label(int index) => (int)labels[index];
}
