using System.Runtime.InteropServices;

namespace Lanewise.Graphs;

/// <summary>Zero rows and columns around an image. A whole number pads all four sides alike, as in torch.nn.</summary>
/// <param name="Top">Rows above.</param>
/// <param name="Left">Columns to the left.</param>
/// <param name="Bottom">Rows below.</param>
/// <param name="Right">Columns to the right.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Padding(int Top, int Left, int Bottom, int Right)
{
    /// <summary>As many rows above as below, as many columns left as right: torch.nn's pair.</summary>
    public Padding(int vertical, int horizontal) : this(vertical, horizontal, vertical, horizontal) { }

    /// <summary>The same on all four sides.</summary>
    public static implicit operator Padding(int all) => FromInt32(all);

    /// <summary>The same on all four sides.</summary>
    public static Padding FromInt32(int all) => new(all, all, all, all);

    /// <summary>"1", "1×2" (vertical × horizontal), or all four sides.</summary>
    public override string ToString() => (Top, Left) != (Bottom, Right)
        ? $"{Top} above, {Left} left, {Bottom} below, {Right} right"
        : Top == Left ? $"{Top}" : $"{Top}×{Left}";
}
