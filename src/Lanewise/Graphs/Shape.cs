namespace Lanewise;

/// <summary>The shape of one image or activation: channels × height × width. The batch dimension is not part of it.</summary>
public readonly record struct Shape
{
    /// <summary>Creates a shape.</summary>
    /// <param name="channels">C, the number of channels (after <c>Flatten</c>: the number of features).</param>
    /// <param name="height">H, rows.</param>
    /// <param name="width">W, columns.</param>
    public Shape(int channels, int height, int width) => (Channels, Height, Width) = (channels, height, width);

    /// <summary>C, the number of channels (after <c>Flatten</c>: the number of features).</summary>
    public int Channels { get; init; }

    /// <summary>H, rows.</summary>
    public int Height { get; init; }

    /// <summary>W, columns.</summary>
    public int Width { get; init; }

    /// <summary>The number of values: C·H·W.</summary>
    /// <exception cref="OverflowException">There are more than 2³¹ − 1.</exception>
    public int Count => checked(Channels * Height * Width);

    /// <summary>The number of pixels of a channel: H·W.</summary>
    public int Pixels => Height * Width;

    /// <summary>"C×H×W", for example <c>88×12×12</c>.</summary>
    public override string ToString() => $"{Channels}×{Height}×{Width}";
}
