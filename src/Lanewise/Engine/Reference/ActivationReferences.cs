namespace Lanewise.Engine;

/// <summary>The reference of an elementwise function, y = f(x) and dx = f′(x) · dy.</summary>
/// <typeparam name="TOp">The op.</typeparam>
internal abstract class ActivationReference<TOp> : ImageReference<TOp>
    where TOp : Op
{
    /// <summary>Writes f(x) to y.</summary>
    protected sealed override void Forward(TOp op, ReferenceNode node, int image, Volume[] x, Volume y)
    {
        for (int i = 0; i < y.Values.Length; i++)
        {
            y.Values[i] = Value(op, x[0].Values[i]);
        }
    }

    /// <summary>Adds f′(x) · dy to dx.</summary>
    protected sealed override void Backward(
        TOp op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient)
    {
        double[] x = value.X[0].Values, dx = gradient.Dx[0].Values, dy = gradient.Dy.Values;
        for (int i = 0; i < x.Length; i++)
        {
            dx[i] += Slope(op, x[i]) * dy[i];
        }
    }

    /// <summary>Computes f(x).</summary>
    protected abstract double Value(TOp op, double x);

    /// <summary>Computes f′(x); where f is not differentiable, PyTorch's choice.</summary>
    protected abstract double Slope(TOp op, double x);
}

/// <summary>Computes LeakyReLU.</summary>
internal sealed class LeakyReLUReference : ActivationReference<LeakyReLU>
{
    protected override double Value(LeakyReLU op, double x) => x > 0 ? x : op.NegativeSlope * x;

    protected override double Slope(LeakyReLU op, double x) => x > 0 ? 1 : op.NegativeSlope;
}

/// <summary>Computes Hardtanh.</summary>
internal sealed class HardtanhReference : ActivationReference<Hardtanh>
{
    protected override double Value(Hardtanh op, double x) => Math.Min(op.Max, Math.Max(op.Min, x));

    protected override double Slope(Hardtanh op, double x) => x > op.Min && x < op.Max ? 1 : 0;
}

/// <summary>Computes the logistic function.</summary>
internal sealed class SigmoidReference : ActivationReference<Sigmoid>
{
    /// <summary>Computes 1 / (1 + exp(−x)).</summary>
    public static double Of(double x) => 1 / (1 + Math.Exp(-x));

    protected override double Value(Sigmoid op, double x) => Of(x);

    protected override double Slope(Sigmoid op, double x) => Of(x) * Of(-x);
}

/// <summary>Computes Hardsigmoid.</summary>
internal sealed class HardsigmoidReference : ActivationReference<Hardsigmoid>
{
    protected override double Value(Hardsigmoid op, double x) => Math.Clamp(Line(op, x), 0, 1);

    protected override double Slope(Hardsigmoid op, double x) => Line(op, x) is > 0 and < 1 ? op.Alpha : 0;

    private static double Line(Hardsigmoid op, double x) => (double)op.Alpha * x + op.Beta;
}

/// <summary>Computes Hardswish.</summary>
internal sealed class HardswishReference : ActivationReference<Hardswish>
{
    protected override double Value(Hardswish op, double x) => x * Math.Clamp(x + 3, 0, 6) / 6;

    protected override double Slope(Hardswish op, double x) => x <= -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1;
}

/// <summary>Computes SiLU.</summary>
internal sealed class SiLUReference : ActivationReference<SiLU>
{
    protected override double Value(SiLU op, double x) => x * SigmoidReference.Of(x);

    protected override double Slope(SiLU op, double x) => SigmoidReference.Of(x) * (1 + x * SigmoidReference.Of(-x));
}

/// <summary>Computes the fixed linear function.</summary>
internal sealed class RescalingReference : ActivationReference<Rescaling>
{
    protected override double Value(Rescaling op, double x) => (double)op.Scale * x + op.Offset;

    protected override double Slope(Rescaling op, double x) => op.Scale;
}
