using System.Numerics;

namespace Lanewise.Imaging;

/// <summary>
/// A small version of an image, by which images that look alike to a hash are compared in earnest: in colour, and as crops of each other.
/// </summary>
internal sealed class Thumbnail
{
    private const int Side = 32, Channels = 3, Edges = 4, MaxCut = Side / 8;

    // Images that correlate less are not crops of each other, and are not tried.
    private const double MinForCrop = 0.6;

    private readonly DecodedImage _image;
    private readonly float[] _values;

    private Thumbnail(DecodedImage image) => (_image, _values) = (image, Normalized(image));

    /// <summary>Makes a thumbnail, of 32×32 pixels in colour.</summary>
    public static Thumbnail Of(DecodedImage image)
    {
        var small = image.Resize(new Box(0, 0, image.Width, image.Height), Side, Side);
        if (small.Channels == 1)
        {
            small = new DecodedImage(Channels, Side, Side, [.. small.Pixels, .. small.Pixels, .. small.Pixels]);
        }

        return new(small);
    }

    /// <summary>Returns the thumbnail as in a mirror.</summary>
    public Thumbnail Mirror()
    {
        var mirrored = _image.Copy();
        for (int c = 0; c < Channels; c++)
        {
            for (int y = 0; y < Side; y++)
            {
                mirrored.Row(c, y).Reverse();
            }
        }

        return new(mirrored);
    }

    /// <summary>
    /// Returns whether two images are alike: the correlation of their pixels reaches a limit, as they are or with one of them cropped by up
    /// to an eighth at each edge.
    /// </summary>
    /// <param name="other">The other image.</param>
    /// <param name="limit">The correlation from which on images are alike, up to 1.</param>
    public bool IsLike(Thumbnail other, double limit)
    {
        double correlation = Dot(_values, other._values);
        return correlation >= limit
            || (correlation >= MinForCrop && (Climbs(this, other, correlation, limit) || Climbs(other, this, correlation, limit)));
    }

    /// <summary>Crops one of the images step by step, at the edge where that makes it most like the other.</summary>
    private static bool Climbs(Thumbnail cropped, Thumbnail whole, double correlation, double limit)
    {
        int[] cuts = new int[Edges];
        while (correlation < limit)
        {
            int best = -1;
            for (int edge = 0; edge < Edges; edge++)
            {
                if (cuts[edge] < MaxCut)
                {
                    cuts[edge]++;
                    double next = Dot(cropped.Cut(cuts), whole._values);
                    cuts[edge]--;
                    (best, correlation) = next > correlation ? (edge, next) : (best, correlation);
                }
            }

            if (best < 0)
            {
                return false;
            }

            cuts[best]++;
        }

        return true;
    }

    /// <summary>Returns the values of the image without some pixels at its left, right, upper and lower edge.</summary>
    private float[] Cut(int[] cuts) => Normalized(_image.Resize(
        new Box(cuts[0], cuts[2], Side - cuts[0] - cuts[1], Side - cuts[2] - cuts[3]), Side, Side));

    private static double Dot(float[] a, float[] b)
    {
        var sums = Vector<float>.Zero;
        for (int i = 0; i < a.Length; i += Vector<float>.Count)
        {
            sums += new Vector<float>(a, i) * new Vector<float>(b, i);
        }

        return Vector.Sum(sums);
    }

    private static float[] Normalized(DecodedImage image)
    {
        float[] values = Array.ConvertAll(image.Pixels, p => (float)p);
        float mean = values.Average();
        double squares = 0;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] -= mean;
            squares += values[i] * values[i];
        }

        float scale = (float)(1 / Math.Sqrt(Math.Max(squares, 1e-6)));
        for (int i = 0; i < values.Length; i++)
        {
            values[i] *= scale;
        }

        return values;
    }
}
