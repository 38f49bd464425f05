namespace Lanewise.Onnx.Import;

/// <summary>Reads operators that join, cut or pad.</summary>
internal static class JoinOperators
{
    /// <summary>Concat(…) along the channels or features.</summary>
    public static IReadOnlyList<Value> Concat(NodeImport n)
    {
        if (Array.TrueForAll(n.Inputs, value => value is PixelsValue))
        {
            return [ConcatPixels(n, [.. n.Inputs.Cast<PixelsValue>()])];
        }

        if (n.Inputs.Any(value => value is null or ConstantValue))
        {
            throw new NotSupportedException("one of its inputs is a stored tensor");
        }

        ActivationValue[] inputs = [.. n.Inputs.Select((_, i) => n.Activation(i))];
        var first = inputs[0].Layout;
        int axis = NodeImport.Dim(n.Node.Int("axis", 1), first.Rank);
        bool isFlat = axis == 1 && Array.TrueForAll(inputs, x => x.Layout.IsFlat);
        if (!isFlat && !Array.TrueForAll(inputs, x => IsAlongChannels(x.Layout, first, axis)))
        {
            throw new NotSupportedException("it does not run along the channels, or its inputs have their axes in different orders");
        }

        SymbolicTensor[] tensors = [.. inputs.Select(x => isFlat ? ViewOperators.Flattened(n.Graph, x, out _) : x.Tensor)];
        var y = n.Graph.AddLayer(tensors[0], new Concat(), n.Node, null, tensors.AsSpan(1));
        return [new ActivationValue(y, isFlat ? Layout.Features(y.Shape) : first.For(y.Shape, WithChannels(first, axis)))];
    }

    /// <summary>Slice(x, starts, ends, axes?, steps?): every n-th row and column, or channels of the image.</summary>
    public static IReadOnlyList<Value> Slice(NodeImport n)
    {
        var pixels = n.Inputs[0] as PixelsValue;
        var layout = pixels?.Layout ?? n.Activation(0).Layout;
        var slices = n.Slices(layout.Dims());
        if (pixels is not null && Enumerable.Range(0, layout.Rank).All(d => slices[d].IsWhole || IsChannels(layout, d)))
        {
            int channels = Enumerable.Range(0, layout.Rank).First(d => IsChannels(layout, d));
            return [Channels(pixels, [.. slices[channels].Indices(pixels.Channels.Count)], channels, keepsDim: true)];
        }

        var x = n.Activation(0);
        var strides = new Dictionary<Axis, int> { [Axis.H] = 1, [Axis.W] = 1 };
        for (int d = 0; d < layout.Rank; d++)
        {
            bool isStride = slices[d] is { Start: 0, Step: > 0 } s && s.ReachesEnd && layout[d] is [Axis.H or Axis.W];
            if (isStride)
            {
                strides[layout[d][0]] = (int)slices[d].Step;
            }
            else if (!slices[d].IsWhole)
            {
                throw new NotSupportedException("it cuts out a part of the activations; every n-th row and column is supported");
            }
        }

        var pending = new PendingShortcut(n, x, new Size2d(strides[Axis.H], strides[Axis.W]), x.Tensor.Shape.Channels);
        return pending.Stride == 1 ? [x]
            : n.Graph.SoleConsumer(n.Node) is { Op: "Pad" } ? [pending]
            : [pending.Create()];
    }

