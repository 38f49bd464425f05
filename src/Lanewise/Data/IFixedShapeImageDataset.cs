namespace Lanewise;

/// <summary>
/// A labelled dataset whose images all have one shape and are fast to read. Implementations are thread-safe for reading.
/// </summary>
public interface IFixedShapeImageDataset : IImageDataset
{
    /// <summary>(C, H, W) of every image.</summary>
    Shape Shape { get; }

    /// <summary>Copies image <paramref name="index"/> as C×H×W bytes, 0 (black) to 255 (white), into <paramref name="pixels"/>.</summary>
    void Read(int index, Span<byte> pixels);

    /// <inheritdoc/>
    DecodedImage IImageDataset.Read(int index, int minSide)
    {
        var image = new DecodedImage(Shape.Channels, Shape.Width, Shape.Height);
        Read(index, image.Pixels);
        return image;
    }
}
