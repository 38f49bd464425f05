using Lanewise.Graphs;

namespace Lanewise.Layers;

/// <summary>The Linear layer.</summary>
public static class LinearLayer
{
    /// <summary>Adds y = W·x + b, (F, 1, 1) → (outFeatures, 1, 1).</summary>
    /// <exception cref="LanewiseException">The input is not flat.</exception>
    public static Activation Linear(this Activation x, string name, int outFeatures, bool bias = true) =>
        x.Then(new Linear(outFeatures, bias), name);
}
