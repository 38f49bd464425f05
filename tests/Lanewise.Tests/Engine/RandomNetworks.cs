using CsCheck;

namespace Lanewise.Tests.Engine;

/// <summary>Generates small random graphs of all ops, some with unused branches.</summary>
internal static class RandomNetworks
{
    private const int MaxValues = 400;
    private static readonly Gen<(int Op, int From, int Other, int Channels)> Choice = Gen.Select(
        Gen.Int[0, 19], Gen.Int[0, 99], Gen.Int[0, 99], Gen.Int[1, 7]);

    public static Gen<Network> Any { get; } =
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 7], Gen.Int[1, 7], Choice.Array[1, 12], Gen.Int[0, 3], (c, h, w, choices, output) =>
            Network.Define("random", new Shape(c, h, w), x => Build(x, choices, output)));

    /// <summary>Describes a network, so that a failure can be turned into an op case.</summary>
    public static string Describe(Network network) => string.Join(
        "; ", network.Nodes.Select(n => $"{n.Path} = {n.Op}({string.Join(", ", n.Inputs.Select(i => i.Path))})")) + $" -> {network.Output.Path}";

    private static SymbolicTensor Build(SymbolicTensor x, (int Op, int From, int Other, int Channels)[] choices, int output)
    {
        var all = new List<SymbolicTensor> { x };
        for (int i = 0; i < choices.Length; i++)
        {
            var choice = choices[i];
            // Mostly the latest, so that the graph becomes deep; occasionally any other.
            var from = choice.From < 60 ? all[^1] : all[choice.From % all.Count];
            if (Layer(from, all, $"layer{i + 1}", choice) is { } made && made.Shape.Count <= MaxValues)
            {
                all.Add(made);
            }
        }

        return all.Count == 1 ? x.Flatten() : all[Math.Max(1, all.Count - 1 - (output == 0 ? 1 : 0))];
    }

    private static SymbolicTensor? Layer(
        SymbolicTensor x, List<SymbolicTensor> all, string name, (int Op, int From, int Other, int Channels) choice)
    {
        var (height, width) = (x.Shape.Height, x.Shape.Width);
        int side = Math.Min(height, width);
        return choice.Op switch
        {
            0 or 1 => x.Conv2d(name, choice.Channels, kernelSize: 1),
            2 or 3 => x.Conv2d(name, x.Shape.Channels, kernelSize: 3, padding: 1),
            4 => x.Conv2d(
                name,
                choice.Channels,
                kernelSize: Math.Min(side, 1 + choice.Other % 5),
                stride: 1 + choice.From % 3,
                bias: choice.Other % 2 == 0),
            5 => x.Conv2d(
                name,
                choice.Channels,
                kernelSize: (Math.Min(height, 3), Math.Min(width, 2)),
                stride: (1 + choice.Other % 2, 1 + choice.From % 2),
                padding: (choice.From % 3, choice.Other % 3)),
            6 or 7 or 8 => x.ReLU(),
            9 => side >= 2 ? x.MaxPool2d(2) : null,
            10 => choice.Channels > 5 ? x.MaxPool2d(3, stride: 1 + choice.Other % 2, padding: 2, dilation: 2)
                : x.MaxPool2d(3, stride: 1 + choice.Other % 2, padding: 1),
            11 => choice.Channels > 5 && side > 2 ? x.AvgPool2d((1, 2), padding: (0, 1), countIncludePad: choice.From % 2 == 0, dilation: 2)
                : x.AvgPool2d(3, stride: 1 + choice.Other % 2, padding: 1, countIncludePad: choice.From % 2 == 0),
            12 or 13 => Sum(x, all, choice.Other),
            14 => Join(x, all, choice.Other),
            15 => Activation(x, choice.Other),
            16 => choice.Other % 4 == 0 ? x.ChannelAffine(name, bias: choice.From % 3 > 0) : Activation(x, choice.Other),
            17 => choice.Other % 3 == 0 ? x.Multiply(x.AdaptiveAvgPool2d().Sigmoid()) : Product(x, all, choice.Other),
            18 => x.ConstantPad2d(new Padding(choice.Other % 3, choice.From % 2, choice.From % 3, choice.Other % 2), choice.Other % 4 - 1),
            _ => x.Shape.Pixels == 1 ? x.Linear(name, choice.Channels) : choice.Other % 4 == 0 ? x.Flatten() : x.Conv2d(name, choice.Channels, kernelSize: 1).ReLU(),
        };
    }

    private static SymbolicTensor Activation(SymbolicTensor x, int choice) => (choice % 9) switch
    {
        0 => x.LeakyReLU(0.1 * (choice % 5)),
        1 => x.Hardtanh(-0.1 * (choice % 5), choice % 3 == 0 ? double.PositiveInfinity : 0.5),
        2 => x.ReLU6(),
        3 => x.Sigmoid(),
        4 => x.Hardsigmoid(0.2),
        5 => x.Hardswish(),
        6 => x.SiLU(),
        7 => x.LogSoftmax(),
        _ => x.Rescaling(1.5, -0.25 * (choice % 2)),
    };

    private static SymbolicTensor Sum(SymbolicTensor x, List<SymbolicTensor> all, int choice)
    {
        var alike = all.Where(a => a.Shape == x.Shape).ToList();
        var other = alike[choice % alike.Count];
        return choice % 2 == 0 ? x.Add(other) : other.Add(x);
    }

    private static SymbolicTensor Product(SymbolicTensor x, List<SymbolicTensor> all, int choice)
    {
        var fitting = all.Where(a => Fits(a.Shape.Channels, x.Shape.Channels) && Fits(a.Shape.Height, x.Shape.Height)
            && Fits(a.Shape.Width, x.Shape.Width)).ToList();
        var other = fitting[choice % fitting.Count];
        return choice % 2 == 0 ? x.Multiply(other) : other.Multiply(x);

        static bool Fits(int a, int b) => a == b || Math.Min(a, b) == 1;
    }

    private static SymbolicTensor Join(SymbolicTensor x, List<SymbolicTensor> all, int choice)
    {
        var alike = all.Where(a => (a.Shape.Height, a.Shape.Width) == (x.Shape.Height, x.Shape.Width)).ToList();
        var other = alike[choice % alike.Count];
        return choice % 3 == 0 ? other.Concat(x, other) : choice % 3 == 1 ? other.Concat(x) : x.Concat(other);
    }
}
