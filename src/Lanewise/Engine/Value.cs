using System.Runtime.InteropServices;
using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// An activation that is really kept in memory, and its gradient. Several nodes may share one: a convolution and the
/// ReLU that ends it, a branch and its slice of the concatenation.
/// </summary>
/// <param name="shape">C×H×W.</param>
/// <param name="place">The place of the unit that makes it; −1 for the image.</param>
/// <param name="lanes">Where its channels lie where lanes are channels; null where they are images.</param>
internal sealed class Value(Shape shape, int place, ChannelLanes? lanes)
{
    private int _border;
    private int _gradientBorder;
    private Lifetime _life = Lifetime.None;
    private Lifetime _gradientLife = Lifetime.None;
    private ActivationLayout.Piece? _data;
    private ActivationLayout.Piece? _gradient;
    private Value? _whole;
    private int _firstPlane;

    public Shape Shape { get; } = shape;

    public int Place { get; } = place;

    public ChannelLanes? Lanes { get; } = lanes;

    /// <summary>Planes of vectors: one a channel where lanes are images.</summary>
    public int PlaneCount { get; } = lanes?.Vectors ?? shape.Channels;

    /// <summary>Whether max(0, ·) was applied, so that its gradient must be masked.</summary>
    public bool ReLU { get; set; }

    /// <summary>Whether the loss's gradient to it is wanted, because something before it is trained.</summary>
    public bool Differentiable { get; set; }

    public bool IsSlice => _whole is not null;

    /// <summary>Where the activation lies, once the layout is placed.</summary>
    public Planes Data => _whole?.Data.Slice(_firstPlane, PlaneCount) ?? _data!.Planes;

    /// <summary>Where the loss's gradient to it lies; nowhere when it is not differentiable.</summary>
    public Planes Gradient => !Differentiable ? default : _whole?.Gradient.Slice(_firstPlane, PlaneCount) ?? _gradient!.Planes;

    /// <summary>Whether some step writes the gradient already, so that the next one must add to it.</summary>
    public bool Written { get; set; }

    /// <summary>The convolution that wrote the gradient last; it can take over masking. Null when another op did.</summary>
    public Conv2dCall? LastWriter { get; set; }

    /// <summary>Gradients of a sum that this value was part of, which are its own too.</summary>
    public Queue<Planes> PassedOn { get; } = new();

    /// <summary>Makes this value planes firstPlane … of <paramref name="whole"/>.</summary>
    public void BecomeSlice(Value whole, int firstPlane)
    {
        (_whole, _firstPlane) = (whole, firstPlane);
        whole.NeedBorder(_border);
        whole.NeedGradientBorder(_gradientBorder);
    }

    /// <summary>Asks for zero columns beside each row of the activation.</summary>
    public void NeedBorder(int columns)
    {
        _border = Math.Max(_border, columns);
        _whole?.NeedBorder(columns);
    }

    /// <summary>Asks for zero columns beside each row of the gradient.</summary>
    public void NeedGradientBorder(int columns)
    {
        _gradientBorder = Math.Max(_gradientBorder, columns);
        _whole?.NeedGradientBorder(columns);
    }

    /// <summary>Tells that the activation is written or read at that time.</summary>
    public void UseData(int time)
    {
        _life = _life.With(time);
        _whole?.UseData(time);
    }

    /// <summary>Tells that the gradient is written or read at that time.</summary>
    public void UseGradient(int time)
    {
        _gradientLife = _gradientLife.With(time);
        _whole?.UseGradient(time);
    }

    /// <summary>Takes memory for the activation and, where it is wanted, its gradient; a slice lies in its whole's.</summary>
    public void Lay(ActivationLayout layout)
    {
        if (!IsSlice)
        {
            var planes = Shape with { Channels = PlaneCount };
            _data = layout.Take(planes, _border, _life);
            _gradient = Differentiable ? layout.Take(planes, _gradientBorder, _gradientLife) : null;
        }
    }
}

/// <summary>From when to when a piece of memory is in use, both included.</summary>
/// <param name="First">The first time.</param>
/// <param name="Last">The last time.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Lifetime(int First, int Last)
{
    /// <summary>Never.</summary>
    public static Lifetime None => new(int.MaxValue, int.MinValue);

    /// <summary>As long as the plan runs.</summary>
    public static Lifetime Always => new(int.MinValue, int.MaxValue);

    public Lifetime With(int time) => new(Math.Min(First, time), Math.Max(Last, time));

    public bool Meets(Lifetime other) => First <= other.Last && other.First <= Last;
}
