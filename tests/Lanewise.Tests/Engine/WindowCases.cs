using static Lanewise.Tests.Engine.OpCases;

namespace Lanewise.Tests.Engine;

/// <summary>
/// Op cases of dilation, groups, asymmetric padding, sizes per axis, ceil mode, adaptive pooling and the identity shortcut.
/// </summary>
internal static class WindowCases
{
    private static readonly OpCase[] Dilations =
    [
        Of("conv 3×3 dilation 2", new(3, 7, 6), x => x.Conv2d("conv", 4, kernelSize: 3, dilation: 2)),
        Of("conv 3×3 dilation 2 padding 2", new(3, 6, 5), x => x.Conv2d("conv", 5, kernelSize: 3, padding: 2, dilation: 2)),
        Of("conv 3×3 dilation 3 padding 3", new(2, 8, 7), x => x.Conv2d("conv", 3, kernelSize: 3, padding: 3, dilation: 3)),
        Of("conv 3×3 dilation 2 stride 2 padding 1", new(3, 9, 8), x =>
            x.Conv2d("conv", 4, kernelSize: 3, stride: 2, padding: 1, dilation: 2)),
        Of("conv 3×3 dilation 3 stride 2 padding 2", new(2, 10, 9), x =>
            x.Conv2d("conv", 3, kernelSize: 3, stride: 2, padding: 2, dilation: 3)),
        Of("conv 2×2 dilation 2 stride 3 padding 1", new(2, 8, 9), x =>
            x.Conv2d("conv", 5, kernelSize: 2, stride: 3, padding: 1, dilation: 2)),
        Of("conv 1×1 dilation 4", new(3, 4, 5), x => x.Conv2d("conv", 4, kernelSize: 1, dilation: 4)),
        Of("conv 5×5 dilation 2 padding 4", new(2, 7, 6), x => x.Conv2d("conv", 3, kernelSize: 5, padding: 4, dilation: 2)),
        Of("conv dilation wider than the image", new(2, 3, 4), x => x.Conv2d("conv", 3, kernelSize: 3, padding: 5, dilation: 5)),
        Of("conv 3×1 dilation 2", new(2, 7, 4), x => x.Conv2d("conv", 3, kernelSize: (3, 1), padding: (2, 0), dilation: 2)),
    ];

    private static readonly OpCase[] Groups =
    [
        Of("conv 2 groups", new(4, 5, 6), x => x.Conv2d("conv", 6, kernelSize: 3, padding: 1, groups: 2)),
        Of("conv 3 groups 1×1", new(6, 4, 5), x => x.Conv2d("conv", 9, kernelSize: 1, groups: 3)),
        Of("conv 5 groups stride 2", new(10, 7, 6), x => x.Conv2d("conv", 5, kernelSize: 3, stride: 2, padding: 1, groups: 5)),
        Of("conv depthwise", new(7, 6, 5), x => x.Conv2d("conv", 7, kernelSize: 3, padding: 1, groups: 7)),
        Of("conv depthwise stride 2", new(5, 7, 7), x => x.Conv2d("conv", 5, kernelSize: 3, stride: 2, padding: 1, groups: 5)),
        Of("conv depthwise, two channels each", new(3, 5, 5), x => x.Conv2d("conv", 6, kernelSize: 3, padding: 1, groups: 3)),
        Of("conv depthwise without bias, dilation 2", new(4, 6, 6), x =>
            x.Conv2d("conv", 4, kernelSize: 3, padding: 2, bias: false, dilation: 2, groups: 4)),
        Of("conv groups of many channels", new(64, 3, 4), x => x.Conv2d("conv", 96, kernelSize: 3, padding: 1, groups: 2)),
        Of("conv depthwise, then 1×1", new(6, 5, 5), x =>
            x.Conv2d("depth", 6, kernelSize: 3, padding: 1, groups: 6).ReLU().Conv2d("point", 8, kernelSize: 1).ReLU()),
        Of("conv groups between convs", new(3, 6, 5), x =>
            x.Conv2d("a", 8, kernelSize: 3, padding: 1).ReLU().Conv2d("b", 8, kernelSize: 3, padding: 1, groups: 4).ReLU()
                .Conv2d("c", 3, kernelSize: 1)),
        Of("conv groups with a shortcut", new(4, 5, 5), x => x.Conv2d("a", 4, kernelSize: 3, padding: 1, groups: 2).Add(x).ReLU()),
        Of("conv groups into concat", new(4, 5, 5), x =>
            x.Conv2d("a", 6, kernelSize: 3, padding: 1, groups: 2).ReLU().Concat(x.Conv2d("b", 4, kernelSize: 1, groups: 4))
                .Conv2d("c", 5, kernelSize: 1)),
    ];

