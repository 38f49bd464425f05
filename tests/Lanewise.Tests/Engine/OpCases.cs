using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>A row of the table that drives tests of correctness, gradients and determinism.</summary>
/// <param name="Name">What distinguishes the case.</param>
/// <param name="Network">The network.</param>
/// <param name="Tolerance">The maximum error, relative to the largest magnitude of the tensor; for the parameters of a layer, of all of them.</param>
internal sealed record OpCase(string Name, Network Network, double Tolerance)
{
    /// <summary>For single-precision sums of up to a few thousand products: about fifty times the observed error.</summary>
    public const double Default = 2e-5;
}

/// <summary>
/// All op cases: common ops here, further ones in <see cref="WindowCases"/>, <see cref="NormCases"/>,
/// <see cref="ActivationCases"/> and <see cref="ProductCases"/>, fused ones in <see cref="FusionCases"/> and <see cref="PoolCases"/>.
/// </summary>
internal static class OpCases
{
    private static readonly OpCase[] Convolutions =
    [
        Of("conv 1×1", new(3, 5, 4), x => x.Conv2d("conv", 5, kernelSize: 1)),
        Of("conv 3×3 padding 1", new(4, 6, 6), x => x.Conv2d("conv", 8, kernelSize: 3, padding: 1)),
        Of("conv 5×5 padding 2", new(5, 7, 7), x => x.Conv2d("conv", 10, kernelSize: 5, padding: 2)),
        Of("conv 5×5 valid", new(1, 9, 9), x => x.Conv2d("conv", 7, kernelSize: 5)),
        Of("conv 5×5 valid 12 to 8", new(3, 12, 12), x => x.Conv2d("conv", 4, kernelSize: 5)),
        Of("conv kernel is the whole image", new(3, 4, 4), x => x.Conv2d("conv", 5, kernelSize: 4)),
        Of("conv 2×2 padding 1", new(3, 4, 5), x => x.Conv2d("conv", 4, kernelSize: 2, padding: 1)),
        Of("conv 3×3 stride 2", new(3, 7, 7), x => x.Conv2d("conv", 4, kernelSize: 3, stride: 2)),
        Of("conv 3×3 stride 2 padding 1", new(3, 8, 8), x => x.Conv2d("conv", 5, kernelSize: 3, stride: 2, padding: 1)),
        Of("conv 3×3 stride 2, a column left over", new(2, 8, 6), x => x.Conv2d("conv", 3, kernelSize: 3, stride: 2)),
        Of("conv 3×3 stride 3 padding 1", new(3, 9, 8), x => x.Conv2d("conv", 4, kernelSize: 3, stride: 3, padding: 1)),
        Of("conv 2×2 stride 3, two columns left over", new(2, 7, 10), x => x.Conv2d("conv", 5, kernelSize: 2, stride: 3)),
        Of("conv 1×1 stride 2", new(6, 5, 6), x => x.Conv2d("conv", 3, kernelSize: 1, stride: 2)),
        Of("conv 1×1 stride 3 padding 2", new(3, 5, 4), x => x.Conv2d("conv", 3, kernelSize: 1, stride: 3, padding: 2)),
        Of("conv 5×5 stride 2 padding 2", new(2, 11, 9), x => x.Conv2d("conv", 6, kernelSize: 5, stride: 2, padding: 2)),
        Of("conv 7×7 stride 2 padding 3", new(3, 14, 14), x => x.Conv2d("conv", 8, kernelSize: 7, stride: 2, padding: 3)),
        Of("conv 5×5 stride 3 padding 4", new(2, 6, 7), x => x.Conv2d("conv", 3, kernelSize: 5, stride: 3, padding: 4)),
        Of("conv 3×5 kernel", new(3, 6, 9), x => x.Conv2d("conv", 4, kernelSize: (3, 5), padding: (1, 2))),
        Of("conv 5×1 kernel", new(3, 7, 3), x => x.Conv2d("conv", 4, kernelSize: (5, 1))),
        Of("conv 1×3 kernel stride 2", new(3, 4, 8), x => x.Conv2d("conv", 4, kernelSize: (1, 3), stride: 2, padding: (0, 1))),
        Of("conv on a wide image", new(2, 3, 23), x => x.Conv2d("conv", 4, kernelSize: 3, padding: 1)),
        Of("conv on a tall image", new(2, 19, 2), x => x.Conv2d("conv", 4, kernelSize: 3, padding: 1)),
        Of("conv of 1-pixel width", new(3, 6, 1), x => x.Conv2d("conv", 4, kernelSize: 3, padding: 1)),
        Of("conv of 1-pixel height", new(3, 1, 7), x => x.Conv2d("conv", 4, kernelSize: 3, padding: 1)),
        Of("conv 1×1 image", new(7, 1, 1), x => x.Conv2d("conv", 5, kernelSize: 3, padding: 1)),
        Of("conv padding larger than the image", new(2, 2, 3), x => x.Conv2d("conv", 3, kernelSize: 3, padding: 5)),
        Of("conv padding larger than the kernel, stride 2", new(2, 3, 2), x => x.Conv2d("conv", 3, kernelSize: 2, stride: 2, padding: 4)),
        Of("conv without bias", new(3, 5, 5), x => x.Conv2d("conv", 6, kernelSize: 3, padding: 1, bias: false)),
        Of("conv long list 256 to 8", new(256, 4, 4), x => x.Conv2d("conv", 8, kernelSize: 3, padding: 1)),
        Of("conv long list 8 to 256", new(8, 4, 4), x => x.Conv2d("conv", 256, kernelSize: 3, padding: 1)),
        Of("conv long list 600 channels 1×1", new(600, 2, 3), x => x.Conv2d("conv", 5, kernelSize: 1)),
        Of("conv long list 5 to 600 channels 1×1", new(5, 2, 3), x => x.Conv2d("conv", 600, kernelSize: 1)),
        Of("conv 1×1 in pairs of groups", new(48, 14, 13), x => x.Conv2d("conv", 44, kernelSize: 1)),
        Of("conv 1×1 in pairs of groups, stride 2", new(80, 15, 14), x => x.Conv2d("conv", 44, kernelSize: 1, stride: 2)),
        Of("conv 1×1 in pairs of groups, a shortcut", new(48, 14, 13), x => x.Conv2d("conv", 48, kernelSize: 1).Add(x).ReLU()),
        Of("conv long list, prime channels", new(67, 5, 5), x => x.Conv2d("conv", 71, kernelSize: 3, padding: 1)),
    ];

