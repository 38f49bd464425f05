namespace Lanewise;

/// <summary>An image in the shape of a network's input.</summary>
/// <param name="Pixels">The bytes, C·H·W, from 0 (black) to 255 (white); colours are red, green, blue.</param>
/// <param name="Shape">The shape (C, H, W) of the network's input.</param>
/// <param name="Inverted">Whether dark ink on a light background was inverted.</param>
/// <param name="Processing">A description of the steps, such as "640×480; inverted; cropped to the ink (210×340); …".</param>
public sealed record PreparedImage(byte[] Pixels, Shape Shape, bool Inverted, string Processing)
{
    /// <summary>What is to be said of the image, such as a file without its end marker or no ink found; null if there is nothing.</summary>
    public string? Notice { get; init; }
}
