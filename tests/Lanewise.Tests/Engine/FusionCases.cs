using static Lanewise.Tests.Engine.OpCases;

namespace Lanewise.Tests.Engine;

/// <summary>Op cases of several ops: every branch of fusion and of gradient accumulation.</summary>
internal static class FusionCases
{
    private static readonly Shape Small = new(3, 6, 5);

    private static readonly OpCase[] ReLUs =
    [
        Of("relu after conv", Small, x => x.Conv("a").ReLU()),
        Of("relu after conv after relu", Small, x => x.Conv("a").ReLU().Conv("b").ReLU().Conv("c")),
        Of("relu twice", Small, x => x.Conv("a").ReLU().ReLU()),
        Of("relu after max pool", Small, x => x.Conv("a").MaxPool2d(2).ReLU()),
        Of("relu before max pool", Small, x => x.Conv("a").ReLU().MaxPool2d(2)),
        Of("relu before and after max pool", Small, x => x.Conv("a").ReLU().MaxPool2d(2).ReLU()),
        Of("relu twice before max pool", Small, x => x.Conv("a").ReLU().ReLU().MaxPool2d(2)),
        Of("relu after overlapping max pool", Small, x => x.Conv("a").MaxPool2d(3, 1, 1).ReLU()),
        Of("relu before overlapping max pool", Small, x => x.Conv("a").ReLU().MaxPool2d(3, 2, 1)),
        Of("relu after avg pool", Small, x => x.Conv("a").AvgPool2d(2).ReLU()),
        Of("relu before avg pool", Small, x => x.Conv("a").ReLU().AvgPool2d(3, 1, 1)),
        Of("relu after the input, then conv", Small, x => x.ReLU().Conv("a")),
        Of("relu of the input before max pool", Small, x => x.ReLU().MaxPool2d(2)),
        Of("relu read by max pool and conv", Small, x => Join(x.Conv("a").ReLU(), r => r.MaxPool2d(3, 1, 1).Add(r.Conv("b")))),
        Of("relu and its input both read", Small, x => Join(x.Conv("a"), a => a.ReLU().Add(a))),
        Of("relu and its input both read by convs", Small, x => Join(x.Conv("a"), a => a.ReLU().Conv("b").Add(a.Conv("c")))),
        Of("relu for a pool, its input read by a conv", Small, x => Join(x.Conv("a"), a => a.ReLU().MaxPool2d(3, 1, 1).Add(a.Conv("b")))),
        Of("relu after concat", Small, x => x.Conv("a").Concat(x.Conv("b")).ReLU().Conv("c")),
        Of("relu after concat before max pool", Small, x => x.Conv("a").Concat(x.Conv("b")).ReLU().MaxPool2d(2)),
        Of("relu read twice", Small, x => Join(x.Conv("a").ReLU(), r => r.Conv("b").Add(r.Conv("c")))),
        Of("relu read by conv and avg pool", Small, x => Join(x.Conv("a").ReLU(), r => r.Conv("b").Add(r.AvgPool2d(3, 1, 1)))),
        Of("relu after linear", Small, x => x.Flatten().Linear("fc1", 7).ReLU().Linear("fc2", 3)),
        Of("relu after flatten", Small, x => x.Conv("a").Flatten().ReLU().Linear("fc", 3)),
        Of("relu as the output, read by an unused pool", Small, x => Join(x.Conv("a").ReLU(), r => Dead(r, r.MaxPool2d(2)))),
    ];

