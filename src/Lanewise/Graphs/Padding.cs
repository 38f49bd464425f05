using System.Runtime.InteropServices;

namespace Lanewise;

/// <summary>
/// Rows and columns added around an image. A whole number pads all four sides alike, a pair is torch.nn's (vertical, horizontal).
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Padding
{
    /// <summary>Pads each side by its own number.</summary>
    /// <param name="top">Rows above.</param>
    /// <param name="left">Columns to the left.</param>
    /// <param name="bottom">Rows below.</param>
    /// <param name="right">Columns to the right.</param>
    public Padding(int top, int left, int bottom, int right) => (Top, Left, Bottom, Right) = (top, left, bottom, right);

    /// <summary>Rows above.</summary>
    public int Top { get; init; }

    /// <summary>Columns to the left.</summary>
    public int Left { get; init; }

    /// <summary>Rows below.</summary>
    public int Bottom { get; init; }

    /// <summary>Columns to the right.</summary>
    public int Right { get; init; }

    /// <summary>Pads top and bottom alike, and left and right alike.</summary>
    /// <param name="vertical">Rows above, and as many below.</param>
    /// <param name="horizontal">Columns to the left, and as many to the right.</param>
    public Padding(int vertical, int horizontal) : this(vertical, horizontal, vertical, horizontal) { }

    /// <summary>The smallest of the four.</summary>
    internal int Min => Math.Min(Math.Min(Top, Left), Math.Min(Bottom, Right));

    /// <summary>The same on all four sides.</summary>
    public static implicit operator Padding(int all) => FromInt32(all);

    /// <summary>The same above and below, and the same left and right.</summary>
    public static implicit operator Padding((int Vertical, int Horizontal) padding) => FromValueTuple(padding);

    /// <summary>The same on all four sides.</summary>
    public static Padding FromInt32(int all) => new(all, all, all, all);

    /// <summary>The same above and below, and the same left and right.</summary>
    public static Padding FromValueTuple((int Vertical, int Horizontal) padding) => new(padding.Vertical, padding.Horizontal);

    /// <summary>"1", "1×2" (vertical × horizontal), or all four sides.</summary>
    public override string ToString() => (Top, Left) != (Bottom, Right)
        ? $"{Top} above, {Left} left, {Bottom} below, {Right} right"
        : Top == Left ? $"{Top}" : $"{Top}×{Left}";
}
