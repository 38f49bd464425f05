namespace Lanewise.Tests.Onnx;

/// <summary>
/// The published signatures of the operators that are written, from ONNX's operator changelog: for each the version that opset 13 takes,
/// and those that came up to opset 21.
/// </summary>
internal static class OperatorSignatures
{
    private const int Any = int.MaxValue;

    private static readonly OperatorSignature[] All =
    [
        new("Add", 13, 2, 2, 1, ""), new("Add", 14, 2, 2, 1, ""),
        new("AveragePool", 11, 1, 1, 1, "auto_pad ceil_mode count_include_pad kernel_shape! pads strides"),
        new("AveragePool", 19, 1, 1, 1, "auto_pad ceil_mode count_include_pad dilations kernel_shape! pads strides"),
        new("BatchNormalization", 9, 5, 5, 5, "epsilon momentum"),
        new("BatchNormalization", 14, 5, 5, 3, "epsilon momentum training_mode"),
        new("BatchNormalization", 15, 5, 5, 3, "epsilon momentum training_mode"),
        new("Cast", 13, 1, 1, 1, "to!"), new("Cast", 19, 1, 1, 1, "saturate to!"), new("Cast", 21, 1, 1, 1, "saturate to!"),
        new("Clip", 13, 1, 3, 1, ""),
        new("Concat", 13, 1, Any, 1, "axis!"),
        new("Conv", 11, 2, 3, 1, "auto_pad dilations group kernel_shape pads strides"),
        new("Dropout", 13, 1, 3, 2, "seed"),
        new("Expand", 13, 2, 2, 1, ""),
        new("Flatten", 13, 1, 1, 1, "axis"), new("Flatten", 21, 1, 1, 1, "axis"),
        new("Gather", 13, 2, 2, 1, "axis"),
        new("Gelu", 20, 1, 1, 1, "approximate"),
        new("Gemm", 13, 2, 3, 1, "alpha beta transA transB"),
        new("GlobalAveragePool", 1, 1, 1, 1, ""),
        new("HardSigmoid", 6, 1, 1, 1, "alpha beta"),
        new("HardSwish", 14, 1, 1, 1, ""),
        new("LRN", 13, 1, 1, 1, "alpha beta bias size!"),
        new("LeakyRelu", 6, 1, 1, 1, "alpha"), new("LeakyRelu", 16, 1, 1, 1, "alpha"),
        new("LogSoftmax", 13, 1, 1, 1, "axis"),
        new("MatMul", 13, 2, 2, 1, ""),
        new("MaxPool", 12, 1, 1, 2, "auto_pad ceil_mode dilations kernel_shape! pads storage_order strides"),
        new("Mish", 18, 1, 1, 1, ""), new("Mish", 22, 1, 1, 1, ""),
        new("Mul", 13, 2, 2, 1, ""), new("Mul", 14, 2, 2, 1, ""),
        new("Pad", 13, 2, 3, 1, "mode"), new("Pad", 18, 2, 4, 1, "mode"), new("Pad", 19, 2, 4, 1, "mode"), new("Pad", 21, 2, 4, 1, "mode"),
        new("Relu", 13, 1, 1, 1, ""), new("Relu", 14, 1, 1, 1, ""),
        new("Sigmoid", 13, 1, 1, 1, ""),
        new("Slice", 13, 3, 5, 1, ""),
        new("Softmax", 13, 1, 1, 1, "axis"),
        new("Unsqueeze", 13, 2, 2, 1, ""), new("Unsqueeze", 21, 2, 2, 1, ""),
    ];

    /// <summary>Gets the names of the operators.</summary>
    public static IReadOnlyCollection<string> Operators { get; } = [.. All.Select(signature => signature.Name).Distinct()];

    /// <summary>Finds the newest signature that an opset has; null if it has no such operator.</summary>
    public static OperatorSignature? Find(string name, int opset) =>
        All.Where(signature => signature.Name == name && signature.Since <= opset).MaxBy(signature => signature.Since);

    /// <summary>Returns the version of the format that a release of ONNX came with, by the release's opset.</summary>
    public static int IrVersion(int opset) => opset switch
    {
        13 or 14 => 7,
        15 or 16 or 17 or 18 => 8,
        19 or 20 => 9,
        21 => 10,
        _ => throw new ArgumentOutOfRangeException(nameof(opset), opset, "13 to 21 are listed"),
    };
}

/// <summary>A version of an operator.</summary>
/// <param name="Name">The operator.</param>
/// <param name="Since">The opset that it came with.</param>
/// <param name="MinInputs">The least number of inputs.</param>
/// <param name="MaxInputs">The largest number of inputs.</param>
/// <param name="MaxOutputs">The largest number of outputs.</param>
/// <param name="AttributeNames">The names of the attributes; required ones end in an exclamation mark.</param>
internal sealed record OperatorSignature(string Name, int Since, int MinInputs, int MaxInputs, int MaxOutputs, string AttributeNames)
{
    /// <summary>Gets the names of the attributes.</summary>
    public IReadOnlyList<string> Attributes { get; } =
        [.. AttributeNames.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => name.TrimEnd('!'))];

    /// <summary>Gets the names of the attributes that must be there.</summary>
    public IReadOnlyList<string> Required { get; } =
        [.. AttributeNames.Split(' ').Where(name => name.EndsWith('!')).Select(name => name.TrimEnd('!'))];
}
