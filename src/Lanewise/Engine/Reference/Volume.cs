using Lanewise.Graphs;

namespace Lanewise.Engine;

/// <summary>One image's activation in the reference engine: C×H×W doubles in row-major order.</summary>
internal sealed class Volume(Shape shape)
{
    public Shape Shape { get; } = shape;

    public double[] Values { get; } = new double[shape.Count];

    public ref double this[int c, int h, int w] => ref Values[At(c, h, w)];

    /// <summary>Where a value lies in <see cref="Values"/>.</summary>
    public int At(int c, int h, int w) => (c * Shape.Height + h) * Shape.Width + w;

    /// <summary>Whether (h, w) lies in the image and not in its padding.</summary>
    public bool Holds(int h, int w) => h >= 0 && h < Shape.Height && w >= 0 && w < Shape.Width;

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