    private static readonly OpCase[] Paddings =
    [
        Of("conv padding above and left", new(3, 5, 6), x => x.Conv2d("conv", 4, kernelSize: 3, padding: new Padding(2, 1, 0, 0))),
        Of("conv padding below and right", new(3, 5, 6), x => x.Conv2d("conv", 4, kernelSize: 3, padding: new Padding(0, 0, 1, 2))),
        Of("conv padding on one side, stride 2", new(3, 6, 7), x =>
            x.Conv2d("conv", 4, kernelSize: 3, stride: 2, padding: new Padding(0, 0, 1, 1))),
        Of("conv 2×2 padding below and right", new(3, 4, 5), x => x.Conv2d("conv", 4, kernelSize: 2, padding: new Padding(0, 0, 1, 1))),
        Of("conv padding different on four sides, dilation 2", new(2, 5, 6), x =>
            x.Conv2d("conv", 3, kernelSize: 3, padding: new Padding(1, 2, 3, 0), dilation: 2)),
        Of("conv padding below larger than the kernel", new(2, 4, 3), x =>
            x.Conv2d("conv", 3, kernelSize: 2, padding: new Padding(0, 1, 5, 4))),
    ];

    private static readonly OpCase[] ConstantPads =
    [
        Of("constant pad", new(3, 4, 5), x => x.ConstantPad2d(1)),
        Of("constant pad different on four sides", new(3, 4, 5), x => x.ConstantPad2d(new Padding(2, 0, 1, 3), 0.5)),
        Of("constant pad of nothing", new(3, 4, 5), x => x.ConstantPad2d(0).ReLU()),
        Of("constant pad before conv", new(3, 6, 5), x =>
            x.ConstantPad2d(new Padding(0, 0, 1, 1), -0.25).Conv2d("conv", 4, kernelSize: 3, stride: 2, padding: 1)),
        Of("constant pad after conv, relu", new(3, 6, 5), x =>
            x.Conv2d("a", 4, kernelSize: 3).ReLU().ConstantPad2d((1, 2)).Conv2d("b", 3, kernelSize: 3)),
        Of("constant pad of minus infinity before max pool", new(3, 7, 6), x =>
            x.Conv2d("a", 4, kernelSize: 3, padding: 1).ConstantPad2d(new Padding(0, 1, 2, 1), double.NegativeInfinity)
                .MaxPool2d(3, stride: 2)),
        Of("constant pad of minus infinity, relu, max pool", new(3, 6, 6), x =>
            x.Conv2d("a", 4, kernelSize: 1).ConstantPad2d(1, double.NegativeInfinity).ReLU().MaxPool2d(2).Conv2d("b", 3, kernelSize: 1)),
        Of("constant pad of a value that is read again", new(3, 5, 4), x =>
            Join(x.Conv2d("a", 3, kernelSize: 1), a => a.ConstantPad2d(1, 0.5).Conv2d("b", 3, kernelSize: 3).Add(a))),
        Of("constant pad of a concat", new(3, 5, 4), x =>
            x.Conv2d("a", 3, kernelSize: 1).Concat(x.Conv2d("b", 5, kernelSize: 1)).ConstantPad2d(1).Conv2d("c", 3, kernelSize: 2)),
    ];

