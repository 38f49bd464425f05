using System.Collections.Concurrent;
using Lanewise.Engine;
using Lanewise.Graphs;

namespace Lanewise.Tests.Engine;

/// <summary>Pictures, weights and an output gradient for a network, and what the reference engine makes of them, picture by picture.</summary>
internal sealed class ReferenceRun : IExampleSource
{
    // Closer to a kink than this, single precision may fall on the other side of it, and no gradient is right or wrong.
    private const double Margin = 1e-5;
    private static readonly ConcurrentDictionary<string, Lazy<ReferenceRun>> Known = new(StringComparer.Ordinal);
    private readonly List<float[]> _pictures = [];
    private readonly List<IReadOnlyDictionary<string, double[]>> _parameterGradients = [];
    private readonly List<double> _output = [];
    private readonly List<double> _inputGradient = [];
    private readonly List<float> _outputGradient = [];

    public ReferenceRun(Network network, int count, int seed)
    {
        Network = network;
        Weights = Weights.Initialize(network, seed);
        Engine = new ReferenceEngine(network, Weights);
        var random = new Random(seed);
        for (int i = 0; i < count; i++)
        {
            AddPicture(random);
        }

        OutputGradient = [.. _outputGradient];
    }

    public Network Network { get; }

    public Weights Weights { get; }

    public ReferenceEngine Engine { get; }

    public float[] OutputGradient { get; }

    /// <summary>One run for each case, as long as the widest lane's longest batch.</summary>
    public static ReferenceRun Of(OpCase one) =>
        Known.GetOrAdd(one.Name, _ => new(() => new ReferenceRun(one.Network, (2 * Kernels.KernelSet.Widths[0]) + 3, seed: 1))).Value;

    public double[] Output(int count) => [.. _output.Take(count * Network.Classes)];

    public double[] InputGradient(int count) => [.. _inputGradient.Take(count * Network.Input.Count)];

    /// <summary>The gradients of the first so many pictures.</summary>
    public IReadOnlyDictionary<string, double[]> ParameterGradients(int count) => _parameterGradients[count - 1];

    public void Read(int index, Span<float> picture) => _pictures[index].CopyTo(picture);

    public int Label(int index) => index % Network.Classes;

    public double[] Picture(int index) => Array.ConvertAll(_pictures[index], v => (double)v);

    private static float[] Draw(Random random, int count)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (random.NextSingle() * 2) - 1;
        }

        return values;
    }

    private void AddPicture(Random random)
    {
        float[] picture;
        double[] output;
        int tries = 0;
        do
        {
            picture = Draw(random, Network.Input.Count);
            output = Engine.Forward(Array.ConvertAll(picture, v => (double)v));
        }
        while (++tries < 50 && Kinks.Nearest(Engine, Network) < Margin);

        var given = Draw(random, Network.Output.Shape.Count);
        var gradients = Engine.Backward(Array.ConvertAll(given, v => (double)v));
        _pictures.Add(picture);
        _output.AddRange(output);
        _outputGradient.AddRange(given);
        _inputGradient.AddRange(gradients.Input);
        var before = _parameterGradients.LastOrDefault();
        _parameterGradients.Add(gradients.Parameters.ToDictionary(
            p => p.Key, p => before is null ? p.Value : [.. p.Value.Zip(before[p.Key], (a, b) => a + b)], StringComparer.Ordinal));
    }
}
