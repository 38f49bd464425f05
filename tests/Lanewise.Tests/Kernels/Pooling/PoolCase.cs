using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>A pooling whose rows and columns differ.</summary>
internal sealed record PoolCase(string Name, ConvAxis Rows, ConvAxis Columns, int Height, int Width)
{
    public static IReadOnlyList<PoolCase> All { get; } =
    [
        new("2×2", new(2, 2, 0, 0), new(2, 2, 0, 0), 6, 8),
        new("2×3, stride 2×1", new(2, 2, 0, 0), new(3, 1, 1, 1), 7, 5),
        new("3×2, stride 1×3, leaves columns out", new(3, 1, 1, 1), new(2, 3, 0, 0), 5, 9),
        new("3×3, stride 2, ceil mode", new(3, 2, 0, 0, Ceil: true), new(3, 2, 1, 1, Ceil: true), 6, 9),
        new("5×1", new(5, 3, 2, 2), new(1, 1, 0, 0), 8, 3),
        new("3×3, padding above half the kernel", new(3, 1, 2, 2), new(3, 2, 2, 1), 5, 6),
        new("2×3, dilation 2×1", new(2, 1, 1, 1, 2), new(3, 2, 1, 1), 6, 7),
        new("3×2, dilation 2×3, stride 2×1, ceil mode", new(3, 2, 2, 2, 2, Ceil: true), new(2, 1, 3, 3, 3, Ceil: true), 8, 5),
        new("1×1, dilation 4, leaves rows out", new(1, 2, 0, 0, 4), new(1, 1, 0, 0, 4), 6, 4),
        new("whole image", new(4, 4, 0, 0), new(3, 3, 0, 0), 4, 3),
    ];

    public static TheoryData<string, int> Names => LaneTest.Rows(All.Select(one => one.Name));

    public PoolAxis RowAxis => PoolAxis.Of(Rows, Height);

    public PoolAxis ColumnAxis => PoolAxis.Of(Columns, Width);

    public static PoolCase Find(string name) => All.Single(one => one.Name == name);

    /// <summary>Input and output of a channel count, with borders, and the windows' axes.</summary>
    public (Planes X, Planes Y) Lay(KernelBuffer buffer, int channels) =>
        (buffer.Lay(channels, Height, Width, 1), buffer.Lay(channels, RowAxis.Outputs, ColumnAxis.Outputs, 2));
}
