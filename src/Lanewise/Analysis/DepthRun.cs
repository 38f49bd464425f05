namespace Lanewise.Analysis;

/// <summary>The families of a depth study.</summary>
public enum DepthFamily
{
    /// <summary>Plain networks, without shortcuts.</summary>
    Plain,

    /// <summary>Residual networks: the same with shortcuts.</summary>
    Residual,
}

/// <summary>The initialization of convolutions.</summary>
public enum WeightStart
{
    /// <summary>PyTorch's default, U(±1/√fan_in), with the variance 1 / (3·fan_in), a sixth of He's.</summary>
    Default,

    /// <summary>N(0, 2 / fan_out), which preserves the variance through ReLU (He et al. 2015).</summary>
    He,
}

/// <summary>One run of a depth study.</summary>
/// <param name="Family">The family.</param>
/// <param name="Depth">The number of layers with weights, 6·n + 2.</param>
/// <param name="BatchNorm">Whether batch norm follows each convolution.</param>
/// <param name="Start">The initialization of convolutions.</param>
/// <param name="Seed">The seed of the initial weights and the order of the images.</param>
public sealed record DepthRun(DepthFamily Family, int Depth, bool BatchNorm, WeightStart Start, int Seed)
{
    /// <summary>The network's name, for example <c>plain56</c>.</summary>
    public string NetworkName => $"{(Family == DepthFamily.Plain ? "plain" : "residual")}{Depth}";

    /// <summary>The run's name in its study, for example <c>plain56-seed1</c>.</summary>
    public string Name => $"{NetworkName}-seed{Seed}";

    /// <summary>Describes the network.</summary>
    /// <param name="input">(C, H, W) of the images.</param>
    /// <param name="classes">The number of classes.</param>
    /// <exception cref="InvalidOptionException">The depth is not 6·n + 2.</exception>
    public Network CreateNetwork(Shape input, int classes) => CifarResNet.Create(
        new CifarResNetVariant(NetworkName, Depth, hasShortcuts: Family == DepthFamily.Residual)
        {
            HasBatchNorm = BatchNorm,
            HasHeInitialization = Start == WeightStart.He,
        },
        new ModelOptions { Input = input, Classes = classes });
}
