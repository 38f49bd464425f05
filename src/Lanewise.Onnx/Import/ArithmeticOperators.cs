namespace Lanewise.Onnx.Import;

/// <summary>
/// Reads arithmetic: of activations with a number, with a number for each channel, and with each other, broadcast over rows and columns or
/// channels where one has a single one of them.
/// </summary>
internal static class ArithmeticOperators
{
    /// <summary>a + b.</summary>
    public static IReadOnlyList<Value> Add(NodeImport n) => [Add(n, n.Inputs[0]!, n.Inputs[1]!, n.Node)];

    /// <summary>a − b.</summary>
    public static IReadOnlyList<Value> Subtract(NodeImport n) => n.Inputs switch
    {
        [{ } a, ConstantValue b] => [Affine(n, a, Constant.Of([], [1f]), Map(b.Tensor, value => -value), n.Node)],
        [ConstantValue a, { } b] => [Affine(n, b, Constant.Of([], [-1f]), a.Tensor, n.Node)],
        _ => [Add(n, n.Activation(0), Scale(n, n.Activation(1), -1), n.Node)],
    };

    /// <summary>a · b.</summary>
    public static IReadOnlyList<Value> Multiply(NodeImport n) => n.Inputs switch
    {
        [{ } a, ConstantValue b] => [Factor(n, a, b.Tensor)],
        [ConstantValue a, { } b] => [Factor(n, b, a.Tensor)],
        _ => [Join(n, n.Activation(0), n.Activation(1), new Mul(), n.Node)],
    };

    /// <summary>a / b, with a number b or one for each channel.</summary>
    public static IReadOnlyList<Value> Divide(NodeImport n) => n.Inputs is [{ } a, ConstantValue b]
        ? [Factor(n, a, Map(b.Tensor, value => 1 / value))]
        : throw new NotSupportedException("it divides by values that depend on the image");

    /// <summary>−x.</summary>
    public static IReadOnlyList<Value> Negate(NodeImport n) => [Factor(n, n.Inputs[0]!, Constant.Of([], [-1f]))];

    /// <summary>Expand(x, sizes) of single channels, rows or columns.</summary>
    public static IReadOnlyList<Value> Expand(NodeImport n)
    {
        var x = n.Image(0);
        long[] sizes = n.Needed(1).ToIntegers(), own = [x.Shape.Channels, x.Shape.Height, x.Shape.Width];
        bool fits = sizes is [Constant.Batch or 1, _, _, _] && own.Zip(sizes.Skip(1)).All(pair => pair.Second is >= 1 and <= 1 << 24
            && (pair.First == 1 || pair.Second is 1 || pair.First == pair.Second));
        if (!fits)
        {
            throw new NotSupportedException($"it repeats activations of {x.Shape} an image to ({string.Join(", ", sizes)})");
        }

        int[] to = [.. own.Zip(sizes.Skip(1), (a, b) => (int)Math.Max(a, b))];
        return n.Layer(x, new Expand(new Shape(to[0], to[1], to[2])));
    }

    /// <summary>The sum or the mean of any number of inputs.</summary>
    public static IReadOnlyList<Value> Sum(NodeImport n, bool isMean)
    {
        // An activation first, so that constants are added to it.
        var inputs = n.Inputs.OfType<Value>().OrderBy(value => value is ConstantValue).ToList();
        var sum = inputs[0];
        for (int i = 1; i < inputs.Count; i++)
        {
            sum = Add(n, sum, inputs[i], i == inputs.Count - 1 && !isMean ? n.Node : null);
        }

        return [isMean && inputs.Count > 1 ? Scale(n, ActivationOf(n, sum), 1f / inputs.Count) : sum];
    }

    /// <summary>
    /// Returns one number, or one for each channel, of a tensor that is broadcast to activations; null if it varies otherwise.
    /// </summary>
    public static float[]? PerChannel(Constant tensor, Layout layout)
    {
        int skipped = layout.Rank - tensor.Dims.Length;
        for (int i = 0; i < tensor.Dims.Length; i++)
        {
            if (tensor.Dims[i] == 1)
            {
                continue;
            }

            bool isChannels = i + skipped > 0 && layout[i + skipped] is [Axis.C] && tensor.Dims[i] == layout.Shape.Channels;
            if (!isChannels || tensor.Count != layout.Shape.Channels)
            {
                return null;
            }
        }

        return tensor.Count > 0 && skipped >= 0 ? tensor.ToFloats() : null;
    }

    private static Value Add(NodeImport n, Value a, Value b, OnnxNode? name)
    {
        if (a is ConstantValue)
        {
            (a, b) = (b, a);
        }

        if (b is ConstantValue { Tensor: var bias })
        {
            return Affine(n, a, Constant.Of([], [1f]), bias, name);
        }

        return Join(n, ActivationOf(n, a), ActivationOf(n, b), new Add(), name);
    }

