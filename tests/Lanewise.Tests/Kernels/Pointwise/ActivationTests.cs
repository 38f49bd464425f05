using Lanewise.Kernels;
using Xunit;
using K = Lanewise.Kernels;

namespace Lanewise.Tests.Kernels;

public sealed class ActivationTests
{
    private static readonly (string Name, ActivationFormula Formula, Func<double, double> Value, Func<double, double> Slope)[] All =
    [
        ("LeakyReLU", new ActivationFormula<K.LeakyReLU>(0.2f), x => x > 0 ? x : 0.2f * x, x => x > 0 ? 1 : 0.2f),
        ("LeakyReLU, negative", new ActivationFormula<K.LeakyReLU>(-0.5f), x => x > 0 ? x : -0.5 * x, x => x > 0 ? 1 : -0.5),
        ("Hardtanh", new ActivationFormula<K.Hardtanh>(-2, 3), x => Math.Clamp(x, -2, 3), x => x is > -2 and < 3 ? 1 : 0),
        ("Hardtanh, no lower bound", new ActivationFormula<K.Hardtanh>(float.NegativeInfinity, 1), x => Math.Min(x, 1), x => x < 1 ? 1 : 0),
        ("Hardtanh, no upper bound", new ActivationFormula<K.Hardtanh>(1, float.PositiveInfinity), x => Math.Max(x, 1), x => x > 1 ? 1 : 0),
        ("Sigmoid", new ActivationFormula<K.Sigmoid>(), Logistic, x => Logistic(x) * Logistic(-x)),
        ("Hardsigmoid", new ActivationFormula<K.Hardsigmoid>(0.25f, 0.5f), x => Math.Clamp(x / 4 + 0.5, 0, 1), x => Math.Abs(x) < 2 ? 0.25 : 0),
        ("Hardswish", new ActivationFormula<K.Hardswish>(), x => x * Math.Clamp(x + 3, 0, 6) / 6, x => x <= -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1),
        ("SiLU", new ActivationFormula<K.SiLU>(), x => x * Logistic(x), x => Logistic(x) * (1 + x * Logistic(-x))),
        ("Mish", new ActivationFormula<K.Mish>(), new Mish().Value, new Mish().Slope),
        ("GELU", new ActivationFormula<K.GELU>(), new GELU().Value, new GELU().Slope),
        ("GELU by tanh", new ActivationFormula<K.GELUTanh>(), new GELU(IsTanh: true).Value, new GELU(IsTanh: true).Slope),
        ("Rescaling", new ActivationFormula<K.Rescaling>(3, -0.5f), x => 3 * x - 0.5, _ => 3),
    ];

    public static TheoryData<string, int> Rows => LaneTest.Rows(All.Select(one => one.Name));

    [Theory]
    [MemberData(nameof(Rows))]
    public void Function_and_gradient_are_the_plain_formulas(string name, int width)
    {
        var (_, formula, value, slope) = All.Single(one => one.Name == name);
        var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
        Planes x = buffer.Lay(5, 3, 7, 1), y = buffer.Lay(5, 3, 7, 3), dy = buffer.Lay(5, 3, 7), dx = buffer.Lay(5, 3, 7, 2),
            sum = buffer.Lay(5, 3, 7, 1);
        for (int lane = 0; lane < width; lane++)
        {
            // Some values whose exponentials a float does not hold.
            buffer.Write(x, lane, Volume.Random(5, 3, 7, (ulong)lane).Map((c, _, _, v) => (float)(v * (c == 0 ? 200 : 5))));
        }

        buffer.Fill(dy, 2);
        buffer.Fill(sum, 3);
        Volume[] before = [.. Enumerable.Range(0, width).Select(lane => buffer.Read(sum, lane))];
        buffer.Run(() =>
        {
            foreach (var part in new[] { new Part(1, 2), new Part(0, 2) })
            {
                formula.Forward(kernels, x, y, buffer.Block, part);
                formula.Backward(kernels, x, dy, dx, accumulate: false, buffer.Block, part);
                formula.Backward(kernels, x, dy, sum, accumulate: true, buffer.Block, part);
            }
        }, y, dx, sum);
        // The exponent of a cubic polynomial is large where the slope is small, and is rounded to a float.
        double tolerance = name == "GELU by tanh" ? 2e-6 : 1e-6;
        buffer.AssertClose("y", y, lane => buffer.Read(x, lane).Map((_, _, _, v) => value(v)), tolerance);
        buffer.AssertClose("dx", dx, Gradient, tolerance);
        buffer.AssertClose("dx", sum, lane => Gradient(lane).Map((c, h, w, v) => v + before[lane][c, h, w]), tolerance);

        Volume Gradient(int lane) => buffer.Read(x, lane).Map((c, h, w, v) => slope(v) * buffer.Read(dy, lane)[c, h, w]);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Not_a_number_is_passed_on(string name, int width)
    {
        var formula = All.Single(one => one.Name == name).Formula;
        Assert.True(float.IsNaN(Value(formula, width, float.NaN)));
    }

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Infinite_values_reach_the_bounds(int width)
    {
        var open = new ActivationFormula<K.Hardtanh>(float.NegativeInfinity, float.PositiveInfinity);
        foreach (float infinity in new[] { float.NegativeInfinity, float.PositiveInfinity })
        {
            Assert.Equal(infinity, Value(open, width, infinity));
            Assert.Equal(infinity > 0 ? 6 : 0, Value(new ActivationFormula<K.Hardtanh>(0, 6), width, infinity));
            Assert.Equal(infinity > 0 ? 1 : 0, Value(new ActivationFormula<K.Sigmoid>(), width, infinity));
        }
    }

    /// <summary>PyTorch's choice where the function is not differentiable.</summary>
    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void At_a_kink_the_derivative_is_PyTorchs(int width)
    {
        Assert.Equal(0.25f, Slope(new ActivationFormula<K.LeakyReLU>(0.25f), width, 0));
        Assert.Equal((0, 0), (Slope(new ActivationFormula<K.Hardtanh>(-1, 2), width, -1), Slope(new ActivationFormula<K.Hardtanh>(-1, 2), width, 2)));
        Assert.Equal(0, Slope(new ActivationFormula<K.Hardsigmoid>(0.25f, 0.5f), width, -2));
        Assert.Equal(0, Slope(new ActivationFormula<K.Hardsigmoid>(0.25f, 0.5f), width, 2));
        Assert.Equal((0, 1), (Slope(new ActivationFormula<K.Hardswish>(), width, -3), Slope(new ActivationFormula<K.Hardswish>(), width, 3)));
    }

    private static float Value(ActivationFormula formula, int width, float value)
    {
        var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
        Planes x = buffer.Lay(1, 1, 1), y = buffer.Lay(1, 1, 1);
        buffer.Fill(x);
        buffer.Write(x, 0, new Volume(1, 1, 1, [value]));
        formula.Forward(kernels, x, y, buffer.Block, Part.All);
        return (float)buffer.Read(y, 0).Values[0];
    }

    private static float Slope(ActivationFormula formula, int width, float value)
    {
        var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
        Planes x = buffer.Lay(1, 1, 1), dy = buffer.Lay(1, 1, 1), dx = buffer.Lay(1, 1, 1);
        buffer.Write(x, 0, new Volume(1, 1, 1, [value]));
        buffer.Write(dy, 0, new Volume(1, 1, 1, [1]));
        formula.Backward(kernels, x, dy, dx, accumulate: false, buffer.Block, Part.All);
        return (float)buffer.Read(dx, 0).Values[0];
    }

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));
}