    private static readonly OpCase[] Sums =
    [
        Of("add of two convs", Small, x => x.Conv("a").Add(x.Conv("b"))),
        Of("add of conv and input", Small, x => x.Conv("a", 3).Add(x)),
        Of("add of input and conv", Small, x => x.Add(x.Conv("a", 3))),
        Of("add of input and input", Small, x => x.Add(x)),
        Of("add of one node twice", Small, x => Join(x.Conv("a"), a => a.Add(a)).Conv("b")),
        Of("add of one node twice, and again", Small, x => Join(Join(x.Conv("a"), a => a.Add(a)), b => b.Add(b)).ReLU().Conv("c")),
        Of("add of pools", Small, x => x.MaxPool2d(3, 1, 1).Add(x.AvgPool2d(3, 1, 1)).ReLU()),
        Of("add of conv with relu and conv", Small, x => x.Conv("a").ReLU().Add(x.Conv("b"))),
        Of("add of convs with relu", Small, x => x.Conv("a").ReLU().Add(x.Conv("b").ReLU()).ReLU()),
        Of("add of concat and its conv, of few channels", Small, x =>
            Join(x.Conv("a", 5).Concat(x.Conv("b", 6)), c => c.Add(c.Conv("d", 11)).ReLU().Conv("e"))),
        Of("add of conv and concat, of few channels", Small, x =>
            Join(x.Conv("a", 5).Concat(x.Conv("b", 6)), c => c.Conv("d", 11).Add(c))),
        Of("add of add", Small, x => x.Conv("a").Add(x.Conv("b")).Add(x.Conv("c"))),
        Of("add whose conv is read again", Small, x => Join(x.Conv("a"), a => a.Add(x.AvgPool2d(3, 1, 1).Conv("b")).Add(a))),
        Of("add, shortcut made after the conv", Small, x => Join(x.Conv("a"), a => a.Add(x.Conv("b").ReLU().AvgPool2d(3, 1, 1)))),
        Of("residual block", Small, x => x.Conv("stem").ReLU().ResidualBlock("b1").Conv("c")),
        Of("residual block on the input", Small, x => x.ResidualBlock("b1")),
        Of("two residual blocks", Small, x => x.Conv("stem").ReLU().ResidualBlock("b1").ResidualBlock("b2")),
        Of("three residual blocks, pool, linear", Small, x =>
            x.Conv("stem").ReLU().ResidualBlock("b1").ResidualBlock("b2").ResidualBlock("b3").AvgPool2d(5).Flatten().Linear("fc", 4)),
        Of("residual block with a 1×1 shortcut and stride", Small, x => Join(x.Conv("stem").ReLU(), s =>
            s.Conv2d("a", 6, 3, stride: 2, padding: 1).ReLU().Conv("b", 6).Add(s.Conv2d("down", 6, 1, stride: 2)).ReLU()).ResidualBlock("next")),
        Of("residual without relu, chained", Small, x => Join(Join(x.Conv("stem"), a => a.Conv("a").Add(a)), b => b.Conv("b").Add(b))),
        Of("shortcut used three times", Small, x =>
            Join(x.Conv("stem").ReLU(), s => s.Conv("a").Add(s).ReLU().Conv("b").Add(s).ReLU().Conv("c").Add(s))),
        Of("shortcut used three times, no conv writes it", Small, x => Join(x.Conv("stem").ReLU(), s =>
            s.AvgPool2d(3, 1, 1).Add(s).Add(s).Add(s.MaxPool2d(3, 1, 1)))),
        Of("shortcut is a pool with relu", Small, x => Join(x.Conv("a").ReLU().MaxPool2d(2), p => p.Conv("b").Add(p).ReLU())),
        Of("shortcut of a linear layer", new(8, 1, 1), x => Join(x.Linear("fc1", 8).ReLU(), a => a.Linear("fc2", 8).Add(a).ReLU())),
    ];

