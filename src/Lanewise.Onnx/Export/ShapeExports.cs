namespace Lanewise.Onnx.Export;

/// <summary>Writes ops that repeat, cut or pad.</summary>
internal static class ShapeExports
{
    /// <summary>Flatten.</summary>
    public static WrittenValue Flatten(NodeExport n)
    {
        string x = n.Values[n.Node.Inputs[0]].Name;
        return new(n.Writer.Node("Flatten", n.Node.Path, [x], GraphWriter.Of("axis", 1)), IsImage: false);
    }

    /// <summary>Expand.</summary>
    public static WrittenValue Expand(NodeExport n)
    {
        var shape = n.Node.Shape;
        string sizes = n.Writer.Constant($"{n.Node.Path}.shape", 1, shape.Channels, shape.Height, shape.Width);
        return n.Write("Expand", [n.Image(), sizes]);
    }

    /// <summary>Pad of rows and columns.</summary>
    public static WrittenValue ConstantPad2d(NodeExport n)
    {
        var op = (ConstantPad2d)n.Node.Op;
        float value = n.IsMaxPooled ? PaddedMaxima.Written(op.Value) : op.Value;
        return new(Pad(n, n.Image(), n.Node.Path, op.Padding, value), IsImage: true);
    }

    /// <summary>Slice with steps, and Pad of channels.</summary>
    public static WrittenValue IdentityShortcut(NodeExport n)
    {
        var op = (IdentityShortcut)n.Node.Op;
        string x = n.Image();
        int added = op.OutChannels - n.Input.Channels, before = op.ChannelsBefore(n.Input.Channels);
        if (op.Stride != 1 || added == 0)
        {
            string[] inputs =
            [
                x, n.Writer.Constant("constant.starts", 0, 0), n.Writer.Constant("constant.ends", int.MaxValue, int.MaxValue),
                n.Writer.Constant("constant.axes_hw", 2, 3),
                n.Writer.Constant($"{n.Node.Path}.steps", op.Stride.Height, op.Stride.Width),
            ];
            x = n.Writer.Node("Slice", added == 0 ? n.Node.Path : $"{n.Node.Path}.slice", inputs);
        }

        return added == 0 ? new(x, IsImage: true)
            : n.Write("Pad", [x, n.Writer.Constant($"{n.Node.Path}.pads", 0, before, 0, 0, 0, added - before, 0, 0)]);
    }

    /// <summary>Writes a Pad of rows and columns.</summary>
    public static string Pad(NodeExport n, string x, string name, Padding padding, float value)
    {
        string pads = n.Writer.Constant(
            $"{n.Node.Path}.pads", 0, 0, padding.Top, padding.Left, 0, 0, padding.Bottom, padding.Right);
        return n.Writer.Node("Pad", name, [x, pads, n.Number("value", value)]);
    }
}
