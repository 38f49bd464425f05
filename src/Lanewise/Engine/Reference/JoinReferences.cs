namespace Lanewise.Engine;

/// <summary>Computes nothing: the values of the input are set by the engine.</summary>
internal sealed class InputReference : ImageReference<Input>
{
    protected override void Forward(Input op, ReferenceNode node, int image, Volume[] x, Volume y) { }

    protected override void Backward(
        Input op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient)
    { }
}

/// <summary>Computes ReLU, y = max(0, x).</summary>
internal sealed class ReLUReference : ImageReference<ReLU>
{
    /// <summary>Writes max(0, x) to y.</summary>
    protected override void Forward(ReLU op, ReferenceNode node, int image, Volume[] x, Volume y)
    {
        for (int i = 0; i < y.Values.Length; i++)
        {
            y.Values[i] = Math.Max(0, x[0].Values[i]);
        }
    }

    /// <summary>Adds dy to dx where x is positive; at zero the gradient is zero, as in PyTorch.</summary>
    protected override void Backward(
        ReLU op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient)
    {
        double[] x = value.X[0].Values, dx = gradient.Dx[0].Values, dy = gradient.Dy.Values;
        for (int i = 0; i < x.Length; i++)
        {
            dx[i] += x[i] > 0 ? dy[i] : 0;
        }
    }
}

/// <summary>Computes the sum of the inputs.</summary>
internal sealed class AddReference : ImageReference<Add>
{
    protected override void Forward(Add op, ReferenceNode node, int image, Volume[] x, Volume y) =>
        Array.ForEach(x, input => input.Values.AddTo(y.Values));

    protected override void Backward(
        Add op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient) =>
        Array.ForEach(gradient.Dx, dx => gradient.Dy.Values.AddTo(dx.Values));
}

/// <summary>Computes the product of the two inputs.</summary>
internal sealed class MulReference : ImageReference<Mul>
{
    protected override void Forward(Mul op, ReferenceNode node, int image, Volume[] x, Volume y)
    {
        for (int i = 0; i < y.Values.Length; i++)
        {
            y.Values[i] = x[0].Values[i] * x[1].Values[i];
        }
    }

    /// <summary>Adds dy times the other input to the gradient of each input.</summary>
    protected override void Backward(
        Mul op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient)
    {
        for (int i = 0; i < gradient.Dy.Values.Length; i++)
        {
            gradient.Dx[0].Values[i] += gradient.Dy.Values[i] * value.X[1].Values[i];
            gradient.Dx[1].Values[i] += gradient.Dy.Values[i] * value.X[0].Values[i];
        }
    }
}

/// <summary>Repeats the only channel, row or column.</summary>
internal sealed class ExpandReference : ImageReference<Expand>
{
    protected override void Forward(Expand op, ReferenceNode node, int image, Volume[] x, Volume y) =>
        y.ForEach((c, h, w) => y[c, h, w] = Source(x[0], c, h, w));

    /// <summary>Adds dy to dx where y has the value of x.</summary>
    protected override void Backward(
        Expand op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient) =>
        gradient.Dy.ForEach((c, h, w) => Source(gradient.Dx[0], c, h, w) += gradient.Dy[c, h, w]);

    private static ref double Source(Volume x, int c, int h, int w) =>
        ref x[Math.Min(c, x.Shape.Channels - 1), Math.Min(h, x.Shape.Height - 1), Math.Min(w, x.Shape.Width - 1)];
}

/// <summary>Copies the values in row-major order.</summary>
internal sealed class FlattenReference : ImageReference<Flatten>
{
    protected override void Forward(Flatten op, ReferenceNode node, int image, Volume[] x, Volume y) => x[0].Values.AddTo(y.Values);

    protected override void Backward(
        Flatten op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient) =>
        gradient.Dy.Values.AddTo(gradient.Dx[0].Values);
}

/// <summary>Concatenates the values of the inputs along the channels.</summary>
internal sealed class ConcatReference : ImageReference<Concat>
{
    protected override void Forward(Concat op, ReferenceNode node, int image, Volume[] x, Volume y) =>
        ForEachSlice(x, (input, start) => input.Values.AddTo(y.Values.AsSpan(start)));

    protected override void Backward(
        Concat op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient) =>
        ForEachSlice(gradient.Dx, (dx, start) => gradient.Dy.Values.AsSpan(start, dx.Values.Length).AddTo(dx.Values));

    private static void ForEachSlice(Volume[] parts, Action<Volume, int> visit)
    {
        int start = 0;
        foreach (var part in parts)
        {
            visit(part, start);
            start += part.Values.Length;
        }
    }
}
