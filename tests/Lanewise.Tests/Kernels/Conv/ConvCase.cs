using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>A convolution of ragged sizes, whose rows and columns differ in kernel, stride, padding or dilation, and its input.</summary>
internal sealed record ConvCase(string Name, Conv2dGeometry Geometry, int Height, int Width)
{
    private static readonly ConvAxis One = new(1, 1, 0, 0);

    public static IReadOnlyList<ConvCase> All { get; } =
    [
        new("3×3, padding 1", new(3, 5, new(3, 1, 1, 1), new(3, 1, 1, 1)), 7, 9),
        new("3×5, padding by row and column", new(2, 4, new(3, 1, 0, 1), new(5, 1, 3, 1)), 6, 8),
        new("1×7", new(4, 3, One, new(7, 1, 3, 3)), 5, 11),
        new("7×1, stride 2×1", new(3, 6, new(7, 2, 3, 2), One), 11, 5),
        new("5×3, stride 2×3, asymmetric padding", new(3, 7, new(5, 2, 2, 1), new(3, 3, 0, 2)), 9, 10),
        new("3×2, stride 1×2", new(5, 9, new(3, 1, 1, 0), new(2, 2, 1, 1)), 6, 13),
        new("3×3, dilation 2×3", new(2, 8, new(3, 1, 2, 2, 2), new(3, 2, 3, 1, 3)), 8, 12),
        new("2×3, dilation 3×1, stride 2×1", new(4, 2, new(2, 2, 1, 2, 3), new(3, 1, 1, 1)), 9, 7),
        new("2×1, stride 3×2, leaves inputs out", new(3, 4, new(2, 3, 0, 1), new(1, 2, 0, 0)), 10, 9),
        new("3×2, padding wider than the kernel", new(2, 1, new(3, 1, 4, 3), new(2, 1, 1, 2)), 4, 5),
        new("1×1, many channels", new(67, 10, One, One), 3, 5),
        new("3×3, more channels than a list holds", new(130, 3, new(3, 1, 1, 1), new(3, 1, 1, 1)), 3, 4),
        new("one row", new(3, 4, new(1, 1, 0, 0), new(3, 1, 1, 1)), 1, 24),
        new("one column, one output", new(1, 1, new(4, 1, 0, 0), One), 4, 1),
        new("linear", Conv2dGeometry.Linear(37, 11), 1, 1),
    ];

    public static TheoryData<string, int> Rows => LaneTest.Rows(All.Select(one => one.Name));

    public static TheoryData<string> Names => [.. All.Select(one => one.Name)];

    public int OutHeight => PlainConv2d.Outputs(Geometry.Rows, Height);

    public int OutWidth => PlainConv2d.Outputs(Geometry.Columns, Width);

    /// <summary>Weights in PyTorch's order.</summary>
    public double[] Weights => Volume.Randoms(Geometry.OutChannels * Geometry.InChannels * Geometry.Positions, 7);

    public double[] Bias => Volume.Randoms(Geometry.OutChannels, 8);

    public static ConvCase Find(string name) => All.Single(one => one.Name == name);

    /// <summary>Packed weights, followed by the bias, filled up with zeros to whole groups.</summary>
    public GuardedMemory Pack(Conv2dPacking packing, out int bias)
    {
        int outputs = (Geometry.OutChannels + packing.Group - 1) / packing.Group * packing.Group;
        var memory = new GuardedMemory(packing.Length + outputs);
        memory.Values.Clear();
        packing.Pack(Array.ConvertAll(Weights, w => (float)w), memory.Values);
        Array.ConvertAll(Bias, b => (float)b).CopyTo(memory.Values[packing.Length..]);
        bias = memory.Start + packing.Length;
        return memory;
    }
}
