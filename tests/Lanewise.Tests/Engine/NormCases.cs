using static Lanewise.Tests.Engine.OpCases;

namespace Lanewise.Tests.Engine;

/// <summary>
/// Op cases of batch norm, response norm, softmax, dropout and auxiliary outputs, alone and combined as in GoogLeNet and ResNet.
/// </summary>
internal static class NormCases
{
    private static readonly Shape Small = new(3, 6, 5);

    private static readonly OpCase[] BatchNorms =
    [
        Of("batch norm", Small, x => x.BatchNorm2d("bn")),
        Of("batch norm of one pixel", new(4, 1, 1), x => x.BatchNorm2d("bn")),
        Of("batch norm of one channel", new(1, 3, 7), x => x.BatchNorm2d("bn")),
        Of("batch norm of many channels", new(67, 2, 3), x => x.BatchNorm2d("bn")),
        Of("batch norm with its own eps and momentum", Small, x => x.BatchNorm2d("bn", eps: 0.01f, momentum: 0.4f)),
        Of("batch norm with momentum 1", Small, x => x.BatchNorm2d("bn", momentum: 1)),
        Of("batch norm twice", Small, x => x.BatchNorm2d("bn1").BatchNorm2d("bn2")),
        Of("batch norm after relu", Small, x => x.Conv2d("a", 4, kernelSize: 3, padding: 1).ReLU().BatchNorm2d("bn")),
        Of("batch norm after conv", Small, x => x.Norm("a")),
        Of("batch norm after conv with bias", Small, x => x.Conv2d("conv", 4, kernelSize: 3, padding: 1).BatchNorm2d("bn")),
        Of("batch norm after conv, relu", Small, x => x.Norm("a").ReLU()),
        Of("batch norm after conv, relu, twice", Small, x => x.Norm("a").ReLU().Norm("b").ReLU()),
        Of("batch norm after conv to one pixel", new(3, 4, 4), x =>
            x.Conv2d("a", 5, kernelSize: 4, bias: false).BatchNorm2d("bn").ReLU().Flatten().Linear("fc", 3)),
        Of("batch norm after conv with groups", new(4, 5, 5), x =>
            x.Conv2d("a", 6, kernelSize: 3, padding: 1, bias: false, groups: 2).BatchNorm2d("bn").ReLU()),
        Of("batch norm after conv stride 2", new(3, 7, 6), x =>
            x.Conv2d("a", 6, kernelSize: 3, stride: 2, padding: 1, bias: false).BatchNorm2d("bn").ReLU()),
        Of("batch norm after linear", new(6, 1, 1), x => x.Linear("fc1", 5).BatchNorm2d("bn").ReLU().Linear("fc2", 3)),
        Of("batch norm after max pool", Small, x => x.Conv2d("a", 4, kernelSize: 3, padding: 1).MaxPool2d(2).BatchNorm2d("bn").ReLU()),
        Of("batch norm before max pool", Small, x => x.Norm("a").MaxPool2d(2)),
        Of("batch norm, relu, max pool", Small, x => x.Norm("a").ReLU().MaxPool2d(3, stride: 2, padding: 1)),
        Of("batch norm after avg pool", Small, x => x.AvgPool2d(3, stride: 1, padding: 1).BatchNorm2d("bn").ReLU()),
        Of("batch norm before the global average", Small, x => x.Norm("a").ReLU().AdaptiveAvgPool2d().Flatten().Linear("fc", 3)),
        Of("batch norm read twice", Small, x => Join(x.Norm("a"), a => a.ReLU().Conv2d("b", 4, kernelSize: 3, padding: 1).Add(a))),
        Of("batch norm whose conv is read again", Small, x =>
            Join(x.Conv2d("conv", 4, kernelSize: 3, padding: 1), a => a.BatchNorm2d("bn").ReLU().Add(a))),
        Of("two batch norms of one conv", Small, x =>
            Join(x.Conv2d("conv", 4, kernelSize: 1), a => a.BatchNorm2d("bn1").ReLU().Add(a.BatchNorm2d("bn2")))),
        Of("batch norm of the input read by a conv too", Small, x =>
            x.BatchNorm2d("bn").Add(x.Conv2d("conv", 3, kernelSize: 3, padding: 1))),
        Of("batch norm into concat", Small, x => x.Norm("a").Concat(x.Norm("b")).Conv2d("c", 3, kernelSize: 1)),
        Of("batch norm and relu into concat", Small, x =>
            x.Norm("a").ReLU().Concat(x.Norm("b").ReLU(), x.MaxPool2d(3, 1, 1).Norm("c").ReLU()).Norm("d").ReLU()),
        Of("batch norm of concat", Small, x =>
            x.Conv2d("a", 3, kernelSize: 1).Concat(x.Conv2d("b", 4, kernelSize: 1)).BatchNorm2d("bn").ReLU()),
        Of("unused batch norm", Small, x => Dead(x.Norm("a").ReLU(), x.Norm("b"))),
    ];

