using System.Buffers;
using Lanewise.Data.Transforms;
using Lanewise.Engine;
using Lanewise.Kernels;

namespace Lanewise.Data;

/// <summary>A dataset's images as the network wants them: fitted into its input, in training varied at random, and normalised.</summary>
public sealed class PreparedDataset : ITensorSource
{
    private const int Levels = 256;
    private const ulong Stream = 0xA4C1_57E6_0B93_D2F8;
    private readonly IImageDataset _dataset;
    private readonly IFixedShapeImageDataset? _asItIs;
    private readonly ImageTransform _transform;
    private readonly Augmentation _augmentation;
    private readonly ulong _key;
    private readonly float[] _normalized;
    private readonly int _pixels;

    /// <summary>Joins a dataset and a preprocessing, as in evaluation.</summary>
    /// <exception cref="LanewiseException">The dataset's images cannot be fitted into the input.</exception>
    public PreparedDataset(IImageDataset dataset, Preprocessing preprocessing)
        : this(dataset, preprocessing, Augmentation.None, seed: 0, epoch: 0)
    {
    }

    /// <summary>Joins a dataset and a preprocessing, as in training.</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="preprocessing">How they become input.</param>
    /// <param name="augmentation">How they are varied.</param>
    /// <param name="seed">Decides, with the epoch and an image's index, what becomes of it.</param>
    /// <param name="epoch">The epoch.</param>
    /// <exception cref="LanewiseException">The dataset's images cannot be fitted into the input.</exception>
    public PreparedDataset(IImageDataset dataset, Preprocessing preprocessing, Augmentation augmentation, int seed, int epoch)
    {
        _dataset = dataset;
        _transform = new ImageTransform(preprocessing);
        _augmentation = augmentation;
        _key = new SplitMix64(((ulong)(uint)seed << 32 | (uint)epoch) ^ Stream).Next();
        _asItIs = augmentation == Augmentation.None && dataset is IFixedShapeImageDataset images && _transform.Keeps(images.Shape) ? images : null;
        if (_asItIs is null)
        {
            preprocessing.CheckChannels();
        }

        InputCount = preprocessing.Input.Count;
        _pixels = preprocessing.Input.Pixels;
        _normalized = new float[Levels * preprocessing.Input.Channels];
        for (int i = 0; i < _normalized.Length; i++)
        {
            _normalized[i] = preprocessing.NormalizeLevel((byte)(i % Levels), i / Levels);
        }
    }

    /// <summary>Whether images need more than a copy before they are normalised, so that it pays to do that ahead.</summary>
    internal bool NeedsWork => _asItIs is null;

    /// <summary>The values of an image, C·H·W.</summary>
    internal int InputCount { get; }

    /// <inheritdoc/>
    public int Label(int index) => _dataset.Label(index);

    /// <inheritdoc/>
    public void Read(int index, Span<float> image)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(image.Length);
        var pixels = rented.AsSpan(0, image.Length);
        Fit(index, pixels);
        Normalize(pixels, image);
        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>The image as the network sees it, before it is normalised.</summary>
    /// <param name="index">Which image.</param>
    /// <param name="pixels">Is written: the input's C×H×W bytes.</param>
    /// <exception cref="LanewiseException">It cannot be read.</exception>
    public void Fit(int index, Span<byte> pixels)
    {
        if (_asItIs is not null)
        {
            _asItIs.Read(index, pixels);
        }
        else if (_augmentation == Augmentation.None)
        {
            _transform.Apply(_dataset.Read(index, _transform.MinSide), pixels);
        }
        else
        {
            var random = new SplitMix64(new SplitMix64(_key + (ulong)index).Next());
            _transform.Apply(_dataset.Read(index, _transform.MinSide), _augmentation, random, pixels);
        }
    }

    /// <summary>Turns fitted bytes into the network's values.</summary>
    internal void Normalize(ReadOnlySpan<byte> pixels, Span<float> image)
    {
        for (int c = 0, i = 0; i < pixels.Length; c++)
        {
            var table = _normalized.AsSpan(c * Levels, Levels);
            for (int end = i + _pixels; i < end; i++)
            {
                image[i] = table[pixels[i]];
            }
        }
    }
}