    private static readonly OpCase[] Concats =
    [
        Of("concat of convs", Small, x => x.Conv("a").Concat(x.Conv("b", 7), x.Conv("c", 1)).Conv("d")),
        Of("concat of convs with relu", Small, x => x.Conv("a").ReLU().Concat(x.Conv("b", 7).ReLU()).Conv("d")),
        Of("concat of pools and convs", Small, x =>
            x.MaxPool2d(3, 1, 1).Concat(x.Conv("a"), x.AvgPool2d(3, 1, 1), x.MaxPool2d(3, 1, 1).ReLU())),
        Of("concat with a slice read elsewhere", Small, x => Join(x.Conv("a").ReLU(), a => a.Concat(a.Conv("b")).Conv("c"))),
        Of("concat with a slice read by a pool", Small, x => Join(x.Conv("a"), a => a.Concat(a.AvgPool2d(3, 1, 1)))),
        Of("concat with a slice read later", Small, x => Join(x.Conv("a").ReLU(), a => a.Concat(x.Conv("b")).Conv("c").Add(a.Conv("d")))),
        Of("concat with a slice read later, and pooled", Small, x =>
            Join(x.Conv("a"), a => a.Concat(x.Conv("b")).Conv("c").ReLU().Add(a.AvgPool2d(3, 1, 1)))),
        Of("two concats of one node", Small, x => Join(x.Conv("a").ReLU(), a => a.Concat(x.Conv("b")).Conv("c").Concat(a))),
        Of("concat of one node twice", Small, x => Join(x.Conv("a"), a => a.Concat(a)).Conv("b")),
        Of("concat of concat", Small, x => x.Conv("a").Concat(x.Conv("b")).Concat(x.Conv("c"), x.Conv("d").ReLU()).Conv("e")),
        Of("concat of concat with relu", Small, x => x.Conv("a").Concat(x.Conv("b")).ReLU().Concat(x.Conv("c")).ReLU()),
        Of("concat of the input", Small, x => x.Concat(x.Conv("a")).Conv("b")),
        Of("concat of the input twice", Small, x => x.Concat(x)),
        Of("concat of a residual block", Small, x =>
            Join(x.Conv("a").ReLU(), a => a.Conv("b").Add(a).ReLU().Concat(x.Conv("c"))).Conv("d")),
        Of("concat of a sum", Small, x => x.MaxPool2d(3, 1, 1).Add(x).Concat(x.Conv("c")).ReLU()),
        Of("concat of flattened", Small, x => x.Conv("a", 2).Flatten().Concat(x.MaxPool2d(2).Flatten()).Linear("fc", 4)),
        Of("concat of linear", Small, x => Join(x.Flatten(), f => f.Linear("a", 3).Concat(f.Linear("b", 5).ReLU())).Linear("fc", 4)),
        Of("concat read twice", Small, x =>
            Join(x.Conv("a").Concat(x.Conv("b").ReLU()), c => c.Conv("c").Add(c.AvgPool2d(3, 1, 1).Conv("d")))),
        Of("concat as shortcut", Small, x => Join(x.Conv("a", 2).Concat(x.Conv("b", 3)), c => c.Conv("c", 5).Add(c).ReLU())),
        Of("concat whose consumer needs a wide border", Small, x =>
            x.Conv("a").Concat(x.Conv("b")).Conv2d("c", 3, kernelSize: 5, padding: 2)),
        Of("dense block", Small, x => Dense(Dense(Dense(x, "a"), "b"), "c")),
        Of("inception module", new(5, 6, 6), x => x.InceptionA("m")),
        Of("two inception modules", new(2, 5, 5), x => x.InceptionA("m1").MaxPool2d(2).ReLU().InceptionA("m2").Flatten().Linear("fc", 3)),
    ];

    private static readonly OpCase[] Flattens =
    [
        Of("flatten after a padded conv", Small, x => x.Conv("a").Flatten().Linear("fc", 5)),
        Of("flatten and a padded conv read one value", Small, x =>
            Join(x.Conv("a").ReLU(), a => a.Flatten().Linear("fc1", 4).Concat(a.Conv("b").Flatten()))),
        Of("flatten of a value that a conv has written", Small, x =>
            Join(x.Conv("a").ReLU(), a => a.Conv("b").Flatten().Add(a.Conv("c").Flatten()).Concat(a.Flatten()))),
        Of("flatten read twice", Small, x => Join(x.Conv("a").Flatten(), f => f.Linear("fc1", 3).Add(f.Linear("fc2", 3)))),
        Of("flatten of the input, twice", Small, x => x.Flatten().Concat(x.Flatten()).Linear("fc", 3)),
        Of("padded conv after flatten", new(2, 2, 2), x => x.Flatten().Conv2d("a", 4, 3, padding: 1)),
        Of("flatten of a slice", Small, x => Join(x.Conv("a", 2).Concat(x.Conv("b", 3).ReLU()), c => c.Flatten()).Linear("fc", 3)),
        Of("output read again by an unused branch", Small, x => Join(x.Conv("a").ReLU(), a => Dead(a, a.Conv("b").ReLU().Concat(a)))),
        Of("unused branch", Small, x => Join(x.Conv("a").ReLU(), a => Dead(a.Conv("c"), a.Conv("b").Add(a).ReLU().MaxPool2d(2).Flatten()))),
        Of("everything", new(1, 8, 8), x =>
            x.Conv2d("conv1", 10, 5).MaxPool2d(2).ReLU().InceptionA("i").ResidualBlock("r").MaxPool2d(2).Flatten().Linear("fc", 10)),
    ];

