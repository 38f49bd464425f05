namespace Lanewise.Engine;

/// <summary>The values of one image at a node of the reference engine, (C, H, W) in row-major order.</summary>
internal sealed class Volume(Shape shape)
{
    public Shape Shape { get; } = shape;

    public double[] Values { get; } = new double[shape.Count];

    public ref double this[int c, int h, int w] => ref Values[At(c, h, w)];

    /// <summary>Returns the index of a value in <see cref="Values"/>.</summary>
    public int At(int c, int h, int w) => (c * Shape.Height + h) * Shape.Width + w;

    /// <summary>Whether (h, w) is a pixel of the image, not padding.</summary>
    public bool Contains(int h, int w) => h >= 0 && h < Shape.Height && w >= 0 && w < Shape.Width;

    /// <summary>Visits every channel, row and column.</summary>
    public void ForEach(Action<int, int, int> visit)
    {
        for (int c = 0; c < Shape.Channels; c++)
        {
            for (int h = 0; h < Shape.Height; h++)
            {
                for (int w = 0; w < Shape.Width; w++)
                {
                    visit(c, h, w);
                }
            }
        }
    }
}

/// <summary>Element-wise sums of arrays.</summary>
internal static class ReferenceSums
{
    /// <summary>Adds the values of <paramref name="x"/> to the first values of <paramref name="to"/>.</summary>
    public static void AddTo(this ReadOnlySpan<double> x, Span<double> to)
    {
        for (int i = 0; i < x.Length; i++)
        {
            to[i] += x[i];
        }
    }

    /// <inheritdoc cref="AddTo(ReadOnlySpan{double}, Span{double})"/>
    public static void AddTo(this Span<double> x, Span<double> to) => AddTo((ReadOnlySpan<double>)x, to);

    /// <inheritdoc cref="AddTo(ReadOnlySpan{double}, Span{double})"/>
    public static void AddTo(this double[] x, Span<double> to) => AddTo((ReadOnlySpan<double>)x, to);
}
