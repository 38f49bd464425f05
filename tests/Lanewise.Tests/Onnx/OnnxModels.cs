using Lanewise.Files;
using Lanewise.Tests.Engine;

namespace Lanewise.Tests.Onnx;

/// <summary>Models for the tests of ONNX files.</summary>
internal static class OnnxModels
{
    /// <summary>Creates a catalog model for small images, with weights and batch statistics that differ from each other.</summary>
    public static ModelFile Small(string name)
    {
        var entry = ModelCatalog.Find(name);
        var network = CatalogTests.Small(name, classes: 7);
        return Of(network, entry.Transform.For(network.Input));
    }

    /// <summary>Describes a network as a model with random weights.</summary>
    public static ModelFile Of(Network network, ImageTransform? transform)
    {
        string[] classes = [.. Enumerable.Range(0, network.OutputCount).Select(i => $"class {i}")];
        return new(network, Random(network), new ModelCard(network.Name, classes, transform, network: network));
    }

    /// <summary>Initializes weights at random, running statistics included.</summary>
    public static Weights Random(Network network)
    {
        var random = new Random(1);
        return new(Weights.Initialize(network, seed: 3).Tensors.Select(tensor => tensor with
        {
            Values = tensor.Name.Split('.')[^1] switch
            {
                "running_mean" => Array.ConvertAll(tensor.Values, _ => random.NextSingle() * 0.2f - 0.1f),
                "running_var" => Array.ConvertAll(tensor.Values, _ => random.NextSingle() + 0.5f),
                "num_batches_tracked" => tensor.Values,
                _ => Array.ConvertAll(tensor.Values, value => value + (random.NextSingle() - 0.5f) * 0.02f),
            },
        }));
    }

    /// <summary>Runs inference with compiled kernels.</summary>
    public static float[] Run(Network network, Weights weights, float[] images)
    {
        int count = images.Length / network.Input.Count;
        using var compiled = CompiledModel.Compile(network, weights, new InferenceOptions { BatchSize = count });
        using var session = compiled.CreateSession();
        float[] output = new float[count * network.OutputCount];
        session.Infer(images, output);
        return output;
    }

    /// <summary>Returns random normalized images.</summary>
    public static float[] Images(Network network, int count)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, count * network.Input.Count).Select(_ => random.NextSingle() * 2 - 1)];
    }

    /// <summary>Returns random pixels.</summary>
    public static byte[] Pixels(Network network, int count)
    {
        byte[] pixels = new byte[count * network.Input.Count];
        new Random(6).NextBytes(pixels);
        return pixels;
    }

    /// <summary>Returns the largest difference, relative to the largest expected value.</summary>
    public static double Difference(IReadOnlyList<float> expected, IReadOnlyList<float> actual)
    {
        Xunit.Assert.Equal(expected.Count, actual.Count);
        return expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max() / Math.Max(expected.Max(Math.Abs), 1e-30f);
    }
}