    private static readonly OpCase[] Others =
    [
        Of("max pool 2", new(3, 6, 8), x => x.MaxPool2d(2)),
        Of("max pool 2, a row and a column left over", new(3, 7, 5), x => x.MaxPool2d(2)),
        Of("max pool 3 stride 2 padding 1", new(3, 8, 7), x => x.MaxPool2d(3, stride: 2, padding: 1)),
        Of("max pool 3 stride 1 padding 1", new(2, 5, 6), x => x.MaxPool2d(3, stride: 1, padding: 1)),
        Of("max pool 2 stride 3", new(2, 8, 9), x => x.MaxPool2d(2, stride: 3)),
        Of("max pool 2 stride 1 padding 1", new(2, 4, 3), x => x.MaxPool2d(2, stride: 1, padding: 1)),
        Of("avg pool 2", new(3, 6, 4), x => x.AvgPool2d(2)),
        Of("avg pool 3 stride 1 padding 1, counted", new(3, 5, 6), x => x.AvgPool2d(3, stride: 1, padding: 1)),
        Of("avg pool 3 stride 1 padding 1, not counted", new(3, 5, 6), x => x.AvgPool2d(3, stride: 1, padding: 1, countIncludePad: false)),
        Of("avg pool 3 stride 2 padding 1, counted", new(3, 8, 7), x => x.AvgPool2d(3, stride: 2, padding: 1)),
        Of("avg pool 3 stride 2 padding 1, not counted", new(3, 8, 7), x => x.AvgPool2d(3, stride: 2, padding: 1, countIncludePad: false)),
        Of("avg pool 2 stride 3, two columns left over", new(2, 7, 10), x => x.AvgPool2d(2, stride: 3)),
        Of("avg pool of the whole image", new(5, 4, 4), x => x.AvgPool2d(4).Linear("fc", 3)),
        Of("linear", new(13, 1, 1), x => x.Linear("fc", 10)),
        Of("linear without bias", new(7, 1, 1), x => x.Linear("fc", 3, bias: false)),
        Of("linear long list", new(1408, 1, 1), x => x.Linear("fc", 10)),
        Of("two linear layers", new(6, 1, 1), x => x.Linear("fc1", 9).ReLU().Linear("fc2", 4)),
        Of("flatten", new(3, 4, 5), x => x.Flatten()),
        Of("relu", new(3, 4, 5), x => x.ReLU()),
    ];

    private static readonly OpCase[] Channels =
    [
        .. from c in new[] { 1, 3, 5, 7, 10, 13, 20, 88 }
           from k in new[] { 1, 2, 5, 7, 11, 16 }
           where (c + k) % 3 != 0
           select Of($"conv 3×3 channels {c} to {k}", new(c, 4, 5), x => x.Conv2d("conv", k, kernelSize: 3, padding: 1)),
    ];

