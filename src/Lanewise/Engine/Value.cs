using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// An activation that is really kept in memory, and its gradient. Several nodes may share one: a convolution and the
/// ReLU that ends it, a branch and its slice of the concatenation.
/// </summary>
internal sealed class Value(Shape shape)
{
    private int _border;
    private int _gradientBorder;
    private Value? _whole;
    private int _firstChannel;

    public Shape Shape { get; } = shape;

    /// <summary>Whether max(0, ·) was applied, so that its gradient must be masked.</summary>
    public bool ReLU { get; set; }

    public bool IsSlice => _whole is not null;

    /// <summary>Where the activation lies, once <see cref="Lay"/> has been called.</summary>
    public Planes Data { get; private set; }

    /// <summary>Where the loss's gradient to it lies.</summary>
    public Planes Gradient { get; private set; }

    /// <summary>Whether some step writes the gradient already, so that the next one must add to it.</summary>
    public bool Written { get; set; }

    /// <summary>The convolution that wrote the gradient last; it can take over masking. Null when another op did.</summary>
    public Conv2dTask? LastWriter { get; set; }

    /// <summary>Gradients of a sum that this value was part of, which are its own too.</summary>
    public Queue<Planes> PassedOn { get; } = new();

    /// <summary>Makes this value channels firstChannel … of <paramref name="whole"/>.</summary>
    public void BecomeSlice(Value whole, int firstChannel)
    {
        (_whole, _firstChannel) = (whole, firstChannel);
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

    /// <summary>Takes memory for the activation and, in training, its gradient. A whole is laid before its slices.</summary>
    public void Lay(ActivationLayout layout, bool gradient)
    {
        Data = _whole?.Data.Slice(_firstChannel, Shape.Channels) ?? layout.Take(Shape, _border);
        if (gradient)
        {
            Gradient = _whole?.Gradient.Slice(_firstChannel, Shape.Channels) ?? layout.Take(Shape, _gradientBorder);
        }
    }
}

/// <summary>Hands out a thread's activation memory from front to back.</summary>
/// <param name="laneWidth">L.</param>
/// <param name="guard">Vectors kept free behind each piece, which tests fill and check; 0 outside tests.</param>
internal sealed class ActivationLayout(int laneWidth, int guard)
{
    private readonly List<(int Start, int Length)> _guards = [];
    private int _vectors;

    /// <summary>Floats taken so far.</summary>
    public int Floats => checked(_vectors * laneWidth);

    /// <summary>The free pieces, in floats.</summary>
    public IReadOnlyList<(int Start, int Length)> Guards => _guards;

    public Planes Take(Shape shape, int border)
    {
        var planes = Planes.Lay(shape.Channels, shape.Height, shape.Width, border, _vectors);
        _vectors = checked(_vectors + planes.Size);
        if (guard > 0)
        {
            _guards.Add((_vectors * laneWidth, guard * laneWidth));
            _vectors += guard;
        }

        return planes;
    }
}