    /// <summary>Kernel size, stride, padding and dilation that differ between the axes.</summary>
    private static readonly OpCase[] Axes =
    [
        Of("conv stride 2×1", new(3, 8, 6), x => x.Conv2d("conv", 4, kernelSize: 3, stride: (2, 1), padding: 1)),
        Of("conv stride 1×3, columns left over", new(2, 5, 11), x => x.Conv2d("conv", 5, kernelSize: (2, 3), stride: (1, 3))),
        Of("conv 1×1 stride 1×2", new(6, 4, 7), x => x.Conv2d("conv", 3, kernelSize: 1, stride: (1, 2))),
        Of("conv dilation 2×1", new(2, 8, 5), x => x.Conv2d("conv", 4, kernelSize: 3, padding: (2, 1), dilation: (2, 1))),
        Of("conv dilation 1×3 stride 2×1", new(2, 7, 9), x =>
            x.Conv2d("conv", 3, kernelSize: 3, stride: (2, 1), padding: (1, 3), dilation: (1, 3))),
        Of("conv 1×7 then 7×1", new(3, 8, 9), x => x
            .Conv2d("row", 4, kernelSize: (1, 7), padding: (0, 3)).ReLU().Conv2d("column", 5, kernelSize: (7, 1), padding: (3, 0)).ReLU()),
        Of("conv four paddings, stride 3×2", new(2, 8, 7), x => x
            .Conv2d("conv", 4, kernelSize: (4, 3), stride: (3, 2), padding: new Padding(3, 0, 1, 2))),
        Of("conv groups, stride 1×2, dilation 2×1", new(4, 8, 9), x => x
            .Conv2d("conv", 6, kernelSize: 3, stride: (1, 2), padding: (2, 1), dilation: (2, 1), groups: 2)),
        Of("conv stride 2×1 with batch norm and a shortcut", new(4, 6, 5), x => x
            .Conv2d("a", 6, kernelSize: 3, stride: (2, 1), padding: 1, bias: false).BatchNorm2d("bn").Add(x.IdentityShortcut(6, (2, 1))).ReLU()),
        Of("max pool 2×3", new(3, 6, 9), x => x.MaxPool2d((2, 3))),
        Of("max pool 3×2 stride 1×2 padding 1×0", new(3, 5, 8), x => x.MaxPool2d((3, 2), stride: (1, 2), padding: (1, 0))),
        Of("max pool four paddings", new(2, 6, 5), x => x.MaxPool2d((4, 3), stride: (2, 1), padding: new Padding(2, 1, 0, 1))),
        Of("max pool 1×2 of a conv", new(3, 6, 8), x => x.Conv2d("conv", 4, kernelSize: 3, padding: 1).ReLU().MaxPool2d((1, 2))),
        Of("max pool 2×1 of a wide conv", new(5, 16, 14), x => x.Conv2d("conv", 8, kernelSize: 3, padding: 1).MaxPool2d((2, 1)).ReLU()),
        Of("max pool 2×4 stride 2×1 of a conv", new(3, 8, 9), x =>
            x.Conv2d("conv", 4, kernelSize: 1).MaxPool2d((2, 4), stride: (2, 1)).ReLU()),
        Of("max pool 3×2 stride 2 ceil", new(2, 8, 7), x => x.MaxPool2d((3, 2), stride: 2, ceilMode: true)),
        Of("avg pool 3×2 stride 2×1 padding 1×0, counted", new(3, 7, 6), x => x.AvgPool2d((3, 2), stride: (2, 1), padding: (1, 0))),
        Of("avg pool four paddings, not counted", new(2, 6, 7), x => x
            .AvgPool2d((4, 3), stride: (3, 2), padding: new Padding(0, 1, 2, 1), countIncludePad: false)),
        Of("avg pool four paddings, counted, ceil", new(2, 6, 7), x => x
            .AvgPool2d((4, 3), stride: (3, 2), padding: new Padding(2, 0, 1, 1), ceilMode: true)),
        Of("shortcut stride 1×2", new(3, 4, 7), x => x.IdentityShortcut(5, (1, 2))),
        Of("shortcut stride 3×1", new(3, 7, 4), x => x.IdentityShortcut(6, (3, 1))),
    ];

