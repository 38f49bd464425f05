using Lanewise.Engine;

namespace Lanewise.Tests.Engine;

/// <summary>A batch and its results in the reference engine.</summary>
/// <param name="Images">[image][value].</param>
/// <param name="Classes">The number of classes; labels cycle through 0 … classes − 1.</param>
/// <param name="OutputGradient">The gradient of the output, [image][value].</param>
internal sealed record ReferenceBatch(IReadOnlyList<float[]> Images, int Classes, float[] OutputGradient) : ITensorSource
{
    public int Count => Images.Count;

    public int[] Indices => [.. Enumerable.Range(0, Count)];

    public int[] Labels => [.. Indices.Select(Label)];

    /// <summary>Returns all images, for the reference engine.</summary>
    public double[] Values => [.. Images.SelectMany(p => p).Select(v => (double)v)];

    /// <summary>The output in training.</summary>
    public required double[] Output { get; init; }

    /// <summary>The output in evaluation.</summary>
    public required double[] EvaluationOutput { get; init; }

    public required double[] InputGradient { get; init; }

    /// <summary>The gradients by parameter name.</summary>
    public required IReadOnlyDictionary<string, double[]> Gradients { get; init; }

    /// <summary>The running statistics of batch norm after the step, by name.</summary>
    public required IReadOnlyDictionary<string, double[]> Buffers { get; init; }

    public void Read(int index, Span<float> image) => Images[index].CopyTo(image);

    public int Label(int index) => index % Classes;
}
