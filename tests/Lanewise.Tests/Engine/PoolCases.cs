using Xunit;
using static Lanewise.Tests.Engine.OpCases;

namespace Lanewise.Tests.Engine;

/// <summary>Op cases of convolutions followed by max pooling, which inference fuses, and of those that it must not fuse.</summary>
internal static class PoolCases
{
    private static readonly Shape Small = new(3, 9, 7);

    /// <summary>Pooling windows that fit into a tile of 2-D and 1-D Winograd, after convolutions that Winograd supports.</summary>
    public static IReadOnlyList<OpCase> InTiles { get; } =
    [
        Of("conv 5×5, max pool 2", new(1, 20, 20), x => x.Conv2d("conv", 10, kernelSize: 5).MaxPool2d(2).ReLU()),
        Of("conv 5×5, relu, max pool 2", new(4, 12, 12), x => x.Conv2d("conv", 16, kernelSize: 5).ReLU().MaxPool2d(2)),
        Of("conv 3×3, max pool 2, a row and a column left over", Small, x => x.Conv2d("conv", 5, kernelSize: 3, padding: 1).MaxPool2d(2)),
        Of("conv 3×3, relu, max pool 2 ceil", Small, x =>
            x.Conv2d("conv", 8, kernelSize: 3, padding: 1).ReLU().MaxPool2d(2, ceilMode: true)),
        Of("conv 3×3, max pool 2 ceil on tiles in part", new(3, 11, 13), x =>
            x.Conv2d("conv", 8, kernelSize: 3, padding: 1).MaxPool2d(2, ceilMode: true)),
        Of("conv 5×5, max pool 2 ceil", new(3, 7, 9), x => x.Conv2d("conv", 4, kernelSize: 5, padding: 2).MaxPool2d(2, ceilMode: true)),
        Of("conv 3×3, max pool 1", Small, x => x.Conv2d("conv", 4, kernelSize: 3).MaxPool2d(1)),
        Of("conv 3×3 of many channels, max pool 2", new(40, 8, 9), x => x.Conv2d("conv", 150, kernelSize: 3, padding: 1).MaxPool2d(2)),
        Of("conv, sum, relu, max pool 2", new(4, 9, 8), x => x.Conv2d("conv", 4, kernelSize: 3, padding: 1).Add(x).ReLU().MaxPool2d(2)),
        Of("conv, batch norm, relu, max pool 2", Small, x =>
            x.Conv2d("conv", 6, kernelSize: 3, padding: 1, bias: false).BatchNorm2d("bn").ReLU().MaxPool2d(2)),
        Of("conv, relu, dropout, max pool 2", Small, x => x.Conv2d("conv", 6, kernelSize: 3, padding: 1).ReLU().Dropout(0.5f).MaxPool2d(2)),
        Of("conv, max pool 2, read twice", Small, x =>
            Join(x.Conv2d("conv", 4, kernelSize: 3, padding: 1).MaxPool2d(2), p => p.Conv2d("next", 4, kernelSize: 3, padding: 1).Add(p))),
        Of("conv, max pool 2, added to another", Small, x =>
            Join(x.AvgPool2d(2).Conv2d("a", 4, kernelSize: 1), a => x.Conv2d("b", 4, kernelSize: 3, padding: 1).MaxPool2d(2).Add(a).ReLU())),
        Of("conv, max pool 2, batch norm", Small, x =>
            x.Conv2d("conv", 4, kernelSize: 3, padding: 1).MaxPool2d(2).BatchNorm2d("bn").ReLU()),
        Of("conv, max pool 2, in a concat", Small, x =>
            x.Conv2d("a", 4, kernelSize: 3, padding: 1).MaxPool2d(2).ReLU().Concat(x.AvgPool2d(2).Conv2d("b", 3, kernelSize: 1))
                .Conv2d("c", 5, kernelSize: 3, padding: 1)),
    ];

