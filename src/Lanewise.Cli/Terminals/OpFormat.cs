namespace Lanewise.Cli.Terminals;

/// <summary>Formats ops with their kernel size and stride.</summary>
internal static class OpFormat
{
    /// <summary>Formats an op, for example "Conv2d 3×3", "MaxPool2d 2×2/2" with its stride, or "Linear".</summary>
    public static string Of(Op op) => op.Window is { } w
        ? $"{op.Name} {w.KernelSize.Height}×{w.KernelSize.Width}{(w.Stride == 1 ? "" : $"/{w.Stride}")}"
        : op.Name;
}
