namespace Lanewise.Analysis;

/// <summary>The options of a layer timing.</summary>
public sealed record LayerTimesOptions
{
    /// <summary>The number of images per batch; 0 (default) for one block, which fills every lane.</summary>
    public int BatchSize { get; init; }

    /// <summary>Whether to time the training step (forward, backward) instead of inference. Default: false.</summary>
    public bool Training { get; init; }

    /// <summary>The time after which no further run is started, after a warm-up and at least one measured run. Default: 3 s.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(3);
}

/// <summary>The time of a layer, or a module of layers, for one image.</summary>
/// <param name="Forward">The time of the forward pass in seconds.</param>
/// <param name="Backward">The time of the backward pass in seconds; 0 for inference.</param>
/// <param name="Share">The share of the time of all layers, 0 to 1.</param>
public sealed record LayerTime(double Forward, double Backward, double Share)
{
    /// <summary>The total time in seconds.</summary>
    public double Seconds => Forward + Backward;
}

/// <summary>
/// The measured times of a network's layers: the median times of the kernel calls, on one thread, with random weights and images. An
/// op that the engine fuses into another layer (ReLU, a residual sum and, in inference, batch norm, max pooling, other activations after
/// a convolution, and the expansion of a factor for each channel) counts there and has no time of its own. Loading images and the loss
/// belong to no layer and are not counted.
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

    /// <summary>The number of images per batch.</summary>
    public int Images { get; }

    /// <summary>The number of images per block, one per lane.</summary>
    public int LaneWidth { get; }

    /// <summary>The time of all layers for one image, in seconds.</summary>
    public double Seconds { get; }

    /// <summary>Compiles the network for one thread and times it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">The options; null for inference on one block of images.</param>
    /// <param name="cancellationToken">Stops between two runs.</param>
    /// <exception cref="InvalidOptionException">An option is out of range, or the network needs more memory than there is.</exception>
    public static LayerTimes Measure(Network network, LayerTimesOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new LayerTimesOptions();
        var times = new StepTimes(network, options.BatchSize, options.Training);
        times.Run(options.Duration, cancellationToken);
        return new(times);
    }

    /// <summary>Returns the time of a layer or module of the measured network.</summary>
    public LayerTime Of(LayerCost layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        double forward = layer.Nodes.Sum(n => _forward.GetValueOrDefault(n.Path));
        double backward = layer.Nodes.Sum(n => _backward.GetValueOrDefault(n.Path));
        return new(forward, backward, (forward + backward) / Seconds);
    }

    private Dictionary<string, double> ByPath(IEnumerable<StepTime> steps) => steps
        .SelectMany(s => s.Step.Nodes.Select(node => (node.Path, Seconds: s.Median * s.Step.ShareOf(node))))
        .GroupBy(s => s.Path, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.Sum(s => s.Seconds) / Images, StringComparer.Ordinal);
}
