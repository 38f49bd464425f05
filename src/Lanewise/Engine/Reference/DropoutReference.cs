using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// Computes dropout: in training, keeps and scales the values that <see cref="DropoutMask"/> selects; in evaluation, an identity.
/// </summary>
internal sealed class DropoutReference : ImageReference<Dropout>
{
    /// <summary>Writes the kept values of x, scaled, to y.</summary>
    protected override void Forward(Dropout op, ReferenceNode node, int image, Volume[] x, Volume y) =>
        AddKept(op, node, image, x[0].Values, y.Values);

    /// <summary>Adds dy, masked and scaled in the same way, to dx.</summary>
    protected override void Backward(
        Dropout op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient) =>
        AddKept(op, node, image, gradient.Dy.Values, gradient.Dx[0].Values);

    private static void AddKept(Dropout op, ReferenceNode node, int image, double[] from, double[] to)
    {
        ulong key = node.Training is null ? 0 : node.DropoutKey;
        for (int i = 0; i < from.Length; i++)
        {
            double factor = node.Training is null ? 1 : DropoutMask.Keeps(key, image, i, op.P) ? DropoutMask.Scale(op.P) : 0;
            to[i] += factor * from[i];
        }
    }
}
