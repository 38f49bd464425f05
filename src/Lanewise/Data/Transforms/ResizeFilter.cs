namespace Lanewise;

/// <summary>
/// For each pixel along one side of a resized image, the source pixels under the filter and their weights: as many for each, some of
/// weight 0.
/// </summary>
internal sealed class ResizeFilter
{
    private readonly int[] _first;
    private readonly float[] _weights;

    private ResizeFilter(int[] first, int taps, float[] weights) => (_first, Taps, _weights) = (first, taps, weights);

    /// <summary>Gets the number of source pixels for each.</summary>
    public int Taps { get; }

    /// <summary>Creates the filter of <paramref name="count"/> target pixels from <paramref name="start"/> on.</summary>
    /// <param name="from">The number of source pixels.</param>
    /// <param name="to">The number of pixels to which they are resized.</param>
    /// <param name="start">The first target pixel.</param>
    /// <param name="count">The number of target pixels.</param>
    /// <param name="interpolation">The form of the filter.</param>
    public static ResizeFilter Create(int from, int to, int start, int count, Interpolation interpolation)
    {
        double scale = (double)from / to, unit = Math.Max(scale, 1), reach = interpolation == Interpolation.Bicubic ? 2 * unit : unit;
        int[] first = new int[count], last = new int[count];
        int taps = 0;
        for (int i = 0; i < count; i++)
        {
            double center = (start + i + 0.5) * scale;
            first[i] = Math.Max((int)(center - reach + 0.5), 0);
            last[i] = Math.Min((int)(center + reach + 0.5), from);
            taps = Math.Max(taps, last[i] - first[i]);
        }

        float[] weights = new float[count * taps];
        double[] values = new double[taps];
        for (int i = 0; i < count; i++)
        {
            double center = (start + i + 0.5) * scale, sum = 0;
            for (int j = 0; j < last[i] - first[i]; j++)
            {
                double distance = Math.Abs(first[i] + j + 0.5 - center) / unit;
                values[j] = interpolation == Interpolation.Bicubic ? Cubic(distance) : Math.Max(0, 1 - distance);
                sum += values[j];
            }

            // At the end of the side, pixels of weight 0 precede those under the filter.
            int before = Math.Max(first[i] + taps - from, 0);
            for (int j = 0; j < last[i] - first[i]; j++)
            {
                weights[i * taps + before + j] = (float)(values[j] / sum);
            }

            first[i] -= before;
        }

        return new(first, taps, weights);
    }

    /// <summary>Returns the first source pixel of a target pixel.</summary>
    public int First(int index) => _first[index];

    /// <summary>Returns the weights of the source pixels of a target pixel.</summary>
    public ReadOnlySpan<float> Weights(int index) => _weights.AsSpan(index * Taps, Taps);

    /// <summary>Keys' cubic convolution with a = −0.5.</summary>
    private static double Cubic(double x) => x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}
