namespace Lanewise;

/// <summary>The shape of one image or activation: channels × height × width. The batch dimension is not part of it.</summary>
/// <param name="Channels">C, the number of channels (after <c>Flatten</c>: the number of features).</param>
/// <param name="Height">H, rows.</param>
/// <param name="Width">W, columns.</param>
public readonly record struct Shape(int Channels, int Height, int Width)
{
    /// <summary>The number of values: C·H·W.</summary>
    /// <exception cref="OverflowException">There are more than 2³¹ − 1.</exception>
    public int Count => checked(Channels * Height * Width);

    /// <summary>The number of pixels of a channel: H·W.</summary>
    public int Pixels => Height * Width;

    /// <summary>"C×H×W", for example <c>88×12×12</c>.</summary>
    public override string ToString() => $"{Channels}×{Height}×{Width}";
}
