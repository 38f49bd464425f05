using Lanewise.Engine;

namespace Lanewise.Analysis;

/// <summary>Pictures of uniform noise with random labels, to measure with; over and over the same few.</summary>
internal sealed class RandomPictures : IExampleSource
{
    private readonly float[][] _pictures;
    private readonly int[] _labels;

    public RandomPictures(int values, int classes, int count)
    {
        var random = new Random(1);
        _pictures = [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, values).Select(_ => random.NextSingle()).ToArray())];
        _labels = [.. Enumerable.Range(0, count).Select(_ => random.Next(classes))];
    }

    public void Read(int index, Span<float> picture) => _pictures[index % _pictures.Length].CopyTo(picture);

    public int Label(int index) => _labels[index % _labels.Length];
}
