using Lanewise.Kernels;

namespace Lanewise;

/// <summary>The distribution of a parameter's initial values.</summary>
public abstract record Initializer
{
    private protected Initializer() { }

    /// <summary>All zeros: biases of batch norm, running means.</summary>
    public static Initializer Zeros { get; } = new Constant(0);

    /// <summary>All ones: weights of batch norm, running variances.</summary>
    public static Initializer Ones { get; } = new Constant(1);

    /// <summary>
    /// PyTorch's default for convolutions and linear layers: Kaiming uniform with a = √5, that is
    /// U(−1/√fan_in, 1/√fan_in) for weights and biases alike (He et al. 2015).
    /// </summary>
    /// <param name="fanIn">Number of inputs that each output sums.</param>
    public static Initializer Default(int fanIn) => new Uniform(1f / MathF.Sqrt(fanIn));

    /// <summary>Kaiming normal for layers followed by ReLU, N(0, 2 / fan) (He et al. 2015, "Delving deep into rectifiers").</summary>
    /// <param name="fan">fan_in or, as in torchvision's ResNets, fan_out.</param>
    public static Initializer KaimingNormal(int fan) => new Normal(MathF.Sqrt(2f / fan));

    /// <summary>Writes the initial values.</summary>
    internal abstract void Fill(Span<float> values, ref SplitMix64 random);

    /// <summary>Writes the distribution; <see cref="Read"/> is the inverse.</summary>
    internal abstract void Write(AttributeWriter to);

    /// <summary>Reads a distribution.</summary>
    /// <exception cref="FormatException">It is malformed.</exception>
    internal static Initializer Read(AttributeReader from, string name) =>
        from.Has("value") ? new Constant(from.Double("value"))
        : from.Has("bound") ? new Uniform(from.Double("bound"))
        : from.Has("std") ? new Normal(from.Double("std"), CheckCut(from.Double("cut", missing: double.PositiveInfinity)))
        : throw AttributeReader.Invalid(name, "a distribution with 'value', 'bound' or 'std'");

    // A narrower cut would take long to sample, one of 0 forever.
    private static double CheckCut(double cut) => cut >= 0.1 ? cut : throw AttributeReader.Invalid("cut", "at least 0.1");

    /// <summary>One value for all elements.</summary>
    public sealed record Constant : Initializer
    {
        /// <summary>Creates a constant distribution.</summary>
        /// <param name="value">The value.</param>
        public Constant(double value) => Value = value;

        /// <summary>The value.</summary>
        public double Value { get; init; }

        internal override void Fill(Span<float> values, ref SplitMix64 random) => values.Fill((float)Value);

        internal override void Write(AttributeWriter to) => to.Write("value", Value);
    }

    /// <summary>Uniform in [−Bound, Bound).</summary>
    public sealed record Uniform : Initializer
    {
        /// <summary>Creates a uniform distribution.</summary>
        /// <param name="bound">The bound.</param>
        public Uniform(double bound) => Bound = bound;

        /// <summary>The bound.</summary>
        public double Bound { get; init; }

        internal override void Write(AttributeWriter to) => to.Write("bound", Bound);

        internal override void Fill(Span<float> values, ref SplitMix64 random)
        {
            foreach (ref float value in values)
            {
                value = (random.NextSingle() * 2 - 1) * (float)Bound;
            }
        }
    }

    /// <summary>Normal around 0, truncated at <see cref="Cut"/> standard deviations.</summary>
    public sealed record Normal : Initializer
    {
        /// <summary>Creates a normal distribution.</summary>
        /// <param name="std">The standard deviation before truncation.</param>
        /// <param name="cut">Truncation point in standard deviations: values beyond are resampled; infinite for none.</param>
        public Normal(double std, double cut = double.PositiveInfinity) => (Std, Cut) = (std, cut);

        /// <summary>The standard deviation before truncation.</summary>
        public double Std { get; init; }

        /// <summary>Truncation point in standard deviations: values beyond are resampled; infinite for none.</summary>
        public double Cut { get; init; }

        internal override void Write(AttributeWriter to)
        {
            to.Write("std", Std);
            if (double.IsFinite(Cut))
            {
                to.Write("cut", Cut);
            }
        }

        internal override void Fill(Span<float> values, ref SplitMix64 random)
        {
            foreach (ref float value in values)
            {
                float normal;
                do
                {
                    normal = random.NextNormal();
                }
                while (MathF.Abs(normal) > (float)Cut);
                value = normal * (float)Std;
            }
        }
    }
}
