using Lanewise.Onnx.Schema;

namespace Lanewise.Onnx.Import;

/// <summary>The input of a graph: one image, or a row of features.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">(C, H, W) of an image.</param>
/// <param name="Layout">How the ONNX tensor views a batch of them.</param>
/// <param name="BatchSize">The batch size in the file; null if it is not fixed.</param>
/// <param name="IsBytes">Whether it takes bytes from 0 to 255.</param>
internal sealed record ImportInput(string Name, Shape Shape, Layout Layout, long? BatchSize, bool IsBytes)
{
    // Operators that keep the image what it is, on the way to a transpose.
    private static readonly HashSet<string> KeepingOps = new(StringComparer.Ordinal)
    {
        "Identity", "Cast", "Add", "Sub", "Mul", "Div", "Split", "Concat", "Gather", "Slice", "Unsqueeze", "Squeeze",
    };

    /// <summary>Finds the input.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="nodes">Its nodes.</param>
    /// <param name="isStored">Whether a name is that of a stored tensor: older files list these among the inputs.</param>
    /// <param name="options">The size of the image, where the file leaves it open.</param>
    /// <exception cref="NotSupportedException">There is none, or there are several, or it is no image.</exception>
    public static ImportInput Of(GraphProto graph, IReadOnlyList<OnnxNode> nodes, Func<string, bool> isStored, OnnxReadOptions options)
    {
        ValueInfoProto[] inputs = [.. graph.Input.Where(input => !isStored(input.Name))];
        if (inputs.Length != 1)
        {
            string names = string.Join(", ", inputs.Take(5).Select(input => $"'{Excerpt.Of(input.Name)}'"));
            throw new NotSupportedException(
                $"it has {inputs.Length} inputs{(names.Length > 0 ? $" ({names})" : "")}; a classifier has one");
        }

        var tensor = inputs[0].Type?.TensorType;
        var dims = tensor?.Shape?.Dim;
        if (dims is null || dims.Count is < 2 or > 4)
        {
            throw new NotSupportedException(
                $"its input has {(dims is null ? "no stated" : dims.Count)} dimensions; (batch, channels, rows, columns) is expected");
        }

        CheckType(tensor!.ElemType);
        bool isLast = dims.Count == 4 && IsChannelsLast(inputs[0].Name, nodes);
        Axis[] order = isLast ? [Axis.N, Axis.H, Axis.W, Axis.C] : [Axis.N, Axis.C, Axis.H, Axis.W];
        int[] sizes = [.. order.Skip(1).Take(dims.Count - 1).Select((axis, i) => Size(dims[i + 1], axis, options))];
        var shape = isLast ? new Shape(sizes[2], sizes[0], sizes[1])
            : new Shape(sizes[0], sizes.Length > 1 ? sizes[1] : 1, sizes.Length > 2 ? sizes[2] : 1);
        var layout = new Layout(shape, order.Take(dims.Count).Select(axis => new[] { axis }));
        return new(inputs[0].Name, shape, layout, dims[0].DimValue is > 0 and var n ? n : null, tensor.ElemType == 2);
    }

    private static int Size(TensorShapeProto.Types.Dimension dim, Axis axis, OnnxReadOptions options)
    {
        const int Max = 1 << 24;
        bool isSide = axis is Axis.H or Axis.W;
        return dim.DimValue is > 0 and <= Max ? (int)dim.DimValue
            : dim.DimValue != 0 ? throw new NotSupportedException($"its input has a size of {dim.DimValue}")
            : isSide && options.ImageSize is { } size ? axis is Axis.H ? size.Height : size.Width
            : isSide ? throw new NotSupportedException("its input has no fixed height and width; give the size of images")
            : throw new NotSupportedException("its input has no fixed number of channels");
    }

    private static void CheckType(int type)
    {
        // float, uint8, float16, double, bfloat16
        if (type is not (1 or 2 or 10 or 11 or 16))
        {
            throw new NotSupportedException($"its input has the data type {TensorReader.TypeName(type)}; float or uint8 is expected");
        }
    }

    /// <summary>Whether the image goes into a transpose from (N, H, W, C) to (N, C, H, W), as in files from TensorFlow.</summary>
    private static bool IsChannelsLast(string input, IReadOnlyList<OnnxNode> nodes)
    {
        var images = new HashSet<string>(StringComparer.Ordinal) { input };
        foreach (var node in nodes.Where(node => node.Inputs.Any(images.Contains)))
        {
            if (node.Op == "Transpose" && node.Ints("perm") is [0, 3, 1, 2])
            {
                return true;
            }

            if (KeepingOps.Contains(node.Op))
            {
                images.UnionWith(node.Outputs);
            }
        }

        return false;
    }
}