    /// <summary>Split(x) of the channels of the image.</summary>
    public static IReadOnlyList<Value> Split(NodeImport n)
    {
        if (n.Inputs[0] is not PixelsValue pixels || !IsChannels(pixels.Layout, NodeImport.Dim(n.Node.Int("axis", 0), pixels.Layout.Rank)))
        {
            throw new NotSupportedException("it splits activations; splitting the channels of the input image is supported");
        }

        int axis = NodeImport.Dim(n.Node.Int("axis", 0), pixels.Layout.Rank), count = pixels.Channels.Count, first = 0;
        int parts = n.Node.Outputs.Count;
        long[] sizes = n.Ints("split", 1) ?? [.. Enumerable.Range(0, parts).Select(i =>
            (long)Math.Max(0, Math.Min((count + parts - 1) / parts, count - i * ((count + parts - 1) / parts))))];
        if (sizes.Length != parts || sizes.Sum() != count || sizes.Any(size => size < 1))
        {
            throw new NotSupportedException($"it splits {count} channels into {parts} parts of other sizes");
        }

        var result = new List<Value>();
        foreach (long size in sizes)
        {
            result.Add(Channels(pixels, [.. Enumerable.Range(first, (int)size)], axis, keepsDim: true));
            first += (int)size;
        }

        return result;
    }

    /// <summary>Gather(x, indices) of the channels of the image.</summary>
    public static IReadOnlyList<Value> Gather(NodeImport n)
    {
        var indices = n.Needed(1);
        if (n.Inputs[0] is not PixelsValue pixels || indices.Dims.Length > 1
            || !IsChannels(pixels.Layout, NodeImport.Dim(n.Node.Int("axis", 0), pixels.Layout.Rank)))
        {
            throw new NotSupportedException("it takes some of the activations; taking channels of the input image is supported");
        }

        int axis = NodeImport.Dim(n.Node.Int("axis", 0), pixels.Layout.Rank);
        int[] channels = [.. indices.Known().Select(i => NodeImport.Dim(i, pixels.Channels.Count))];
        return [Channels(pixels, channels, axis, keepsDim: indices.Dims.Length == 1)];
    }

    /// <summary>Pad(x, pads, value?, axes?) of rows and columns, or of channels with zeros behind a stride (ResNet's option A).</summary>
    public static IReadOnlyList<Value> Pad(NodeImport n)
    {
        if (n.Node.Text("mode", "constant") is var mode && mode != "constant")
        {
            throw new NotSupportedException($"its mode is {Excerpt.Of(mode)}; constant is supported");
        }

        float value = PaddedMaxima.Read(n.Node.Has("value") ? n.Node.Float("value", 0) : n.Known(2)?.Scalar() ?? 0);
        var shortcut = n.Inputs[0] as PendingShortcut;
        var layout = shortcut?.X.Layout ?? n.Activation(0).Layout;
        var pads = Pads(n, layout);
        if (pads.All(pad => pad == (0, 0)))
        {
            return [n.Inputs[0]!];
        }

        int channels = Enumerable.Range(0, layout.Rank).FirstOrDefault(d => d > 0 && IsChannels(layout, d), -1);
        if (channels >= 0 && pads[channels] is var (before, after) && before + after > 0)
        {
            int count = layout.Shape.Channels + before + after;
            bool isShortcut = value == 0 && before == (before + after) / 2 && pads.Where((_, d) => d != channels).All(pad => pad == (0, 0));
            var source = shortcut ?? new PendingShortcut(n, n.Activation(0), 1, count);
            return isShortcut ? [(source with { Import = n, Channels = count }).Create()] : throw new NotSupportedException(
                "it pads channels otherwise than with zeros, half of them before");
        }

        var x = n.Activation(0);
        if (!layout.IsImage || pads[1] != (0, 0))
        {
            throw new NotSupportedException("it pads other axes than rows and columns");
        }

        var padding = new Padding(pads[2].Before, pads[3].Before, pads[2].After, pads[3].After);
        var pending = new PendingPad(n, x.Tensor, padding, value);
        return n.Graph.SoleConsumer(n.Node) is { Op: "Conv" } ? [pending] : [pending.Create()];
    }

    /// <summary>Returns the input of a convolution and what a Pad before it adds.</summary>
    public static (SymbolicTensor X, Padding Padding) Unpadded(NodeImport n)
    {
        bool pads = n.Inputs[0] is PendingPad { Value: 0 } && n.Node.Text("auto_pad", "NOTSET") == "NOTSET";
        return pads && n.Inputs[0] is PendingPad pad ? (pad.X, pad.Padding) : (n.Image(0), default);
    }

