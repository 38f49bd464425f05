using Lanewise.Analysis;

namespace Lanewise.Workflows;

/// <summary>
/// Decides what a fit trains next: first the linear probe, which is quick; then fine-tuning from it (Kumar et al. 2022), if some epochs
/// fit into the rest of the time and there is something left to gain; a network from random weights where there are no pretrained ones,
/// or where many small images give it a chance.
/// </summary>
internal sealed class FitPlan(FitOptions options, FitData data, FitWeights? weights, FitBudget budget, IProgress<JobEvent>? progress)
{
    private const string DefaultModel = "resnet18";

    // Networks for photographs see small images enlarged; beyond four sevenths of their size that costs time only.
    private const int SmallSide = 64, LargeSize = 112, ForSmall = 2;
    private const int ImagesForScratch = 2000, ScratchSize = 128;

    // Small networks reach fewer operations per second.
    private const double SmallNetworkFactor = 1.5;
    private const double ProbeShare = 0.6;
    private static readonly double[] Shares = [1, 5.0 / 7, 4.0 / 7, 3.0 / 7];

    private readonly HashSet<string> _tried = new(StringComparer.Ordinal);
    private readonly Network _network = ModelCatalog.Find(weights?.Model ?? DefaultModel).ForClasses(data.Classes);
    private int _size;

    private int FullSize => _network.Input.Height;

    private int Images => data.Train + data.Validation;

    private double Scale => ScaleOf(_size);

    // From the full size of the model down, for networks that take several.
    private int[] Sizes => FullSize < LargeSize ? [FullSize]
        : [.. Shares.Skip(data.Side <= SmallSide ? ForSmall : 0).Select(share => (int)Math.Round(share * FullSize))];

    /// <summary>Gets the minutes that the quickest training needs.</summary>
    public double NeededMinutes
    {
        get
        {
            double training = weights is null ? 0 : budget.Probe(Images, ScaleOf(Sizes[^1])) + budget.Elapsed;
            return Math.Ceiling(10 * Math.Max(training / 60, 2 * options.Minutes)) / 10;
        }
    }

    /// <summary>Measures how fast this machine is, and chooses the size of images so that the linear probe fits into the time.</summary>
    public async Task MeasureAsync(CancellationToken cancellationToken)
    {
        progress.Phase("measuring the speed of this machine");
        var time = TimeSpan.FromSeconds(Math.Clamp(budget.Left / 100, 0.2, 1));
        var speed = await Task.Run(
            () => Throughput.Measure(
                _network, new ThroughputOptions { Threads = options.Threads, Duration = time, BatchSize = 16 }, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        budget.InferenceRate = speed.ImagesPerSecond;
        int[] sizes = Sizes;
        _size = sizes.FirstOrDefault(size => budget.Probe(Images, ScaleOf(size)) <= ProbeShare * budget.Left, sizes[^1]);
    }

    /// <summary>Returns the next training; null if nothing is left to do.</summary>
    /// <param name="done">The trainings that are done.</param>
    public FitStep? Next(IReadOnlyList<FitCandidate> done)
    {
        bool hasProbe = done.Any(candidate => candidate.Name == FitStep.LinearProbe);
        double left = budget.Left - budget.Closing(data.Train, data.Validation, Scale);
        if (done.Any(candidate => candidate.ValTop1 >= 1))
        {
            progress.Notice("all validation images are right: nothing is left to gain.");
            return null;
        }

        return weights is not null && _tried.Add(FitStep.LinearProbe) ? Probe(weights)
            : hasProbe && _tried.Add(FitStep.FineTuning) && FineTuning(weights!, left) is { } tuning ? tuning
            : TriesScratch && _tried.Add(FitStep.FromScratch) ? FromScratch(left)
            : null;
    }

    /// <summary>Returns whether the report can be written in the time.</summary>
    public bool HasTimeForReport(FitCandidate chosen) =>
        (chosen.Name == FitStep.FromScratch && budget.Left > 0) || budget.Left > 0.8 * budget.Closing(data.Train, data.Validation, Scale);

    private bool TriesScratch => weights is null || (data.Side <= SmallSide && data.Train >= ImagesForScratch);

    private FitStep Probe(FitWeights from)
    {
        var settings = Common with { Model = from.Model, Pretrained = from.Name, Freeze = true, Input = InputOf(_size) };
        return new(FitStep.LinearProbe, "linear probe on pretrained features", budget.Left, settings.For(data.Train).Epochs)
        {
            Settings = _ => settings,
        };
    }

    private FitStep? FineTuning(FitWeights from, double left)
    {
        var settings = Common with { Model = from.Model, Weights = "linear-probe", Input = InputOf(_size) };
        int wanted = settings.For(data.Train).Epochs, epochs = budget.Epochs(left, data.Train, data.Validation, Scale);
        if (epochs == 0)
        {
            progress.Notice(FormattableString.Invariant($"no time is left for fine-tuning: give more {{minutes}} than {options.Minutes}."));
            return null;
        }

        epochs = Math.Min(epochs, wanted);
        return new(FitStep.FineTuning, "fine-tuning all layers", left, epochs)
        {
            Settings = folder =>
            {
                // Whatever the data brings, the weights go on with the preprocessing that they had.
                string probe = folder.PathOf(FitStep.LinearProbe);
                var input = ModelSource.Resolve(probe).Load().Card.Transform is { } transform
                    ? settings.Input.WithDefaultsFrom(transform) : settings.Input;
                return settings with { Weights = probe, Epochs = epochs, Input = input };
            },
        };
    }

    private FitStep? FromScratch(double left)
    {
        bool isSmall = data.Side <= SmallSide;
        string model = !isSmall ? "resnet18" : data.IsGrey && data.Side <= 28 ? "residual" : "resnet20";
        var network = ModelCatalog.Find(model).ForClasses(data.Classes);
        // The rate of the large network, in proportion to the MACs of this one.
        double scale = network.Macs / (double)_network.Macs
            * (isSmall ? SmallNetworkFactor : ScratchSize * ScratchSize / (double)network.Input.Pixels);
        var settings = Common with { Model = model, Input = isSmall ? new() : new() { ImageSize = ScratchSize } };
        int epochs = Math.Min(settings.For(data.Train).Epochs, budget.Epochs(left, data.Train, data.Validation, scale));
        return epochs < 1 ? null : new(FitStep.FromScratch, $"{model} from random weights", left, epochs)
        {
            Settings = _ => settings with { Epochs = epochs, Schedule = ScheduleKind.Cosine },
        };
    }

    private TrainSettings Common => FitData.Settings(options) with { Threads = options.Threads, Monitor = MonitoredMetric.ValLoss };

    private double ScaleOf(int size) => (double)size * size / (FullSize * FullSize);

    private InputSettings InputOf(int size) => size == FullSize ? new() : new() { ImageSize = size };
}
