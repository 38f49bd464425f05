using Lanewise.Graphs;

namespace Lanewise.Cli.Terminals;

/// <summary>Ops as text.</summary>
internal static class OpText
{
    /// <summary>For example "Conv2d 3×3", "MaxPool2d 2×2/2" with a stride, "Linear".</summary>
    public static string Of(Op op) => op.Window is { } w
        ? $"{op.Name} {w.KernelSize.Height}×{w.KernelSize.Width}{(w.Stride == 1 ? "" : $"/{w.Stride}")}"
        : op.Name;
}
