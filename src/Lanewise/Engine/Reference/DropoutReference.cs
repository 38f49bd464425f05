using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>Dropout: in training <see cref="DropoutMask"/> decides which values are kept and scaled; in evaluation the identity.</summary>
internal sealed class DropoutReference : ImageReference<Dropout>
{
    /// <summary>Writes y: the kept values of x, scaled.</summary>
    protected override void Forward(Dropout op, ReferenceNode node, int image, Volume[] x, Volume y) =>
        AddKept(op, node, image, x[0].Values, y.Values);

    /// <summary>Adds to dx: dy, masked and scaled in the same way.</summary>
    protected override void Backward(
        Dropout op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient) =>
        AddKept(op, node, image, gradient.Dy.Values, gradient.Dx[0].Values);

    private static void AddKept(Dropout op, ReferenceNode node, int image, double[] from, double[] to)
    {
        for (int i = 0; i < from.Length; i++)
        {
            double factor = node.Training is null ? 1 : DropoutMask.Keeps(node.DropoutKey, image, i, op.P) ? DropoutMask.Scale(op.P) : 0;
            to[i] += factor * from[i];
        }
    }
}
