using System.Runtime.InteropServices;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// The targets of a batch. In training they may be mixed, smoothed and weighted by class; an evaluation takes the labels as they are.
/// </summary>
internal sealed class LossTargets
{
    private readonly int _classes;
    private readonly double _smoothing;
    private readonly float[] _classWeights;
    private readonly int[] _labels;
    private readonly int[] _others;
    private readonly float[] _shares;
    private ITensorSource? _source;
    private ISoftTargetSource? _mixed;
    private bool _isTraining;

    public LossTargets(PlanOptions options, int classes, int capacity)
    {
        _classes = classes;
        (_smoothing, _classWeights) = (options.LabelSmoothing, [.. options.ClassWeights ?? []]);
        _labels = new int[capacity];
        (_others, _shares) = options.Training ? (new int[capacity], new float[capacity]) : ([], []);
    }

    /// <summary>Sets the source of the next run.</summary>
    public void Prepare(ITensorSource source, bool isTraining)
    {
        (_source, _isTraining) = (source, isTraining);
        _mixed = isTraining && source is ISoftTargetSource { IsMixed: true } mixed ? mixed : null;
    }

    /// <summary>Releases the source of the run that ended.</summary>
    public void Release() => (_source, _mixed) = (null, null);

    /// <summary>Reads the target of an image from the source, after the image.</summary>
    /// <param name="index">The index in the batch.</param>
    /// <param name="sourceIndex">The index in the source.</param>
    /// <exception cref="DatasetException">A label is out of range.</exception>
    public void Read(int index, int sourceIndex)
    {
        if (_mixed is null)
        {
            _labels[index] = Checked(_source!, _source!.Label(sourceIndex), sourceIndex);
            return;
        }

        var target = _mixed.Target(sourceIndex);
        _labels[index] = Checked(_mixed, target.Label, sourceIndex);
        _others[index] = Checked(_mixed, target.Other, sourceIndex);
        _shares[index] = target.Share;
    }

    /// <summary>Marks an image as one without a target.</summary>
    public void Clear(int index) => _labels[index] = 0;

    /// <summary>Returns the class of an image, that of the larger share.</summary>
    public int Label(int index) => _labels[index];

    /// <summary>Returns the targets of images of the batch.</summary>
    public CrossEntropyTargets Of(int first, int count) => new()
    {
        Labels = _labels.AsSpan(first, count),
        Others = _mixed is null ? [] : _others.AsSpan(first, count),
        Shares = _mixed is null ? [] : _shares.AsSpan(first, count),
        Smoothing = _isTraining ? _smoothing : 0,
        ClassWeights = _isTraining ? _classWeights : [],
    };

    /// <summary>
    /// Computes what the mean over images divides by: their number or, with labels and class weights, the sum of the weights of their
    /// classes.
    /// </summary>
    /// <exception cref="DatasetException">A label is out of range.</exception>
    public double Divisor(ITensorSource source, ReadOnlySpan<int> indices)
    {
        if (_classWeights.Length == 0 || source is ISoftTargetSource { IsMixed: true })
        {
            return Math.Max(1, indices.Length);
        }

        double sum = 0;
        foreach (int index in indices)
        {
            sum += _classWeights[Checked(source, source.Label(index), index)];
        }

        return indices.IsEmpty ? 1 : sum;
    }

    private int Checked(ITensorSource source, int label, int index)
    {
        if ((uint)label < (uint)_classes)
        {
            return label;
        }

        int sample = source is ISoftTargetSource repeating ? repeating.SampleOf(index) : index;
        throw new DatasetException(
            $"image {sample} has label {label}; the network has {_classes} classes, 0 to {_classes - 1}.", DatasetError.LabelOutOfRange);
    }
}

/// <summary>How the losses of a batch are scaled.</summary>
/// <param name="Gradient">The factor of the gradient of each image, 1 / the divisor of the mean.</param>
/// <param name="Loss">The factor of each loss, so that the mean of the losses is that of the training: 1 without class weights.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LossScale(float Gradient, double Loss)
{
    /// <summary>Returns the scale of a mean over images.</summary>
    /// <param name="images">The number of images.</param>
    /// <param name="divisor">What their mean divides by; see <see cref="LossTargets.Divisor"/>.</param>
    public static LossScale Of(int images, double divisor) => new(1f / (float)divisor, Math.Max(1, images) / divisor);
}
