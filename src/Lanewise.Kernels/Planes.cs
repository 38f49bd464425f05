using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>
/// The layout of an activation: <c>[channel][row][column][lane]</c>; offsets and strides are in vectors of L floats.
/// Between two rows there are <c>Pitch − Width</c> zero columns, the right border of one row and the left border of the next,
/// so that a padded convolution reads zeros there. Kernels never write them.
/// </summary>
/// <param name="Offset">The vector of channel 0, row 0, column 0.</param>
/// <param name="Channels">C.</param>
/// <param name="Height">H, rows.</param>
/// <param name="Width">W, columns.</param>
/// <param name="Pitch">From one row to the next.</param>
/// <param name="PlaneStride">From one channel to the next.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Planes(int Offset, int Channels, int Height, int Width, int Pitch, int PlaneStride)
{
    /// <summary>The vectors that the activation takes, leading border included.</summary>
    public int Size => Border + checked(Channels * PlaneStride);

    /// <summary>The zero columns on either side of a row.</summary>
    public int Border => Pitch - Width;

    /// <summary>Lays out C×H×W from vector <paramref name="start"/> on, with <paramref name="border"/> zero columns.</summary>
    /// <param name="channels">C.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="border">Zero columns between rows.</param>
    /// <param name="start">The first vector that may be used.</param>
    public static Planes Lay(int channels, int height, int width, int border, int start)
    {
        int pitch = width + border, stride = checked(height * pitch);
        // An even stride puts the same pixel of many channels into the same few cache sets.
        return new Planes(start + border, channels, height, width, pitch, channels == 1 ? stride : stride | 1);
    }

    /// <summary>Gets the <paramref name="count"/> channels from <paramref name="first"/> on.</summary>
    public Planes Slice(int first, int count) => this with { Offset = Offset + first * PlaneStride, Channels = count };
}
