using System.Runtime.InteropServices;
using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// Where the pixels of an affinely transformed image come from: the center of the pixel in column x and row y is the point
/// (A·(x + ½) + B·(y + ½) + C, D·(x + ½) + E·(y + ½) + F) of the source, as in Pillow.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AffineMatrix(double A, double B, double C, double D, double E, double F)
{
    /// <summary>Returns the inverse of rotation, shear, scaling and translation, in the order of torchvision's <c>affine</c>.</summary>
    /// <param name="x">The center in columns.</param>
    /// <param name="y">The center in rows.</param>
    /// <param name="degrees">The rotation, clockwise.</param>
    /// <param name="right">The translation to the right, in pixels.</param>
    /// <param name="down">The translation downwards, in pixels.</param>
    /// <param name="scale">The factor of the size.</param>
    /// <param name="shearX">The shear along the rows, in degrees.</param>
    /// <param name="shearY">The shear along the columns, in degrees.</param>
    public static AffineMatrix About(
        double x, double y, double degrees, double right, double down, double scale, double shearX, double shearY)
    {
        double angle = Radians(degrees), sx = Radians(shearX), sy = Radians(shearY);
        double a = FixedMath.Cos(angle - sy) / FixedMath.Cos(sy);
        double b = -FixedMath.Cos(angle - sy) * FixedMath.Tan(sx) / FixedMath.Cos(sy) - FixedMath.Sin(angle);
        double c = FixedMath.Sin(angle - sy) / FixedMath.Cos(sy);
        double d = -FixedMath.Sin(angle - sy) * FixedMath.Tan(sx) / FixedMath.Cos(sy) + FixedMath.Cos(angle);
        double m0 = d / scale, m1 = -b / scale, m3 = -c / scale, m4 = a / scale;
        return new(
            m0, m1, m0 * (-x - right) + m1 * (-y - down) + x,
            m3, m4, m3 * (-x - right) + m4 * (-y - down) + y);
    }

    private static double Radians(double degrees) => degrees * Math.PI / 180;
}
