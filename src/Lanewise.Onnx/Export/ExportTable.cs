namespace Lanewise.Onnx.Export;

/// <summary>The table of ops that are written: the operators of each.</summary>
internal static class ExportTable
{
    private static readonly Dictionary<Type, Func<NodeExport, WrittenValue>> Rows = new()
    {
        [typeof(Conv2d)] = LayerExports.Conv2d,
        [typeof(Linear)] = LayerExports.Linear,
        [typeof(BatchNorm2d)] = LayerExports.BatchNorm2d,
        [typeof(ChannelAffine)] = LayerExports.ChannelAffine,
        [typeof(LocalResponseNorm)] = LayerExports.LocalResponseNorm,
        [typeof(Dropout)] = n => n.Elementwise("Dropout", [n.Number("p", ((Dropout)n.Node.Op).P)]),
        [typeof(MaxPool2d)] = PoolExports.MaxPool2d,
        [typeof(AvgPool2d)] = PoolExports.AvgPool2d,
        [typeof(AdaptiveAvgPool2d)] = PoolExports.AdaptiveAvgPool2d,
        [typeof(ReLU)] = n => n.Elementwise("Relu"),
        [typeof(LeakyReLU)] = n => n.Elementwise("LeakyRelu", GraphWriter.Of("alpha", ((LeakyReLU)n.Node.Op).NegativeSlope)),
        [typeof(Sigmoid)] = n => n.Elementwise("Sigmoid"),
        [typeof(Hardsigmoid)] = n => n.Elementwise(
            "HardSigmoid",
            GraphWriter.Of("alpha", ((Hardsigmoid)n.Node.Op).Alpha),
            GraphWriter.Of("beta", ((Hardsigmoid)n.Node.Op).Beta)),
        [typeof(Hardswish)] = PointwiseExports.Hardswish,
        [typeof(SiLU)] = PointwiseExports.SiLU,
        [typeof(Mish)] = PointwiseExports.Mish,
        [typeof(GELU)] = PointwiseExports.GELU,
        [typeof(Hardtanh)] = PointwiseExports.Hardtanh,
        [typeof(Rescaling)] = PointwiseExports.Rescaling,
        [typeof(Softmax)] = n => n.Elementwise("Softmax", GraphWriter.Of("axis", 1)),
        [typeof(LogSoftmax)] = n => n.Elementwise("LogSoftmax", GraphWriter.Of("axis", 1)),
        [typeof(Add)] = n => n.Join("Add"),
        [typeof(Mul)] = n => n.Join("Mul"),
        [typeof(Concat)] = n => n.Join("Concat", GraphWriter.Of("axis", 1)),
        [typeof(Flatten)] = ShapeExports.Flatten,
        [typeof(Expand)] = ShapeExports.Expand,
        [typeof(ConstantPad2d)] = ShapeExports.ConstantPad2d,
        [typeof(IdentityShortcut)] = ShapeExports.IdentityShortcut,
    };

    /// <summary>Writes a node.</summary>
    /// <exception cref="ModelFormatException">ONNX cannot describe it.</exception>
    public static WrittenValue Write(NodeExport node) => Rows.TryGetValue(node.Node.Op.GetType(), out var write)
        ? write(node)
        : throw node.Refuse("there is no operator for it");

    /// <summary>Whether an op has a row; for tests.</summary>
    public static bool Contains(Type op) => Rows.ContainsKey(op);
}
