namespace Lanewise;

/// <summary>Options of <see cref="OnnxFile.Read(string, OnnxReadOptions?)"/>.</summary>
public sealed record OnnxReadOptions
{
    /// <summary>Gets the height and width of images, for files that leave them open; null (default) to refuse such files.</summary>
    public Size2d? ImageSize { get; init; }

    /// <summary>Gets the name of the network; null (default) for that of the model card, or of the file.</summary>
    public string? Name { get; init; }

    /// <summary>Gets whether a softmax that ends the graph remains a layer; for tests.</summary>
    internal bool KeepsSoftmax { get; init; }

    /// <summary>Gets whether the model card is not read; for the comparison after writing.</summary>
    internal bool IgnoresCard { get; init; }
}