    /// <summary>Winograd tiles, full and partial, with shortcuts, masks and ReLU, and many channels.</summary>
    private static readonly OpCase[] Winograds =
    [
        Of("tiles whole, 3×3", new(5, 8, 8), x => x.Conv2d("conv", 6, kernelSize: 3, padding: 1)),
        Of("tiles in part, 3×3 valid", new(4, 13, 11), x => x.Conv2d("conv", 9, kernelSize: 3)),
        Of("tiles in part, 5×5", new(3, 9, 14), x => x.Conv2d("conv", 8, kernelSize: 5, padding: 2)),
        Of("tiles, 5×5 padding 1", new(8, 10, 7), x => x.Conv2d("conv", 4, kernelSize: 5, padding: 1)),
        Of("tiles, 3×3 padding 2", new(8, 6, 7), x => x.Conv2d("conv", 4, kernelSize: 3, padding: 2)),
        Of("tiles, many channels", new(72, 7, 7), x => x.Conv2d("conv", 148, kernelSize: 3, padding: 1)),
        Of("tiles in several pieces", new(5, 16, 15), x => x.Conv2d("conv", 32, kernelSize: 3, padding: 1)),
        Of("tiles in several pieces, 5×5", new(70, 9, 9), x => x.Conv2d("conv", 20, kernelSize: 5, padding: 2)),
        Of("tiles, a shortcut", new(8, 7, 7), x =>
            x.Conv2d("conv1", 8, kernelSize: 3, padding: 1).ReLU().Conv2d("conv2", 8, kernelSize: 3, padding: 1).Add(x).ReLU()),
        Of("tiles, branches", new(8, 8, 8), x =>
            x.Conv2d("a", 8, kernelSize: 3, padding: 1).Concat(x.Conv2d("b", 8, kernelSize: 5, padding: 2))),
    ];

    public static IReadOnlyList<OpCase> All { get; } =
    [
        .. Convolutions, .. Others, .. Channels, .. Winograds, .. WindowCases.All, .. NormCases.All,
        .. ActivationCases.All, .. ProductCases.All, .. FusionCases.All, .. PoolCases.All,
    ];

    public static TheoryData<string> Names => [.. All.Select(c => c.Name)];

    /// <summary>The cases that differ between training and evaluation mode.</summary>
    public static TheoryData<string> CoupledNames => [.. All.Where(c => ReferenceRun.Of(c).IsCoupled).Select(c => c.Name)];

    public static TheoryData<string, int> NamesAndWidths => WithWidths(All);

    public static TheoryData<string, int> TileNamesAndWidths => WithWidths(Winograds);

    /// <summary>The cases with a convolution that Winograd supports, and without kinks that its rounding could cross.</summary>
    public static TheoryData<string, int> WinogradNamesAndWidths => WithWidths(
        [.. Convolutions, .. Channels, .. Winograds],
        one => one.Network.Nodes.Any(n => n.Op is Conv2d { KernelSize.Height: 3 or 5, Groups: 1 } c && c.KernelSize.Height == c.KernelSize.Width
            && c.Stride == 1 && c.Dilation == 1 && c.Padding.Top < c.KernelSize.Height && c.Padding == c.Padding.Top));

    public static TheoryData<string, int> FusedActivationNamesAndWidths => WithWidths(ActivationCases.Fused);

    public static TheoryData<string, int> WithWidths(IReadOnlyList<OpCase> cases, Func<OpCase, bool>? wants = null)
    {
        var data = new TheoryData<string, int>();
        foreach (var one in cases.Where(one => wants?.Invoke(one) != false))
        {
            foreach (int width in KernelSet.Widths)
            {
                data.Add(one.Name, width);
            }
        }

        return data;
    }

    public static OpCase Find(string name) => All.Single(c => c.Name == name);

    public static OpCase Of(string name, Shape input, Func<SymbolicTensor, SymbolicTensor> layers, double tolerance = OpCase.Default) =>
        new(name, Network.Define(name, input, layers), tolerance);

    /// <summary>Builds a graph that reads one value several times.</summary>
    public static SymbolicTensor Join(SymbolicTensor x, Func<SymbolicTensor, SymbolicTensor> layers) => layers(x);

    /// <summary>Returns the output of a network with an unused branch <paramref name="unread"/>.</summary>
    public static SymbolicTensor Dead(SymbolicTensor output, SymbolicTensor unread) => unread.Shape.Count > 0 ? output : unread;
}
