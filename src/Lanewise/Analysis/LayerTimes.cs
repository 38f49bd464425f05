using Lanewise.Graphs;

namespace Lanewise.Analysis;

/// <summary>How layers are timed.</summary>
public sealed record LayerTimesOptions
{
    /// <summary>Images that go through a layer together; 0 for as many as one block has, which fills every lane.</summary>
    public int BatchSize { get; init; }

    /// <summary>Whether the training step is timed, forward and backward, instead of inference.</summary>
    public bool Training { get; init; }

    /// <summary>The time after which no further run is begun. The first, which warms up, and one that counts are always made.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(3);
}

/// <summary>What a layer takes, or a module of layers, for one image.</summary>
/// <param name="Forward">Seconds of the forward pass.</param>
/// <param name="Backward">Seconds of the backward pass; 0 for inference.</param>
/// <param name="Share">Its share of all layers' time, 0 to 1.</param>
public sealed record LayerTime(double Forward, double Backward, double Share)
{
    /// <summary>Seconds of both.</summary>
    public double Seconds => Forward + Backward;
}

/// <summary>
/// Measured times of a network's layers: a plan's kernel calls one by one, on one thread, with random weights and images; of
/// each the median of many runs. What the engine folds into another layer, such as ReLU, a residual's sum, or, in inference,
/// batch norm and max pooling, counts there and takes no time of its own. Reading images in and the loss belong to no layer and are not counted.
/// </summary>
public sealed class LayerTimes
{
    private readonly Dictionary<string, double> _forward;
    private readonly Dictionary<string, double> _backward;

    private LayerTimes(StepTimes times)
    {
        (Images, LaneWidth) = (times.Images, times.LaneWidth);
        _forward = ByPath(times.Forward);
        _backward = ByPath(times.Backward);
        Seconds = _forward.Values.Sum() + _backward.Values.Sum();
    }

    /// <summary>Images that went through together.</summary>
    public int Images { get; }

    /// <summary>Images in a block, one a lane.</summary>
    public int LaneWidth { get; }

    /// <summary>Seconds for one image, all layers together.</summary>
    public double Seconds { get; }

    /// <summary>Compiles the network for one thread and times it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">How; null for inference on one block of images.</param>
    /// <param name="cancellation">Stops between two runs.</param>
    /// <exception cref="LanewiseException">An option is out of range, or the network needs more memory than there is.</exception>
    public static LayerTimes Measure(Network network, LayerTimesOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new LayerTimesOptions();
        var times = new StepTimes(network, options.BatchSize, options.Training);
        times.Run(options.Patience, cancellation);
        return new(times);
    }

    /// <summary>The time of a layer or module of the network that was measured.</summary>
    public LayerTime Of(LayerCost layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        double forward = layer.Nodes.Sum(n => _forward.GetValueOrDefault(n.Path)), backward = layer.Nodes.Sum(n => _backward.GetValueOrDefault(n.Path));
        return new(forward, backward, (forward + backward) / Seconds);
    }

    private Dictionary<string, double> ByPath(IEnumerable<StepTime> steps) => steps
        .SelectMany(s => s.Step.Nodes.Select(node => (node.Path, Seconds: s.Median * s.Step.ShareOf(node))))
        .GroupBy(s => s.Path, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.Sum(s => s.Seconds) / Images, StringComparer.Ordinal);
}