    private static PixelsValue ConcatPixels(NodeImport n, PixelsValue[] parts)
    {
        int axis = NodeImport.Dim(n.Node.Int("axis", 1), parts[0].Layout.Rank);
        if (!Array.TrueForAll(parts, part => IsAlongChannels(part.Layout, parts[0].Layout, axis)))
        {
            throw new NotSupportedException("it does not run along the channels of the image");
        }

        PixelChannel[] channels = [.. parts.SelectMany(part => part.Channels)];
        var shape = parts[0].Layout.Shape with { Channels = channels.Length };
        return new(channels, new Layout(shape, WithChannels(parts[0].Layout, axis)));
    }

    /// <summary>Selects channels of the image.</summary>
    private static PixelsValue Channels(PixelsValue pixels, int[] indices, int axis, bool keepsDim)
    {
        if (indices.Length == 0)
        {
            throw new NotSupportedException("it leaves no channel of the image");
        }

        var layout = pixels.Layout.For(pixels.Layout.Shape with { Channels = indices.Length }, WithChannels(pixels.Layout, axis));
        return new([.. indices.Select(i => pixels.Channels[i])], keepsDim ? layout : layout.Without([axis]));
    }

    /// <summary>Whether a dimension is that of the channels; a single channel has a dimension of size 1 beside rows and columns.</summary>
    private static bool IsChannels(Layout layout, int dim) => layout.Shape.Channels > 1
        ? layout[dim] is [Axis.C]
        : dim > 0 && layout[dim].Count == 0 && (dim == 1 || dim == layout.Rank - 1);

    /// <summary>Whether two views may be joined along a dimension: it is that of the channels, and the others are the same.</summary>
    private static bool IsAlongChannels(Layout layout, Layout first, int dim) => IsChannels(layout, dim) && layout.Rank == first.Rank
        && Enumerable.Range(0, layout.Rank).All(d => d == dim || layout[d].SequenceEqual(first[d]));

    private static IEnumerable<IEnumerable<Axis>> WithChannels(Layout layout, int axis) =>
        Enumerable.Range(0, layout.Rank).Select(d => d == axis ? [Axis.C] : layout[d]);

    private static (int Before, int After)[] Pads(NodeImport n, Layout layout)
    {
        long[] pads = n.Ints("pads", 1) ?? throw new NotSupportedException("its pads are missing");
        long[] axes = n.Known(3)?.Known() ?? [.. Enumerable.Range(0, layout.Rank)];
        if (pads.Length != 2 * axes.Length)
        {
            throw new NotSupportedException($"its pads has {pads.Length} numbers for {axes.Length} dimensions; two for each are expected");
        }

        var result = new (int Before, int After)[layout.Rank];
        for (int i = 0; i < axes.Length; i++)
        {
            result[NodeImport.Dim(axes[i], layout.Rank)] =
                (Windows.Extent(pads[i], "pads", 0), Windows.Extent(pads[axes.Length + i], "pads", 0));
        }

        return result;
    }
}

/// <summary>Rows and columns around activations, which a convolution may take over.</summary>
internal sealed record PendingPad(NodeImport Import, SymbolicTensor X, Padding Padding, float Value) : PendingValue
{
    /// <inheritdoc/>
    public override ActivationValue Create()
    {
        var y = Import.Graph.AddLayer(X, new ConstantPad2d(Padding, Value), Import.Node);
        return new(y, Layout.Image(y.Shape));
    }
}

/// <summary>Every n-th row and column, with channels of zeros that a following Pad may add.</summary>
internal sealed record PendingShortcut(NodeImport Import, ActivationValue X, Size2d Stride, int Channels) : PendingValue
{
    /// <inheritdoc/>
    public override ActivationValue Create()
    {
        var y = Import.Graph.AddLayer(X.Tensor, new IdentityShortcut(Channels, Stride), Import.Node);
        return new(y, X.Layout.For(y.Shape));
    }
}
