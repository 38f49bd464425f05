using System.Buffers;
using Lanewise.Engine;
using Lanewise.Kernels;

namespace Lanewise;

/// <summary>Prepares a dataset's images for a network: resized and cropped, augmented in training, and normalized.</summary>
public sealed class PreparedDataset : ITensorSource
{
    private const int Levels = 256;
    private const ulong Stream = 0xA4C1_57E6_0B93_D2F8;
    private readonly IImageDataset _dataset;
    private readonly IFixedShapeImageDataset? _unchanged;
    private readonly ImageFitting _transform;
    private readonly Augmentation _augmentation;
    private readonly ulong _key;
    private readonly float[] _normalized;
    private readonly int _pixels;

    /// <summary>Combines a dataset with a preprocessing, for evaluation.</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="transform">How they are resized, cropped and normalized.</param>
    /// <exception cref="ShapeException">The input has neither one nor three channels, so images do not fit.</exception>
    public PreparedDataset(IImageDataset dataset, ImageTransform transform)
        : this(dataset, transform, Augmentation.None, seed: 0, epoch: 0)
    {
    }

    /// <summary>Combines a dataset with a preprocessing and an augmentation, for training.</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="transform">How they are resized, cropped and normalized.</param>
    /// <param name="augmentation">The random augmentation.</param>
    /// <param name="seed">The seed of the augmentation, combined with the epoch and an image's index.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <exception cref="ShapeException">The input has neither one nor three channels, so images do not fit.</exception>
    public PreparedDataset(IImageDataset dataset, ImageTransform transform, Augmentation augmentation, int seed, int epoch)
    {
        _dataset = dataset;
        _transform = new ImageFitting(transform);
        _augmentation = augmentation;
        _key = new SplitMix64(((ulong)(uint)seed << 32 | (uint)epoch) ^ Stream).Next();
        bool augments = augmentation != Augmentation.None;
        _unchanged = !augments && dataset is IFixedShapeImageDataset images && _transform.Keeps(images.Shape) ? images : null;
        if (_unchanged is null)
        {
            transform.CheckChannels();
        }

        InputCount = transform.Input.Count;
        _pixels = transform.Input.Pixels;
        _normalized = new float[Levels * transform.Input.Channels];
        for (int i = 0; i < _normalized.Length; i++)
        {
            _normalized[i] = transform.NormalizeLevel((byte)(i % Levels), i / Levels);
        }
    }

    /// <summary>Whether images need more than a copy and normalization, so that preparing them ahead pays.</summary>
    internal bool NeedsWork => _unchanged is null;

    /// <summary>The number of values of an image, C·H·W.</summary>
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

    /// <summary>Writes an image as the network sees it, before normalization.</summary>
    /// <param name="index">The index of the image.</param>
    /// <param name="pixels">Receives the input's C×H×W bytes.</param>
    /// <exception cref="LanewiseException">The image cannot be read.</exception>
    public void Fit(int index, Span<byte> pixels)
    {
        if (_unchanged is not null)
        {
            _unchanged.Read(index, pixels);
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

    /// <summary>Normalizes prepared bytes.</summary>
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