    /// <summary>1×1 convolutions that read one value.</summary>
    public static IReadOnlyList<OpCase> Siblings { get; } =
    [
        Of("siblings", Small, x => x.Point("a").Concat(x.Point("b"), x.Point("c"))),
        Of("siblings of several widths", Small, x =>
            x.Point("a", 3).Concat(x.Point("b", 8), x.Point("c", 5), x.Point("d", 12), x.Point("e", 7))),
        Of("siblings with and without bias and relu", Small, x => Join(x.Conv("stem").ReLU(), s =>
            s.Conv2d("a", 4, kernelSize: 1, bias: false).Concat(s.Point("b").ReLU(), s.Conv2d("c", 8, kernelSize: 1, bias: false).ReLU()))),
        Of("siblings with different gradient borders", Small, x => Join(x.Conv("stem").ReLU(), s =>
            s.Point("a").Concat(s.Point("b").Conv2d("b2", 3, kernelSize: 5, padding: 2), s.Point("c", 8).Conv("c2")).Conv2d("d", 2, kernelSize: 5, padding: 2))),
        Of("sibling read elsewhere too", Small, x =>
            Join(x.Point("a").ReLU(), a => a.Concat(x.Point("b"), a.Conv("c"), a.MaxPool2d(3, 1, 1)))),
        Of("siblings and a pool of their input", Small, x => Join(x.Conv("stem").ReLU(), s =>
            s.Point("a").Concat(s.Point("b"), s.MaxPool2d(3, 1, 1).Point("c"), s))),
        Of("siblings and a shortcut of their input", Small, x =>
            Join(x.Conv("stem").ReLU(), s => s.Point("a").Concat(s.Point("b")).Conv("c").Add(s).ReLU())),
        Of("sibling with a shortcut from before", Small, x =>
            Join(x.Conv("y"), y => x.Point("a").Concat(x.Point("b").Add(y).ReLU(), x.Point("c")))),
        Of("sibling with a shortcut from between", Small, x =>
            Join(x.Point("a"), a => a.Conv("y").Add(x.Point("b")).ReLU().Concat(x.Point("c"), a))),
        Of("siblings far from each other", Small, x => Join(x.Conv("stem").ReLU(), s =>
            s.Point("a").Concat(s.Conv("b").ReLU().Conv("c").ReLU().Conv("d").Point("e").Add(s.Point("f"))))),
        Of("siblings with stride", Small, x =>
            x.Conv2d("a", 4, 1, stride: 2).Concat(x.Conv2d("b", 8, 1, stride: 2)).Flatten().Concat(x.Point("c").Flatten())),
        Of("siblings and an unused branch", Small, x =>
            Join(x.Conv("stem").ReLU(), s => Dead(s.Point("b").Concat(s.Point("c")), s.Point("a")))),
        Of("siblings after batch norm", Small, x => Join(x.Conv("stem").BatchNorm2d("bn").ReLU(), s =>
            s.Point("a").BatchNorm2d("bn1").ReLU().Concat(s.Point("b", 8).BatchNorm2d("bn2").ReLU().Conv("c")))),
        Of("siblings that run a band of rows at a time", new(56, 16, 16), x =>
            x.Point("a").ReLU().Concat(x.Point("b", 6), x.Point("c", 5).ReLU()).AvgPool2d(16)),
        Of("siblings of many channels", new(5, 3, 4), x =>
            Join(x.Point("stem", 7), s => s.Point("a", 400).Concat(s.Point("b", 296))).Point("c", 3)),
    ];

    public static IReadOnlyList<OpCase> All { get; } = [.. ReLUs, .. Sums, .. Concats, .. Flattens, .. Siblings];

    /// <summary>Adds a padded 3×3 convolution, the most common layer.</summary>
    private static SymbolicTensor Conv(this SymbolicTensor x, string name, int channels = 4) =>
        x.Conv2d(name, channels, kernelSize: 3, padding: 1);

    private static SymbolicTensor Point(this SymbolicTensor x, string name, int channels = 4) => x.Conv2d(name, channels, kernelSize: 1);

    private static SymbolicTensor Dense(SymbolicTensor x, string name) => x.Concat(x.Conv(name, 2).ReLU());
}
