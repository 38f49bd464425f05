using System.Collections.Concurrent;
using Lanewise.Engine;

namespace Lanewise.Tests.Engine;

/// <summary>Images, weights and an output gradient for a network, and their results in the reference engine.</summary>
internal sealed class ReferenceRun
{
    // Closer to a kink than this, single precision may round to its other side, where the gradient differs.
    private const double Margin = 1e-5;
    private const int MaxTries = 50;
    // A prime above the maximum lane width: the images of a block, and those of a lane in successive blocks, differ.
    private const int Distinct = 17;
    private static readonly ConcurrentDictionary<string, Lazy<ReferenceRun>> Known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, Lazy<ReferenceBatch>> _batches = [];
    private readonly Lazy<ReferenceBatch>[] _images;
    private readonly int _seed;

    public ReferenceRun(Network network, int seed)
    {
        Network = network;
        _seed = seed;
        Weights = Vary(network, Weights.Initialize(network, seed));
        IsCoupled = network.Nodes.Any(n => n.Op is BatchNorm2d or Dropout);
        _images = [.. Enumerable.Range(1, Distinct).Select(i => new Lazy<ReferenceBatch>(() => Draw(1, seed * 1000 + i)))];
    }

    public Network Network { get; }

    public Weights Weights { get; }

    /// <summary>Whether the results of an image in training depend on the other images or on its index in the batch.</summary>
    public bool IsCoupled { get; }

    /// <summary>Returns the cached run of a case.</summary>
    public static ReferenceRun Of(OpCase one) => Known.GetOrAdd(one.Name, _ => new(() => new ReferenceRun(one.Network, seed: 1))).Value;

    /// <summary>Returns the batch of the given number of images.</summary>
    public ReferenceBatch At(int count) => _batches.GetOrAdd(count, _ => new(() => IsCoupled ? Draw(count, _seed) : Join(count))).Value;

    /// <summary>Joins independent images, each computed once; after <see cref="Distinct"/> images they repeat.</summary>
    private ReferenceBatch Join(int count)
    {
        ReferenceBatch[] ones = [.. Enumerable.Range(0, count).Select(i => _images[i % Distinct].Value)];
        double[] output = [.. ones.SelectMany(o => o.Output)];
        return new([.. ones.SelectMany(o => o.Images)], Network.OutputCount, [.. ones.SelectMany(o => o.OutputGradient)])
        {
            Output = output,
            EvaluationOutput = output,
            InputGradient = [.. ones.SelectMany(o => o.InputGradient)],
            Gradients = ones[0].Gradients.Keys.ToDictionary(
                name => name, name => Sum([.. ones.Select(o => o.Gradients[name])]), StringComparer.Ordinal),
            Buffers = ones[0].Buffers,
        };
    }

    private ReferenceBatch Draw(int count, int seed)
    {
        var random = new Random(seed);
        for (int tries = 1; ; tries++)
        {
            float[][] images = [.. Enumerable.Range(0, count).Select(_ => Draw(random, Network.Input.Count))];
            double[] values = [.. images.SelectMany(p => p).Select(v => (double)v)];
            var engine = new ReferenceEngine(Network, Weights);
            double[] evaluation = engine.Forward(values);
            double margin = Kinks.Nearest(engine, Network);
            double[] output = IsCoupled ? engine.ForwardTraining(values) : evaluation;
            if (Math.Min(margin, Kinks.Nearest(engine, Network)) >= Margin || tries == MaxTries)
            {
                float[] given = Draw(random, count * Network.OutputCount);
                var gradients = engine.Backward(Array.ConvertAll(given, v => (double)v));
                return new(images, Network.OutputCount, given)
                {
                    Output = output,
                    EvaluationOutput = evaluation,
                    InputGradient = gradients.Input,
                    Gradients = gradients.Parameters,
                    Buffers = Network.Parameters.Where(p => p.IsBuffer).ToDictionary(
                        p => p.Name, p => engine.Parameters[p.Name], StringComparer.Ordinal),
                };
            }
        }
    }

    private static double[] Sum(double[][] addends)
    {
        double[] sum = [.. addends[0]];
        foreach (double[] addend in addends.AsSpan(1))
        {
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += addend[i];
            }
        }

        return sum;
    }

    private static float[] Draw(Random random, int count)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (random.NextSingle() * 2) - 1;
        }

        return values;
    }

    /// <summary>Varies the parameters and statistics of batch norm and channel affine, whose initial values would hide errors.</summary>
    private static Weights Vary(Network network, Weights weights)
    {
        var random = new Random(7);
        var norms = network.Nodes.Where(n => n.Op is BatchNorm2d or ChannelAffine).SelectMany(n => n.Parameters.Take(4)).Select(p => p.Name).ToHashSet(
            StringComparer.Ordinal);
        return new(weights.Tensors.Select(
            t => norms.Contains(t.Name) ? t with { Values = [.. Draw(random, t.Values.Length).Select(v => v / 2 + t.Values[0])] } : t));
    }
}
