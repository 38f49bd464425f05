using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>Dropout in training: <see cref="DropoutMask"/> says which values go; in evaluation nothing happens.</summary>
internal static class DropoutReference
{
    /// <summary>Adds to y: the kept values of x, scaled. The gradient goes the same way, from dy to dx.</summary>
    public static void AddKept(Dropout op, ulong key, int image, double[] x, double[] y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] += DropoutMask.Keeps(key, image, i, op.P) ? x[i] * DropoutMask.Scale(op.P) : 0;
        }
    }
}
