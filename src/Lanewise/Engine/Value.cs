using System.Runtime.InteropServices;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// An activation that is kept in memory, and its gradient. Several nodes may share one value: a convolution and the ReLU fused into it,
/// a branch and its slice of the concatenation.
/// </summary>
/// <param name="shape">The shape for one image, C×H×W.</param>
/// <param name="producerIndex">The index of the unit that writes it; −1 for the input.</param>
/// <param name="lanes">The channels of each vector in the channel-interleaved layout; null in the batch-interleaved layout.</param>
internal sealed class Value(Shape shape, int producerIndex, ChannelLanes? lanes)
{
    private int _border;
    private int _gradientBorder;
    private Lifetime _life = Lifetime.None;
    private Lifetime _gradientLife = Lifetime.None;
    private ActivationLayout.Piece? _data;
    private ActivationLayout.Piece? _gradient;
    private Value? _whole;
    private int _firstPlane;

    /// <summary>The shape for one image.</summary>
    public Shape Shape { get; } = shape;

    /// <summary>The index of the unit that writes it; −1 for the input.</summary>
    public int ProducerIndex { get; } = producerIndex;

    /// <summary>The channels of each vector in the channel-interleaved layout; null in the batch-interleaved layout.</summary>
    public ChannelLanes? Lanes { get; } = lanes;

    /// <summary>The number of planes of vectors: one per channel in the batch-interleaved layout.</summary>
    public int PlaneCount { get; } = lanes?.Vectors ?? shape.Channels;

    /// <summary>Whether ReLU was applied, so that the gradient must be masked.</summary>
    public bool ReLU { get; set; }

    /// <summary>
    /// Whether the backward pass computes its gradient, because a trained layer precedes it or the input gradient is computed.
    /// </summary>
    public bool RequiresGradient { get; set; }

    /// <summary>Whether it is a slice of another value.</summary>
    public bool IsSlice => _whole is not null;

    /// <summary>The location of the activation; valid once the layout is placed.</summary>
    public Planes Data => _whole?.Data.Slice(_firstPlane, PlaneCount) ?? _data!.Planes;

    /// <summary>The location of the gradient; default where none is computed.</summary>
    public Planes Gradient => !RequiresGradient ? default : _whole?.Gradient.Slice(_firstPlane, PlaneCount) ?? _gradient!.Planes;

    /// <summary>Whether an emitted step has written the gradient, so that the next one must add to it.</summary>
    public bool IsGradientWritten { get; set; }

    /// <summary>The convolution that writes the gradient last, which can also apply the ReLU mask; null if another op does.</summary>
    public Conv2dCall? LastGradientWriter { get; set; }

    /// <summary>
    /// Gradients of other values that are part of this one unchanged, such as those of sums that it is an input of; still to be added.
    /// </summary>
    public Queue<Planes> PendingGradients { get; } = new();

    /// <summary>Makes this value a slice of <paramref name="whole"/> that starts at plane <paramref name="firstPlane"/>.</summary>
    public void BecomeSlice(Value whole, int firstPlane)
    {
        (_whole, _firstPlane) = (whole, firstPlane);
        whole.RequireBorder(_border);
        whole.RequireGradientBorder(_gradientBorder);
    }

    /// <summary>Requires a border of zero columns at each row of the activation.</summary>
    public void RequireBorder(int columns)
    {
        _border = Math.Max(_border, columns);
        _whole?.RequireBorder(columns);
    }

    /// <summary>Requires a border of zero columns at each row of the gradient.</summary>
    public void RequireGradientBorder(int columns)
    {
        _gradientBorder = Math.Max(_gradientBorder, columns);
        _whole?.RequireGradientBorder(columns);
    }

    /// <summary>Extends the live range of the activation to a time at which it is written or read.</summary>
    public void UseData(int time)
    {
        _life = _life.With(time);
        _whole?.UseData(time);
    }

    /// <summary>Extends the live range of the gradient to a time at which it is written or read.</summary>
    public void UseGradient(int time)
    {
        _gradientLife = _gradientLife.With(time);
        _whole?.UseGradient(time);
    }

    /// <summary>Allocates the activation and, if required, its gradient; a slice uses the memory of the whole.</summary>
    public void AllocateIn(ActivationLayout layout)
    {
        if (!IsSlice)
        {
            var planes = Shape with { Channels = PlaneCount };
            _data = layout.Allocate(planes, _border, _life);
            _gradient = RequiresGradient ? layout.Allocate(planes, _gradientBorder, _gradientLife) : null;
        }
    }
}

/// <summary>The live range of a piece of memory, both ends included.</summary>
/// <param name="First">The time of the first use.</param>
/// <param name="Last">The time of the last use.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Lifetime(int First, int Last)
{
    /// <summary>The empty range.</summary>
    public static Lifetime None => new(int.MaxValue, int.MinValue);

    /// <summary>The whole run of the plan.</summary>
    public static Lifetime Always => new(int.MinValue, int.MaxValue);

    /// <summary>Returns the range extended to include a time.</summary>
    public Lifetime With(int time) => new(Math.Min(First, time), Math.Max(Last, time));

    /// <summary>Whether two ranges overlap.</summary>
    public bool Overlaps(Lifetime other) => First <= other.Last && other.First <= Last;
}
