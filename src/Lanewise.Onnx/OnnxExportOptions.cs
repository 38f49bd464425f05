namespace Lanewise;

/// <summary>What the input of an exported model is.</summary>
public enum OnnxInput
{
    /// <summary>Normalized floats, as <see cref="ImageTransform.Normalize"/> gives them.</summary>
    Float,

    /// <summary>Pixels, bytes from 0 to 255 in the order RGB: the model's normalization is part of the graph.</summary>
    UInt8,
}

/// <summary>Options of <see cref="OnnxFile.Write"/>.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>The oldest version of the operators that is written.</summary>
    public const int MinOpset = 13;

    /// <summary>The newest version of the operators that is written.</summary>
    public const int MaxOpset = 21;

    /// <summary>Gets the version of the operators, from <see cref="MinOpset"/> to <see cref="MaxOpset"/>. Default: 17.</summary>
    /// <exception cref="InvalidOptionException">The value is out of range.</exception>
    public int Opset
    {
        get;
        init => field = value is >= MinOpset and <= MaxOpset
            ? value
            : throw new InvalidOptionException($"opset {value}: {MinOpset} to {MaxOpset} are written.", nameof(Opset), value);
    } = 17;

    /// <summary>Gets the fixed number of images in a batch; null (default) for any number.</summary>
    /// <exception cref="InvalidOptionException">The value is below 1.</exception>
    public int? BatchSize
    {
        get;
        init => field = value is null or >= 1
            ? value
            : throw new InvalidOptionException($"batch size {value}: it must be at least 1.", nameof(BatchSize), value);
    }

    /// <summary>Gets what the input is. Default: normalized floats.</summary>
    public OnnxInput Input { get; init; }

    /// <summary>Gets whether batch norm is folded into the convolutions before it. Default: false.</summary>
    public bool FoldBatchNorm { get; init; }

    /// <summary>Gets whether the output are probabilities instead of logits. Default: false.</summary>
    public bool Probabilities { get; init; }
}

/// <summary>A written ONNX file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Nodes">The number of nodes of its graph.</param>
/// <param name="MaxDifference">
/// The largest difference between the outputs of the network and of the file as it was read back, on random images, relative to the largest
/// output.
/// </param>
public sealed record OnnxExport(string Path, long Bytes, int Nodes, double MaxDifference);