    private static readonly OpCase[] Sums =
    [
        Of("batch norm, add, relu", Small, x => Join(x.Norm("stem").ReLU(), s => s.Norm("a").ReLU().Norm("b").Add(s).ReLU())),
        Of("add of shortcut and batch norm, relu", Small, x =>
            Join(x.Norm("stem").ReLU(), s => s.Add(s.Norm("a").ReLU().Norm("b")).ReLU())),
        Of("add of two batch norms, relu", Small, x => Join(x.Norm("stem").ReLU(), s =>
            s.Norm("a", 6, stride: 2).ReLU().Norm("b", 6).Add(s.Norm("down", 6, kernelSize: 1, stride: 2)).ReLU())),
        Of("add of two batch norms, the shortcut made first", Small, x => Join(x.Norm("stem").ReLU(), s =>
            Join(s.Norm("down", 6, kernelSize: 1, stride: 2), d => s.Norm("a", 6, stride: 2).ReLU().Norm("b", 6).Add(d).ReLU()))),
        Of("batch norm, add, no relu", Small, x => Join(x.Norm("stem"), s => s.Norm("a").Add(s))),
        Of("batch norm, add, read twice", Small, x =>
            Join(x.Norm("stem").ReLU(), s => Join(s.Norm("a").Add(s).ReLU(), y => y.Norm("b").Add(y).ReLU()))),
        Of("three blocks of one shape", Small, x =>
            Join(Join(Join(x.Norm("stem").ReLU(), s => s.Block("b1")), s => s.Block("b2")), s => s.Block("b3"))),
        Of("bottleneck", Small, x =>
            Join(x.Norm("stem", 8).ReLU(), s => s.Norm("a", 2, kernelSize: 1).ReLU().Norm("b", 2).ReLU().Norm("c", 8, kernelSize: 1).Add(s).ReLU())),
        Of("block with shortcut A", new(3, 6, 6), x => Join(x.Norm("stem").ReLU(), s =>
            s.Norm("a", 8, stride: 2).ReLU().Norm("b", 8).Add(s.IdentityShortcut(8, stride: 2)).ReLU().Block("next"))),
        Of("plain block", Small, x => x.Norm("stem").ReLU().Norm("a").ReLU().Norm("b").ReLU()),
        Of("small resnet", new(3, 9, 9), x =>
            Join(x.Conv2d("conv1", 4, kernelSize: 7, stride: 2, padding: 3, bias: false).BatchNorm2d("bn1").ReLU().MaxPool2d(3, 2, 1).Block("l1"), s =>
            s.Norm("a", 8, stride: 2).ReLU().Norm("b", 8).Add(s.Norm("down", 8, kernelSize: 1, stride: 2)).ReLU()).AdaptiveAvgPool2d().Flatten().Linear("fc", 5)),
        Of("inception module with batch norm", new(4, 5, 5), x => x.Norm("b1", 3, kernelSize: 1).ReLU().Concat(
            x.Norm("b2r", 2, kernelSize: 1).ReLU().Norm("b2", 4).ReLU(),
            x.Norm("b3r", 2, kernelSize: 1).ReLU().Norm("b3", 5).ReLU(),
            x.MaxPool2d(3, 1, 1, ceilMode: true).Norm("b4", 2, kernelSize: 1).ReLU()).MaxPool2d(3, stride: 2, ceilMode: true)),
    ];

