using Lanewise.Graphs;

namespace Lanewise.Cli.Terminals;

/// <summary>An op's window: kernel and stride.</summary>
internal static class OpText
{
    /// <summary>Rows and columns of the kernel, and the stride; null for an op without a window.</summary>
    public static (int Height, int Width, int Stride)? Window(Op? op) => op switch
    {
        Conv2d conv => (conv.KernelHeight, conv.KernelWidth, conv.Stride),
        Pool2d pool => (pool.Kernel, pool.Kernel, pool.Stride),
        _ => null,
    };

    /// <summary>For example "Conv2d 3×3", "MaxPool2d 2×2/2" with a stride, "Linear".</summary>
    public static string Of(Op op) => Window(op) is var (height, width, stride) ? $"{op.Name} {height}×{width}{(stride == 1 ? "" : $"/{stride}")}" : op.Name;
}
