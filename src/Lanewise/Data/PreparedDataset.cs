using System.Buffers;
using Lanewise.Engine;

namespace Lanewise.Data;

/// <summary>A dataset's pictures, normalised on the fly as the network wants them.</summary>
public sealed class PreparedDataset : IExampleSource
{
    private const int Levels = 256;
    private readonly IImageDataset _dataset;
    private readonly float[] _normalized;
    private readonly int _pixels;

    /// <summary>Joins a dataset and a preprocessing.</summary>
    /// <exception cref="LanewiseException">The dataset's pictures have another shape than the network's input.</exception>
    public PreparedDataset(IImageDataset dataset, Preprocessing preprocessing)
    {
        if (dataset.Shape != preprocessing.Input)
        {
            throw new LanewiseException($"{dataset.Name}: its pictures are {dataset.Shape}, the network takes {preprocessing.Input}; choose a model or a dataset of the other's shape.");
        }

        _dataset = dataset;
        _pixels = preprocessing.Input.Pixels;
        _normalized = new float[Levels * preprocessing.Input.Channels];
        byte[] level = new byte[preprocessing.Input.Count];
        float[] value = new float[level.Length];
        for (int v = 0; v < Levels; v++)
        {
            Array.Fill(level, (byte)v);
            preprocessing.Normalize(level, value);
            for (int c = 0; c < preprocessing.Input.Channels; c++)
            {
                _normalized[c * Levels + v] = value[c * _pixels];
            }
        }
    }

    /// <inheritdoc/>
    public int Label(int index) => _dataset.Label(index);

    /// <inheritdoc/>
    public void Read(int index, Span<float> picture)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(picture.Length);
        var pixels = rented.AsSpan(0, picture.Length);
        _dataset.Read(index, pixels);
        for (int c = 0, i = 0; i < pixels.Length; c++)
        {
            var table = _normalized.AsSpan(c * Levels, Levels);
            for (int end = i + _pixels; i < end; i++)
            {
                picture[i] = table[pixels[i]];
            }
        }

        ArrayPool<byte>.Shared.Return(rented);
    }
}
