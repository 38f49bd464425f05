namespace Lanewise.Engine;

/// <summary>ReLU: y = max(0, x).</summary>
internal static class ReLUReference
{
    /// <summary>Writes y.</summary>
    public static void Forward(double[] x, double[] y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = Math.Max(0, x[i]);
        }
    }

    /// <summary>Adds to dx: dy where x is positive; at zero the gradient is zero, as in PyTorch.</summary>
    public static void Backward(double[] x, double[] dy, double[] dx)
    {
        for (int i = 0; i < x.Length; i++)
        {
            dx[i] += x[i] > 0 ? dy[i] : 0;
        }
    }
}

/// <summary>Add, Concat and Flatten: values that are moved or summed as they are.</summary>
internal static class JoinReference
{
    /// <summary>Adds to the values of <paramref name="to"/> from <paramref name="at"/> on: all of <paramref name="x"/>.</summary>
    public static void AddTo(double[] x, double[] to, int at = 0)
    {
        for (int i = 0; i < x.Length; i++)
        {
            to[at + i] += x[i];
        }
    }

    /// <summary>Adds to x: as many of the values of <paramref name="whole"/> from <paramref name="at"/> on.</summary>
    public static void AddFrom(double[] whole, double[] x, int at = 0)
    {
        for (int i = 0; i < x.Length; i++)
        {
            x[i] += whole[at + i];
        }
    }
}
