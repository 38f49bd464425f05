using System.Text;
using Lanewise.Kernels;
using Lanewise.Tests.Engine;

namespace Lanewise.Tests;

/// <summary>Weights and images computed by a formula of their names, the same as in tests/goldens/families.py.</summary>
internal static class Formula
{
    /// <summary>Returns the weights of a network.</summary>
    public static Weights Weights(Network network) => new(network.Parameters.Select(p => new Tensor(p.Name, p.Dimensions, Values(p))));

    /// <summary>Returns images in [−1, 1), and labels that cycle through the classes.</summary>
    public static TensorSource Images(int count, Shape input, int classes) =>
        new(Signed("pictures", count * input.Count), [.. Enumerable.Range(0, count).Select(i => (float)(i % classes))]);

    /// <summary>Returns SplitMix64 seeded with the FNV-1a hash of a name.</summary>
    public static SplitMix64 Bits(string name)
    {
        ulong seed = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
        {
            seed = (seed ^ b) * 0x100000001B3;
        }

        return new(seed);
    }

    private static float[] Values(ParameterSpec p)
    {
        string kind = p.Name[(p.Name.LastIndexOf('.') + 1)..];
        return p.Dimensions.Length > 1 ? Scale(Signed(p.Name, p.Count), (float)Math.Sqrt(6.0 / (p.Count / p.Dimensions[0])), 0)
            : kind == "num_batches_tracked" ? new float[1]
            : kind == "running_mean" ? Scale(Signed(p.Name, p.Count), 0.1f, 0)
            : kind == "weight" ? Scale(Uniform(p.Name, p.Count), 0.5f, 0.25f)
            : kind == "bias" ? Scale(Uniform(p.Name, p.Count), 0.4f, 0.8f)
            : Scale(Uniform(p.Name, p.Count), 1, 0.5f);
    }

    private static float[] Uniform(string name, int count)
    {
        var bits = Bits(name);
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = SplitMix64.Single(bits.Next());
        }

        return values;
    }

    private static float[] Signed(string name, int count) => Scale(Uniform(name, count), 2, -1);

    private static float[] Scale(float[] values, float factor, float offset) => Array.ConvertAll(values, v => v * factor + offset);
}