    /// <summary>Further windows, which only direct convolutions can pool.</summary>
    public static IReadOnlyList<OpCase> OfRows { get; } =
    [
        Of("conv 7×7, relu, max pool 3 stride 2 padding 1", new(3, 32, 30), x =>
            x.Conv2d("conv", 8, kernelSize: 7, stride: 2, padding: 3).ReLU().MaxPool2d(3, stride: 2, padding: 1)),
        Of("conv, max pool 3 stride 2 padding 1, tall", new(2, 51, 5), x =>
            x.Conv2d("conv", 4, kernelSize: 3, padding: 1).MaxPool2d(3, stride: 2, padding: 1)),
        Of("conv, max pool 3 stride 2 padding 1, wide", new(2, 5, 51), x =>
            x.Conv2d("conv", 7, kernelSize: 3, padding: 1).MaxPool2d(3, stride: 2, padding: 1).ReLU()),
        Of("conv, max pool 3 stride 2 ceil", new(3, 10, 8), x =>
            x.Conv2d("conv", 9, kernelSize: 3, padding: 1).MaxPool2d(3, stride: 2, ceilMode: true)),
        Of("conv, max pool 2 stride 1", Small, x => x.Conv2d("conv", 5, kernelSize: 3).MaxPool2d(2, stride: 1)),
        Of("conv, max pool 2 stride 3", new(3, 13, 12), x => x.Conv2d("conv", 4, kernelSize: 3, padding: 1).MaxPool2d(2, stride: 3)),
        Of("conv, max pool 5 stride 3 padding 2", new(3, 14, 11), x =>
            x.Conv2d("conv", 4, kernelSize: 1).MaxPool2d(5, stride: 3, padding: 2)),
        Of("conv, max pool of the whole image", new(3, 6, 6), x =>
            x.Conv2d("conv", 5, kernelSize: 3, padding: 1).MaxPool2d(6).Flatten().Linear("fc", 3)),
        Of("conv of many channels, max pool 3 stride 2", new(70, 9, 8), x =>
            x.Conv2d("conv", 75, kernelSize: 3, padding: 1).MaxPool2d(3, stride: 2)),
        Of("conv of many channels 1×1, max pool 3 stride 2 padding 1", new(600, 9, 5), x =>
            x.Conv2d("conv", 40, kernelSize: 1).MaxPool2d(3, stride: 2, padding: 1)),
        Of("conv with groups, max pool 3 stride 2 padding 1", new(4, 9, 8), x =>
            x.Conv2d("conv", 6, kernelSize: 3, padding: 1, groups: 2).ReLU().MaxPool2d(3, stride: 2, padding: 1)),
        Of("conv, sum, relu, max pool 3 stride 2 padding 1", new(5, 9, 8), x =>
            x.Conv2d("conv", 5, kernelSize: 3, padding: 1).Add(x).ReLU().MaxPool2d(3, stride: 2, padding: 1)),
        Of("conv, batch norm, relu, max pool 3 stride 2 padding 1", Small, x =>
            x.Conv2d("conv", 6, kernelSize: 3, padding: 1, bias: false).BatchNorm2d("bn").ReLU().MaxPool2d(3, stride: 2, padding: 1)),
    ];

    /// <summary>Cases that are not fused: the result of the convolution has other consumers, or the windows overlap too much.</summary>
    public static IReadOnlyList<OpCase> Apart { get; } =
    [
        Of("max pool of a conv that is read again", Small, x =>
            Join(x.Conv2d("a", 4, kernelSize: 3, padding: 1), a => a.MaxPool2d(3, 2, 1).Concat(a.AvgPool2d(3, 2, 1)))),
        Of("max pool of a relu whose conv is read again", Small, x =>
            Join(x.Conv2d("a", 4, kernelSize: 3, padding: 1), a => a.ReLU().MaxPool2d(3, 2, 1).Concat(a.AvgPool2d(3, 2, 1)))),
        Of("max pool of a conv's slice", Small, x => x.Conv2d("a", 4, kernelSize: 1).Concat(x.Conv2d("b", 3, kernelSize: 1)).MaxPool2d(2)),
        Of("max pool 3 stride 1 of a conv", Small, x => x.Conv2d("a", 4, kernelSize: 3, padding: 1).MaxPool2d(3, 1, 1)),
        Of("max pool of a pooled conv", Small, x => x.Conv2d("a", 4, kernelSize: 3, padding: 1).MaxPool2d(2).MaxPool2d(2)),
    ];

    public static IReadOnlyList<OpCase> All { get; } = [.. InTiles, .. OfRows, .. Apart];

    public static TheoryData<string, int> InTilesAndWidths => WithWidths(InTiles);

    public static TheoryData<string, int> FusedAndWidths => WithWidths([.. InTiles, .. OfRows]);

    public static TheoryData<string> ApartNames => [.. Apart.Select(c => c.Name)];

    public static TheoryData<string> OfRowsNames => [.. OfRows.Select(c => c.Name)];
}
