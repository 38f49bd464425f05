using Lanewise.Engine;

namespace Lanewise.Analysis;

/// <summary>A few images of uniform noise with random labels for measurements, repeated cyclically.</summary>
internal sealed class RandomImages : ITensorSource
{
    private readonly float[][] _images;
    private readonly int[] _labels;

    public RandomImages(int values, int classes, int count)
    {
        var random = new Random(1);
        _images = [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, values).Select(_ => random.NextSingle()).ToArray())];
        _labels = [.. Enumerable.Range(0, count).Select(_ => random.Next(classes))];
    }

    public void Read(int index, Span<float> image) => _images[index % _images.Length].CopyTo(image);

    public int Label(int index) => _labels[index % _labels.Length];
}
