using System.Collections.Concurrent;
using Lanewise.Engine;
using Lanewise.Graphs;

namespace Lanewise.Tests.Engine;

/// <summary>Pictures, weights and an output gradient for a network, and what the reference engine makes of them.</summary>
internal sealed class ReferenceRun
{
    // Closer to a kink than this, single precision may fall on the other side of it, and no gradient is right or wrong.
    private const double Margin = 1e-5;
    private const int MostTries = 50;
    private static readonly ConcurrentDictionary<string, Lazy<ReferenceRun>> Known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, Lazy<ReferenceBatch>> _batches = [];
    private readonly int _seed;

    public ReferenceRun(Network network, int seed)
    {
        Network = network;
        _seed = seed;
        Weights = Vary(network, Weights.Initialize(network, seed));
        IsCoupled = network.Nodes.Any(n => n.Op is BatchNorm2d or Dropout);
    }

    public Network Network { get; }

    public Weights Weights { get; }

    /// <summary>Whether what becomes of a picture in training depends on the others, or on its place among them.</summary>
    public bool IsCoupled { get; }

    /// <summary>One run for each case.</summary>
    public static ReferenceRun Of(OpCase one) => Known.GetOrAdd(one.Name, _ => new(() => new ReferenceRun(one.Network, seed: 1))).Value;

    /// <summary>A batch of so many pictures.</summary>
    public ReferenceBatch At(int count) => _batches.GetOrAdd(count, _ => new(() => IsCoupled ? Draw(count, _seed) : Grow(count))).Value;

    /// <summary>The batch one picture shorter, and one more: pictures that have nothing to do with each other are run once.</summary>
    private ReferenceBatch Grow(int count)
    {
        var last = Draw(1, _seed * 1000 + count);
        if (count == 1)
        {
            return last;
        }

        var before = At(count - 1);
        return new([.. before.Pictures, .. last.Pictures], Network.Classes, [.. before.OutputGradient, .. last.OutputGradient])
        {
            Output = [.. before.Output, .. last.Output],
            EvaluationOutput = [.. before.EvaluationOutput, .. last.EvaluationOutput],
            InputGradient = [.. before.InputGradient, .. last.InputGradient],
            Gradients = last.Gradients.ToDictionary(p => p.Key, p => p.Value.Zip(before.Gradients[p.Key], (a, b) => a + b).ToArray(), StringComparer.Ordinal),
            Buffers = last.Buffers,
        };
    }

    private ReferenceBatch Draw(int count, int seed)
    {
        var random = new Random(seed);
        for (int tries = 1; ; tries++)
        {
            float[][] pictures = [.. Enumerable.Range(0, count).Select(_ => Draw(random, Network.Input.Count))];
            double[] values = [.. pictures.SelectMany(p => p).Select(v => (double)v)];
            var engine = new ReferenceEngine(Network, Weights);
            double[] evaluation = engine.Forward(values);
            double margin = Kinks.Nearest(engine, Network);
            double[] output = IsCoupled ? engine.ForwardTraining(values) : evaluation;
            if (Math.Min(margin, Kinks.Nearest(engine, Network)) >= Margin || tries == MostTries)
            {
                float[] given = Draw(random, count * Network.Classes);
                var gradients = engine.Backward(Array.ConvertAll(given, v => (double)v));
                return new(pictures, Network.Classes, given)
                {
                    Output = output,
                    EvaluationOutput = evaluation,
                    InputGradient = gradients.Input,
                    Gradients = gradients.Parameters,
                    Buffers = Network.Parameters.Where(p => p.IsBuffer).ToDictionary(p => p.Name, p => engine.Parameters[p.Name], StringComparer.Ordinal),
                };
            }
        }
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

    /// <summary>Batch norm that has seen something: as it begins, half of its mistakes would not show.</summary>
    private static Weights Vary(Network network, Weights weights)
    {
        var random = new Random(7);
        var norms = network.Nodes.Where(n => n.Op is BatchNorm2d).SelectMany(n => n.Parameters.Take(4)).Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        return new(weights.Tensors.Select(t => norms.Contains(t.Name) ? t with { Values = [.. Draw(random, t.Values.Length).Select(v => v / 2 + t.Values[0])] } : t));
    }
}
