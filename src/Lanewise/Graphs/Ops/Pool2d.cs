namespace Lanewise.Graphs;

/// <summary>What max and average pooling share: (C, H, W) → (C, P, Q) with P = ⌊(H + 2·padding − kernel) / stride⌋ + 1.</summary>
/// <param name="Kernel">The square window's side.</param>
/// <param name="Stride">Step between windows.</param>
/// <param name="Padding">Rows and columns around the picture; at most half the kernel.</param>
public abstract record Pool2d(int Kernel, int Stride, int Padding) : Op
{
    internal override Shape InferShape(IReadOnlyList<Shape> inputs)
    {
        var x = inputs[0];
        Window.Check(x, Kernel, Kernel, Stride, Padding, Padding);
        if (Padding > Kernel / 2)
        {
            throw new ShapeException($"padding {Padding} is more than half of kernel {Kernel}; some windows would hold no pixel");
        }

        return new(x.Channels, Window.Outputs(x.Height, Kernel, Stride, Padding), Window.Outputs(x.Width, Kernel, Stride, Padding));
    }
}

/// <summary>Max pooling; padding never wins.</summary>
/// <param name="Kernel">The square window's side.</param>
/// <param name="Stride">Step between windows.</param>
/// <param name="Padding">Rows and columns around the picture.</param>
public sealed record MaxPool2d(int Kernel, int Stride, int Padding) : Pool2d(Kernel, Stride, Padding);

/// <summary>Average pooling.</summary>
/// <param name="Kernel">The square window's side.</param>
/// <param name="Stride">Step between windows.</param>
/// <param name="Padding">Zero rows and columns around the picture.</param>
/// <param name="CountIncludePad">Whether padded zeros count in the average, as they do in PyTorch by default.</param>
public sealed record AvgPool2d(int Kernel, int Stride, int Padding, bool CountIncludePad) : Pool2d(Kernel, Stride, Padding);