    private static readonly OpCase[] Others =
    [
        .. from size in new[] { 1, 2, 3, 4, 5 }
           select Of($"response norm over {size}", new(7, 3, 4), x => x.LocalResponseNorm(size, alpha: 0.5f)),
        Of("response norm over more channels than there are", new(2, 3, 4), x => x.LocalResponseNorm(5, alpha: 0.5f, beta: 1.3f, k: 2)),
        Of("response norm as in GoogLeNet", new(3, 7, 7), x =>
            x.Conv2d("a", 6, kernelSize: 3, padding: 1).ReLU().MaxPool2d(3, stride: 2, ceilMode: true).LocalResponseNorm(5)
                .Conv2d("b", 4, kernelSize: 1).ReLU()),
        Of("response norm before max pool", Small, x =>
            x.Conv2d("a", 6, kernelSize: 3, padding: 1).ReLU().LocalResponseNorm(5, alpha: 0.3f).MaxPool2d(3, stride: 2, ceilMode: true)),
        Of("response norm of a value read again", Small, x =>
            Join(x.Conv2d("a", 4, kernelSize: 1), a => a.LocalResponseNorm(3, alpha: 0.5f).Add(a))),
        Of("softmax", new(5, 1, 1), x => x.Softmax()),
        Of("softmax of pixels", new(4, 3, 2), x => x.Softmax()),
        Of("softmax of one channel", new(1, 2, 2), x => x.Softmax()),
        Of("log softmax", new(5, 1, 1), x => x.Rescaling(4).LogSoftmax()),
        Of("log softmax of pixels", new(4, 3, 2), x => x.LogSoftmax()),
        Of("log softmax of one channel", new(1, 2, 2), x => x.LogSoftmax()),
        Of("log softmax that is read again", Small, x =>
            Join(x.Conv2d("a", 4, kernelSize: 1), a => Join(a.LogSoftmax(), s => s.Add(a).Conv2d("b", 4, kernelSize: 1).Add(s)))),
        Of("softmax as attention", Small, x =>
            Join(x.Conv2d("a", 4, kernelSize: 1), a => a.Softmax().Add(a).Conv2d("b", 3, kernelSize: 1))),
        Of("dropout", Small, x => x.Dropout(0.3f)),
        Of("dropout with p = 0", Small, x => x.Dropout(0)),
        Of("dropout before linear", new(3, 4, 4), x =>
            x.Conv2d("a", 6, kernelSize: 3).ReLU().AdaptiveAvgPool2d().Flatten().Dropout(0.2f).Linear("fc", 5)),
        Of("dropout after relu", new(12, 1, 1), x => x.Linear("fc1", 20).ReLU().Dropout(0.7f).Linear("fc2", 4)),
        Of("two dropouts of one value", Small, x => Join(x.Conv2d("a", 4, kernelSize: 1), a => a.Dropout(0.4f).Add(a.Dropout(0.4f)))),
        Of("dropout into concat", Small, x => x.Conv2d("a", 4, kernelSize: 1).Dropout(0.5f).Concat(x).Conv2d("b", 3, kernelSize: 1)),
        Of("dropout and batch norm", Small, x => x.Norm("a").ReLU().Dropout(0.5f).Norm("b").ReLU()),
    ];

    private static readonly OpCase[] AuxiliaryOutputs =
    [
        Of("auxiliary output", Small, x => Join(x.Conv2d("a", 4, kernelSize: 3, padding: 1).ReLU(), a =>
            With(a.Flatten().Linear("aux", 3), 0.3f, a.Conv2d("b", 4, kernelSize: 3, padding: 1).ReLU().Flatten().Linear("fc", 3)))),
        Of("auxiliary output before the last layer", Small, x =>
            Join(x.Flatten().Linear("fc1", 6).ReLU(), a => With(a.Linear("aux", 3), 0.5f, a.Linear("fc", 3)))),
        Of("two auxiliary outputs with batch norm and dropout", Small, x => Join(x.Norm("a").ReLU(), a => Join(a.Norm("b").ReLU(), b =>
            With(a.AdaptiveAvgPool2d(4).Norm("c", 2, kernelSize: 1).ReLU().Flatten().Linear("aux1", 6).ReLU().Dropout(0.7f).Linear("aux1b", 3), 0.3f,
                With(b.AdaptiveAvgPool2d().Flatten().Linear("aux2", 3), 0.6f, b.Norm("d").ReLU().AdaptiveAvgPool2d().Flatten().Dropout(0.2f).Linear("fc", 3)))))),
    ];

    public static IReadOnlyList<OpCase> All { get; } = [.. BatchNorms, .. Sums, .. Others, .. AuxiliaryOutputs];

    /// <summary>Adds a convolution and batch norm, the most common pair of ResNet.</summary>
    private static SymbolicTensor Norm(this SymbolicTensor x, string name, int channels = 4, int kernelSize = 3, int stride = 1) =>
        x.Conv2d(name, channels, kernelSize, stride, padding: kernelSize / 2, bias: false).BatchNorm2d($"{name}_bn");

    private static SymbolicTensor Block(this SymbolicTensor x, string name) =>
        x.Norm($"{name}_1", x.Shape.Channels).ReLU().Norm($"{name}_2", x.Shape.Channels).Add(x).ReLU();

    /// <summary>Returns the output after marking <paramref name="auxiliary"/> as an auxiliary output.</summary>
    private static SymbolicTensor With(SymbolicTensor auxiliary, float weight, SymbolicTensor output)
    {
        auxiliary.AuxiliaryOutput(weight);
        return output;
    }
}
