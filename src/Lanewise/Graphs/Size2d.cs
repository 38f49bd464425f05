using System.Runtime.InteropServices;

namespace Lanewise;

/// <summary>A size or step per axis, as torch.nn's <c>(height, width)</c> pairs. A whole number stands for both axes.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Size2d
{
    /// <summary>Creates a size.</summary>
    /// <param name="height">Along the rows.</param>
    /// <param name="width">Along the columns.</param>
    public Size2d(int height, int width) => (Height, Width) = (height, width);

    /// <summary>Along the rows.</summary>
    public int Height { get; init; }

    /// <summary>Along the columns.</summary>
    public int Width { get; init; }

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