    private static readonly OpCase[] DilatedPools =
    [
        Of("max pool 3 dilation 2", new(3, 7, 6), x => x.MaxPool2d(3, stride: 1, dilation: 2)),
        Of("max pool 2 dilation 3 stride 2 padding 2", new(3, 8, 7), x => x.MaxPool2d(2, stride: 2, padding: 2, dilation: 3)),
        Of("max pool dilation 2×1 ceil", new(3, 8, 7), x => x.MaxPool2d(3, stride: 2, padding: 1, ceilMode: true, dilation: (2, 1))),
        Of("relu, max pool dilation 2", new(3, 7, 6), x =>
            x.Conv2d("a", 4, kernelSize: 3, padding: 1).ReLU().MaxPool2d(2, stride: 1, padding: 1, dilation: 2).Conv2d("b", 3, 1)),
        Of("max pool dilation 2 after conv, relu", new(3, 7, 6), x =>
            x.Conv2d("a", 4, kernelSize: 3, padding: 1).MaxPool2d(2, dilation: 2).ReLU()),
        Of("max pool dilation 2 of a value that is read again", new(3, 6, 5), x => Join(
            x.Conv2d("a", 3, kernelSize: 1).ReLU(), a => a.MaxPool2d(3, stride: 1, padding: 2, dilation: 2).Conv2d("b", 3, 1).Add(a))),
        Of("avg pool 3 dilation 2 padding 1, counted", new(3, 8, 7), x => x.AvgPool2d(3, stride: 1, padding: 1, dilation: 2)),
        Of("avg pool 3 dilation 2 padding 2, not counted", new(3, 7, 6), x =>
            x.AvgPool2d(3, stride: 2, padding: 2, countIncludePad: false, dilation: 2)),
        Of("avg pool dilation 1×3 ceil", new(3, 7, 9), x => x.AvgPool2d((2, 3), (2, 1), (1, 3), ceilMode: true, dilation: (1, 3))),
        Of("avg pool dilation 2 of a value that is read again", new(3, 6, 5), x => Join(
            x.Conv2d("a", 3, kernelSize: 1).ReLU(), a => a.AvgPool2d(3, stride: 1, padding: 2, dilation: 2).Conv2d("b", 3, 1).Add(a))),
        Of("max pool padding above half the kernel", new(3, 6, 5), x => x.MaxPool2d(3, stride: 2, padding: 2)),
        Of("conv, relu, max pool padding above half the kernel", new(3, 6, 5), x =>
            x.Conv2d("a", 4, kernelSize: 3, padding: 1).ReLU().MaxPool2d(3, stride: 2, padding: new Padding(2, 1, 1, 2))),
        Of("avg pool padding above half the kernel, counted", new(3, 6, 5), x => x.AvgPool2d(2, stride: 1, padding: (1, 0))),
        Of("avg pool padding above half the kernel, not counted", new(3, 6, 5), x =>
            x.AvgPool2d(3, stride: 1, padding: new Padding(2, 2, 0, 1), countIncludePad: false)),
    ];

