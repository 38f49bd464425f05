namespace Lanewise;

/// <summary>
/// A labelled dataset whose images all have one shape, are fast to read, and are in the form of the training data: the ink stage of a
/// transform does not apply to them. Implementations are thread-safe for reading.
/// </summary>
public interface IFixedShapeImageDataset : IImageDataset
{
    /// <summary>(C, H, W) of every image.</summary>
    Shape Shape { get; }

    /// <summary>Copies image <paramref name="index"/> as C×H×W bytes, 0 (black) to 255 (white), into <paramref name="pixels"/>.</summary>
    void Read(int index, Span<byte> pixels);

    /// <inheritdoc/>
    DecodedImage IImageDataset.Read(int index, DecodeOptions options)
    {
        var image = new DecodedImage(Shape.Channels, Shape.Width, Shape.Height);
        Read(index, image.Pixels);
        return image;
    }
}
