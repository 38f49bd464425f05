using static Lanewise.Tests.Engine.OpCases;

namespace Lanewise.Tests.Engine;

/// <summary>Op cases of products and repeated channels, rows and columns, such as squeeze-and-excitation.</summary>
internal static class ProductCases
{
    private static readonly Shape Small = new(4, 5, 3);

    public static IReadOnlyList<OpCase> All { get; } =
    [
        Of("mul of two convs", Small, x => x.Conv("a").Mul(x.Conv("b"))),
        Of("mul of the input and a conv, relu", Small, x => x.Mul(x.Conv("a")).ReLU().Conv("b")),
        Of("square", Small, x => Join(x.Conv("a"), a => a.Mul(a).Conv("b"))),
        Of("square of the input", Small, x => x.Mul(x)),
        Of("mul of relus that are read again", Small, x =>
            Join(x.Conv("a").ReLU(), a => Join(x.Conv("b").ReLU(), b => a.Mul(b).Add(a).Add(b)))),
        Of("mul after mul", Small, x => Join(x.Conv("a").Mul(x), m => m.Mul(x.Conv("b")).Mul(m))),
        Of("mul of a concat", Small, x => x.Conv("a", 3).Concat(x.Conv("b", 5)).Mul(x.Conv("c", 8)).Conv("d")),
        Of("mul of two concats", Small, x =>
            x.Conv("a", 3).Concat(x.Conv("b", 5)).Mul(x.Conv("c", 3).Concat(x.Conv("d", 5))).Conv("e")),
        Of("mul into concat", Small, x => x.Conv("a").Mul(x.Conv("b")).Concat(x.Conv("c").ReLU()).Conv("d")),
        Of("unused mul", Small, x => Join(x.Conv("a").ReLU(), a => Dead(a.Conv("b"), a.Mul(x)))),
        Of("expand a pixel", new(5, 1, 1), x => x.Expand(new(5, 4, 6))),
        Of("expand a row and a channel", new(1, 1, 6), x => x.Expand(new(3, 4, 6))),
        Of("expand a column", new(3, 4, 1), x => x.Expand(new(3, 4, 5))),
        Of("expand a channel", new(1, 4, 5), x => x.Expand(new(7, 4, 5)).Conv("a")),
        Of("expand one number", new(1, 1, 1), x => x.Expand(new(3, 4, 5))),
        Of("expand a value that is read again", Small, x => Join(x.Conv("a").AdaptiveAvgPool2d(), g => g.Expand(new(4, 5, 3)).Add(x).Mul(
            g.Sigmoid().Expand(new(4, 5, 3))))),
        Of("expand into concat", Small, x => x.AdaptiveAvgPool2d().Conv2d("a", 3, kernelSize: 1).Expand(new(3, 5, 3)).Concat(x.Conv("b"))),
        Of("multiply by a row", Small, x => x.Multiply(x.Conv2d("a", 4, kernelSize: (5, 3), padding: (0, 1)))),
        Of("multiply a row by a column", Small, x => x.AdaptiveAvgPool2d((1, 3)).Multiply(x.AdaptiveAvgPool2d((5, 1)))),
        Of("multiply by a spatial gate", Small, x => Join(x.Conv("a"), a => a.Conv("gate", 1).Sigmoid().Multiply(a))),
        Of("squeeze-and-excitation", Small, x => x.Conv("a").ReLU().Gated("se").Conv("b")),
        Of("squeeze-and-excitation with a hard gate", new(6, 7, 5), x => Join(
            x.Conv2d("a", 6, kernelSize: 3, padding: 1, groups: 6, bias: false).BatchNorm2d("bn").Hardswish(), a =>
                a.Multiply(a.AdaptiveAvgPool2d().Conv2d("fc1", 3, kernelSize: 1).ReLU().Conv2d("fc2", 6, kernelSize: 1).Hardsigmoid()))),
        Of("squeeze-and-excitation in a residual block", Small, x => Join(x.Conv("a").ReLU(), a => a.Conv("b").Gated("se").Add(a).ReLU())),
        Of("squeeze-and-excitation in front of the classifier", Small, x =>
            x.Conv("a").SiLU().Gated("se").AdaptiveAvgPool2d().Flatten().Linear("fc", 3)),
    ];

    private static SymbolicTensor Conv(this SymbolicTensor x, string name, int channels = 4) =>
        x.Conv2d(name, channels, kernelSize: 3, padding: 1);

    private static SymbolicTensor Gated(this SymbolicTensor x, string name) => x.Multiply(x.AdaptiveAvgPool2d()
        .Conv2d($"{name}.fc1", 2, kernelSize: 1).ReLU().Conv2d($"{name}.fc2", x.Shape.Channels, kernelSize: 1).Sigmoid());
}
