namespace Lanewise.Onnx.Export;

/// <summary>Writes activation functions that are no single operator in every opset.</summary>
internal static class PointwiseExports
{
    /// <summary>HardSwish, since opset 14; before, x · hardsigmoid(x).</summary>
    public static WrittenValue Hardswish(NodeExport n)
    {
        const int Since = 14;
        if (n.Writer.Opset >= Since)
        {
            return n.Elementwise("HardSwish");
        }

        var x = n.Values[n.Node.Inputs[0]];
        string gate = n.Writer.Node(
            "HardSigmoid", $"{n.Node.Path}.gate", [x.Name], GraphWriter.Of("alpha", 1 / 6f), GraphWriter.Of("beta", 0.5f));
        return x with { Name = n.Writer.Node("Mul", n.Node.Path, [x.Name, gate]) };
    }

    /// <summary>x · sigmoid(x).</summary>
    public static WrittenValue SiLU(NodeExport n)
    {
        var x = n.Values[n.Node.Inputs[0]];
        string gate = n.Writer.Node("Sigmoid", $"{n.Node.Path}.gate", [x.Name]);
        return x with { Name = n.Writer.Node("Mul", n.Node.Path, [x.Name, gate]) };
    }

    /// <summary>Mish.</summary>
    public static WrittenValue Mish(NodeExport n)
    {
        const int Since = 18;
        return n.Writer.Opset >= Since
            ? n.Elementwise("Mish")
            : throw n.Refuse($"Mish is an operator since opset {Since}; pass a newer opset");
    }

    /// <summary>Gelu.</summary>
    public static WrittenValue GELU(NodeExport n)
    {
        const int Since = 20;
        return n.Writer.Opset >= Since
            ? n.Elementwise("Gelu", GraphWriter.Of("approximate", ((GELU)n.Node.Op).IsTanh ? "tanh" : "none"))
            : throw n.Refuse($"Gelu is an operator since opset {Since}; pass a newer opset");
    }

    /// <summary>Clip; a bound that is infinite is left out.</summary>
    public static WrittenValue Hardtanh(NodeExport n)
    {
        var op = (Hardtanh)n.Node.Op;
        string min = float.IsInfinity(op.Min) ? "" : n.Number("min", op.Min);
        return n.Elementwise("Clip", float.IsInfinity(op.Max) ? [min] : [min, n.Number("max", op.Max)]);
    }

    /// <summary>Mul and Add with numbers.</summary>
    public static WrittenValue Rescaling(NodeExport n)
    {
        var op = (Rescaling)n.Node.Op;
        var x = n.Values[n.Node.Inputs[0]];
        if (op.Offset == 0)
        {
            return n.Elementwise("Mul", [n.Number("scale", op.Scale)]);
        }

        string product = op.Scale == 1 ? x.Name : n.Writer.Node("Mul", $"{n.Node.Path}.product", [x.Name, n.Number("scale", op.Scale)]);
        return x with { Name = n.Writer.Node("Add", n.Node.Path, [product, n.Number("offset", op.Offset)]) };
    }
}
