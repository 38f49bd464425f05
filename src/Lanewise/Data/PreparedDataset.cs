using System.Buffers;
using Lanewise.Engine;
using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// Prepares a dataset for a network: images go through an <see cref="ImageTransform"/> and, in training, augmentation; the values of an
/// <see cref="ITensorDataset"/> enter unchanged.
/// </summary>
public sealed class PreparedDataset : ITensorSource
{
    private const int Levels = 256;
    private const ulong Stream = 0xA4C1_57E6_0B93_D2F8;
    private readonly IDataset _dataset;
    private readonly int _count;
    private readonly ITensorDataset? _tensors;
    private readonly IFixedShapeImageDataset? _unchanged;
    private readonly ImageTransform? _transform;
    private readonly ImageFitting? _fitting;
    private readonly DecodeOptions _decoding;
    private readonly Augmentation _augmentation;
    private readonly ulong _key;
    private readonly float[] _normalized = [];
    private readonly int _pixels;

    /// <summary>Combines a dataset with a transform, for evaluation.</summary>
    /// <param name="dataset">The samples.</param>
    /// <param name="transform">How images are framed, resized, cropped and normalized; null for an <see cref="ITensorDataset"/>.</param>
    /// <exception cref="ShapeException">The input has neither one nor three channels, so images do not fit.</exception>
    /// <exception cref="InvalidOptionException">The transform does not fit its own input.</exception>
    public PreparedDataset(IDataset dataset, ImageTransform? transform)
        : this(dataset, transform, Augmentation.None, seed: 0, epoch: 0)
    {
    }

    /// <summary>Combines a dataset with a transform and an augmentation, for training.</summary>
    /// <param name="dataset">The samples.</param>
    /// <param name="transform">How images are framed, resized, cropped and normalized; null for an <see cref="ITensorDataset"/>.</param>
    /// <param name="augmentation">The random augmentation, which applies to images only.</param>
    /// <param name="seed">The seed of the augmentation, combined with the epoch and an image's index.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <exception cref="ShapeException">The input has neither one nor three channels, so images do not fit.</exception>
    /// <exception cref="InvalidOptionException">
    /// Images have no transform, the transform does not fit its own input, or tensors should be augmented.
    /// </exception>
    public PreparedDataset(IDataset dataset, ImageTransform? transform, Augmentation augmentation, int seed, int epoch)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        (_dataset, _count, _augmentation) = (dataset, dataset.Count, augmentation);
        _key = new SplitMix64(((ulong)(uint)seed << 32 | (uint)epoch) ^ Stream).Next();
        bool augments = augmentation != Augmentation.None;
        if (dataset is ITensorDataset tensors)
        {
            _tensors = !augments ? tensors : throw new InvalidOptionException(
                $"{dataset.Name}: augmentation applies to images, and these are arrays of values; augment them beforehand.",
                nameof(TrainingOptions.Augmentation));
            Input = tensors.Shape;
            return;
        }

        if (transform is null)
        {
            throw new InvalidOptionException($"{dataset.Name}: images need a transform; pass one.", nameof(TrainingOptions.Transform));
        }

        transform.Check();
        (_transform, _fitting, _decoding) = (transform, new ImageFitting(transform), transform.Decoding);
        _unchanged = !augments && dataset is IFixedShapeImageDataset images && _fitting.Keeps(images.Shape) ? images : null;
        if (_unchanged is null)
        {
            transform.CheckChannels();
        }

        Input = transform.Input;
        _pixels = transform.Input.Pixels;
        _normalized = new float[Levels * transform.Input.Channels];
        for (int i = 0; i < _normalized.Length; i++)
        {
            _normalized[i] = transform.NormalizeLevel((byte)(i % Levels), i / Levels);
        }
    }

    /// <summary>Whether images need more than a copy and normalization, so that preparing them ahead pays.</summary>
    internal bool NeedsWork => _unchanged is null && _tensors is null;

    /// <summary>The number of values of a sample, C·H·W.</summary>
    internal int InputCount => Input.Count;

    /// <summary>(C, H, W) of a sample.</summary>
    internal Shape Input { get; }

    /// <inheritdoc/>
    public int Label(int index) => _dataset.Label(SampleOf(index));

    /// <inheritdoc/>
    public void Read(int index, Span<float> image)
    {
        if (_tensors is not null)
        {
            _tensors.Read(SampleOf(index), image);
            return;
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(image.Length);
        var pixels = rented.AsSpan(0, image.Length);
        Fit(index, pixels);
        Normalize(pixels, image);
        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Writes an image as the network sees it, before normalization.</summary>
    /// <param name="index">The index of the image.</param>
    /// <param name="pixels">Receives the input's C×H×W bytes; colours are red, green, blue, whatever order the network takes.</param>
    /// <exception cref="LanewiseException">The image cannot be read.</exception>
    /// <exception cref="InvalidOperationException">The dataset holds arrays of values, not images.</exception>
    public void Fit(int index, Span<byte> pixels)
    {
        if (_unchanged is not null)
        {
            _unchanged.Read(SampleOf(index), pixels);
            return;
        }

        var fitting = _fitting ?? throw new InvalidOperationException($"{_dataset.Name} holds arrays of values, not images.");
        var image = ((IImageDataset)_dataset).Read(SampleOf(index), _decoding);
        bool isFramed = _dataset is IFixedShapeImageDataset;
        if (_augmentation != Augmentation.None)
        {
            ulong seed = new SplitMix64(_key + (ulong)index).Next();
            fitting.Apply(isFramed ? image : fitting.Frame(image).Image, _augmentation, seed, pixels);
        }
        else if (isFramed)
        {
            fitting.ApplyFramed(image, pixels);
        }
        else
        {
            fitting.Apply(image, pixels);
        }
    }

    /// <summary>Normalizes prepared bytes.</summary>
    internal void Normalize(ReadOnlySpan<byte> pixels, Span<float> image)
    {
        for (int c = 0; c * _pixels < pixels.Length; c++)
        {
            var table = _normalized.AsSpan(c * Levels, Levels);
            var from = pixels.Slice(_transform!.SourceChannel(c) * _pixels, _pixels);
            var to = image.Slice(c * _pixels, _pixels);
            for (int i = 0; i < to.Length; i++)
            {
                to[i] = table[from[i]];
            }
        }
    }

    // Beyond the last index the samples come again, with other augmentation.
    internal int SampleOf(int index) => index < _count ? index : index % _count;
}
