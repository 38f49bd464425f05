using Lanewise.Graphs;
using Lanewise.Models;

namespace Lanewise.Analysis;

/// <summary>What a depth study compares.</summary>
public enum DepthFamily
{
    /// <summary>Convolutions one behind the other.</summary>
    Plain,

    /// <summary>The same with shortcuts.</summary>
    Residual,
}

/// <summary>How convolutions begin.</summary>
public enum WeightStart
{
    /// <summary>PyTorch's default, U(±1/√fan_in): of variance 1 / (3·fan_in), a sixth of what ReLU asks for.</summary>
    Default,

    /// <summary>N(0, 2 / fan_out), which keeps the size of what passes through ReLU (He et al. 2015).</summary>
    He,
}

/// <summary>One training of a depth study.</summary>
/// <param name="Family">Plain or residual.</param>
/// <param name="Depth">Layers with weights, 6·n + 2.</param>
/// <param name="BatchNorm">Whether batch norm follows each convolution.</param>
/// <param name="Start">How convolutions begin.</param>
/// <param name="Seed">Decides the initial weights and the order of the images.</param>
public sealed record DepthRun(DepthFamily Family, int Depth, bool BatchNorm, WeightStart Start, int Seed)
{
    /// <summary>The network's name, for example <c>plain56</c>.</summary>
    public string NetworkName => $"{(Family == DepthFamily.Plain ? "plain" : "residual")}{Depth}";

    /// <summary>The run's name among those of its study, for example <c>plain56-seed1</c>.</summary>
    public string Name => $"{NetworkName}-seed{Seed}";

    /// <summary>Describes the network.</summary>
    /// <param name="input">C×H×W of its images.</param>
    /// <param name="classes">Its classes.</param>
    /// <exception cref="LanewiseException">The depth is not 6·n + 2.</exception>
    public Network CreateNetwork(Shape input, int classes) => CifarResNet.Create(
        new CifarResNetVariant(NetworkName, Depth, HasShortcuts: Family == DepthFamily.Residual) { HasBatchNorm = BatchNorm, HasHeStart = Start == WeightStart.He },
        new ModelOptions { Input = input, Classes = classes });
}
