using System.Runtime.InteropServices;

namespace Lanewise;

/// <summary>A size or step per axis, as torch.nn's <c>(height, width)</c> pairs. A whole number stands for both axes.</summary>
/// <param name="Height">Along the rows.</param>
/// <param name="Width">Along the columns.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Size2d(int Height, int Width)
{
    /// <summary>The smaller of the two.</summary>
    internal int Min => Math.Min(Height, Width);

    /// <summary>The same along both axes.</summary>
    public static implicit operator Size2d(int both) => FromInt32(both);

    /// <summary>Height, then width.</summary>
    public static implicit operator Size2d((int Height, int Width) size) => FromValueTuple(size);

    /// <summary>The same along both axes.</summary>
    public static Size2d FromInt32(int both) => new(both, both);

    /// <summary>Height, then width.</summary>
    public static Size2d FromValueTuple((int Height, int Width) size) => new(size.Height, size.Width);

    /// <summary>"3" where both axes agree, otherwise "3×5" (height × width).</summary>
    public override string ToString() => Height == Width ? $"{Height}" : $"{Height}×{Width}";
}