    private static readonly OpCase[] Pools =
    [
        Of("max pool 3 stride 2 ceil, one extra window", new(3, 8, 6), x => x.MaxPool2d(3, stride: 2, ceilMode: true)),
        Of("max pool 3 stride 2 ceil, nothing left over", new(3, 7, 5), x => x.MaxPool2d(3, stride: 2, ceilMode: true)),
        Of("max pool 2 ceil", new(3, 5, 7), x => x.MaxPool2d(2, ceilMode: true)),
        Of("max pool 3 stride 2 ceil on 2×2", new(3, 2, 2), x => x.MaxPool2d(3, stride: 2, ceilMode: true)),
        Of("max pool 2 ceil on 1×1", new(3, 1, 1), x => x.MaxPool2d(2, ceilMode: true)),
        Of("max pool 3 stride 1 padding 1 ceil", new(3, 5, 4), x => x.MaxPool2d(3, stride: 1, padding: 1, ceilMode: true)),
        Of("max pool 3 stride 2 padding 1 ceil", new(2, 8, 6), x => x.MaxPool2d(3, stride: 2, padding: 1, ceilMode: true)),
        Of("max pool 2 stride 2 padding 1 ceil, the last window dropped", new(2, 5, 7), x =>
            x.MaxPool2d(2, stride: 2, padding: 1, ceilMode: true)),
        Of("max pool 2 stride 3 ceil, the last window dropped", new(2, 6, 9), x => x.MaxPool2d(2, stride: 3, ceilMode: true)),
        Of("relu before max pool ceil", new(3, 6, 5), x =>
            x.Conv2d("a", 4, kernelSize: 3, padding: 1).ReLU().MaxPool2d(3, stride: 2, ceilMode: true)),
        Of("conv after max pool ceil", new(3, 6, 6), x =>
            x.Conv2d("a", 4, kernelSize: 1).ReLU().MaxPool2d(3, stride: 2, ceilMode: true).Conv2d("b", 5, kernelSize: 3, padding: 1)),
        Of("avg pool 3 stride 2 ceil", new(3, 8, 6), x => x.AvgPool2d(3, stride: 2, ceilMode: true)),
        Of("avg pool 3 stride 2 padding 1 ceil, counted", new(2, 8, 6), x => x.AvgPool2d(3, stride: 2, padding: 1, ceilMode: true)),
        Of("avg pool 3 stride 2 padding 1 ceil, not counted", new(2, 8, 6), x =>
            x.AvgPool2d(3, stride: 2, padding: 1, countIncludePad: false, ceilMode: true)),
        Of("avg pool 2 stride 2 padding 1 ceil, the last window dropped", new(2, 5, 7), x =>
            x.AvgPool2d(2, stride: 2, padding: 1, ceilMode: true)),
        Of("avg pool 4 stride 3 padding 2 ceil", new(2, 9, 7), x => x.AvgPool2d(4, stride: 3, padding: 2, ceilMode: true)),
        Of("global average", new(5, 4, 6), x => x.AdaptiveAvgPool2d()),
        Of("global average of one pixel", new(5, 1, 1), x => x.AdaptiveAvgPool2d()),
        Of("adaptive pool, sizes divide", new(3, 8, 6), x => x.AdaptiveAvgPool2d((4, 3))),
        Of("adaptive pool, sizes do not divide", new(3, 7, 5), x => x.AdaptiveAvgPool2d((3, 4))),
        Of("adaptive pool 14 to 4", new(2, 14, 14), x => x.AdaptiveAvgPool2d(4)),
        Of("adaptive pool to a larger size", new(2, 3, 2), x => x.AdaptiveAvgPool2d((4, 5))),
        Of("adaptive pool to the same size", new(2, 3, 4), x => x.AdaptiveAvgPool2d((3, 4))),
        Of("adaptive pool between layers", new(3, 6, 7), x =>
            x.Conv2d("a", 4, kernelSize: 3, padding: 1).ReLU().AdaptiveAvgPool2d(4).Conv2d("b", 5, kernelSize: 1).ReLU().Flatten()
                .Linear("fc", 6)),
    ];

    private static readonly OpCase[] Shortcuts =
    [
        Of("shortcut that changes nothing", new(4, 3, 5), x => x.IdentityShortcut(4, stride: 1)),
        Of("shortcut stride 2", new(4, 6, 5), x => x.IdentityShortcut(4, stride: 2)),
        Of("shortcut stride 2, twice the channels", new(4, 6, 6), x => x.IdentityShortcut(8, stride: 2)),
        Of("shortcut with one more zero channel after than before", new(3, 5, 4), x => x.IdentityShortcut(6, stride: 1)),
        Of("shortcut stride 3 of few pixels", new(2, 2, 4), x => x.IdentityShortcut(5, stride: 3)),
        Of("shortcut of a conv, read again", new(3, 6, 6), x => Join(x.Conv2d("a", 4, kernelSize: 3, padding: 1).ReLU(), a =>
            a.Conv2d("b", 8, kernelSize: 3, stride: 2, padding: 1).ReLU().Conv2d("c", 8, kernelSize: 3, padding: 1).Add(a.IdentityShortcut(8, stride: 2)).ReLU())),
        Of("shortcut after a shortcut", new(2, 7, 7), x =>
            x.IdentityShortcut(4, stride: 2).IdentityShortcut(7, stride: 2).Conv2d("a", 3, kernelSize: 1)),
        Of("shortcut into concat", new(2, 4, 4), x =>
            x.IdentityShortcut(3, stride: 2).Concat(x.Conv2d("a", 4, kernelSize: 3, stride: 2, padding: 1)).ReLU()),
    ];

    public static IReadOnlyList<OpCase> All { get; } = [.. Axes, .. Dilations, .. Groups, .. Paddings, .. ConstantPads, .. DilatedPools, .. Pools, .. Shortcuts];
}