    /// <summary>factor · x, pending where an Add follows.</summary>
    private static Value Factor(NodeImport n, Value x, Constant factor)
    {
        if (x is PixelsValue pixels && PerChannel(factor, pixels.Layout) is { } scale)
        {
            return Change(pixels, scale, [0]);
        }

        var activation = ActivationOf(n, x);
        return PerChannel(factor, activation.Layout) is not { } factors ? throw Varying()
            : factors.Length == 1 ? activation with { Tensor = n.Graph.AddLayer(activation.Tensor, new Rescaling(factors[0], 0), n.Node) }
            : Biased.Layer(n, activation.Tensor, new ChannelAffine(Bias: true), factors, null,
                isBiased => new ChannelAffine(isBiased), _ => activation.Layout)[0];
    }

    /// <summary>scale · x + offset, where the scale is a number.</summary>
    private static Value Affine(NodeImport n, Value x, Constant scale, Constant offset, OnnxNode? name)
    {
        if (x is PixelsValue pixels && PerChannel(offset, pixels.Layout) is { } shift)
        {
            return Change(pixels, scale.ToFloats(), shift);
        }

        if (x is PendingLayer { Bias: null } pending && scale.Scalar() == 1 && PerChannel(offset, pending.Layout) is { } bias)
        {
            return (pending with { Bias = Spread(bias, pending.Layout.Shape.Channels) }).Create();
        }

        var activation = ActivationOf(n, x);
        float[] offsets = PerChannel(offset, activation.Layout) ?? throw Varying();
        if (offsets.Length == 1)
        {
            return activation with { Tensor = n.Graph.AddLayer(activation.Tensor, new Rescaling(scale.Scalar(), offsets[0]), name) };
        }

        float[] scales = Spread(scale.ToFloats(), offsets.Length);
        return activation with { Tensor = n.Graph.AddLayer(activation.Tensor, new ChannelAffine(Bias: true), name, [scales, offsets]) };
    }

    private static ActivationValue Scale(NodeImport n, ActivationValue x, float factor) =>
        x with { Tensor = n.Graph.AddLayer(x.Tensor, new Rescaling(factor, 0), null) };

    private static ActivationValue Join(NodeImport n, ActivationValue a, ActivationValue b, Op op, OnnxNode? name)
    {
        var (x, y) = (a.Tensor.Shape, b.Tensor.Shape);
        var shape = new Shape(Math.Max(x.Channels, y.Channels), Math.Max(x.Height, y.Height), Math.Max(x.Width, y.Width));
        IReadOnlyList<Axis>[] dims = a.Layout.Rank != b.Layout.Rank ? []
            : [.. Enumerable.Range(0, a.Layout.Rank).Select(d => a.Layout[d].Count > 0 ? a.Layout[d] : b.Layout[d])];
        bool fits = dims.Length > 0 && IsBroadcast(x, shape) && IsBroadcast(y, shape) && dims.Index().All(dim =>
            (a.Layout[dim.Index].Count == 0 || a.Layout[dim.Index].SequenceEqual(dim.Item))
            && (b.Layout[dim.Index].Count == 0 || b.Layout[dim.Index].SequenceEqual(dim.Item)));
        // An axis in two dimensions would be each value of one with each value of the other.
        if (!fits || dims.SelectMany(axes => axes).Distinct().Count() != dims.Sum(axes => axes.Count))
        {
            throw new NotSupportedException($"its inputs, {x} and {y}, cannot be broadcast to each other");
        }

        var result = n.Graph.AddLayer(Expand(n, a.Tensor, shape), op, name, null, Expand(n, b.Tensor, shape));
        return new(result, new Layout(shape, dims));
    }

    private static SymbolicTensor Expand(NodeImport n, SymbolicTensor x, Shape shape) =>
        x.Shape == shape ? x : n.Graph.AddLayer(x, new Expand(shape), null);

    private static bool IsBroadcast(Shape from, Shape to) => (from.Channels == to.Channels || from.Channels == 1)
        && (from.Height == to.Height || from.Height == 1) && (from.Width == to.Width || from.Width == 1);

    private static PixelsValue Change(PixelsValue pixels, float[] scale, float[] offset) => pixels with
    {
        Channels = [.. pixels.Channels.Select((c, i) => c with
        {
            Scale = c.Scale * scale[scale.Length == 1 ? 0 : i],
            Offset = c.Offset * scale[scale.Length == 1 ? 0 : i] + offset[offset.Length == 1 ? 0 : i],
        })],
    };

    private static ActivationValue ActivationOf(NodeImport n, Value value) => value switch
    {
        ActivationValue activation => activation,
        PixelsValue pixels => n.Graph.Pixels.Enter(pixels),
        // Created under its own name, so that other nodes that read it find it.
        PendingLayer pending => n.Graph.Activation(pending.Import.Node.Outputs[0]),
        PendingValue pending => pending.Create(),
        _ => throw new NotSupportedException("one of its inputs is not known"),
    };

    private static Constant Map(Constant tensor, Func<float, float> formula) =>
        Constant.Of(tensor.Dims, Array.ConvertAll(tensor.ToFloats(), value => formula(value)));

    private static float[] Spread(float[] values, int count) =>
        values.Length == count ? values : [.. Enumerable.Repeat(values[0], count)];

    private static NotSupportedException Varying() =>
        new("one of its inputs is a stored tensor that varies over pixels or images; a number, or one for each channel, is supported");
}
