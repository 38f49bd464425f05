namespace Lanewise.Workflows;

/// <summary>
/// Fits a classifier to a folder of images in a given time: tries a linear probe on pretrained features, fine-tuning from there, and,
/// where that may win, a network from random weights; keeps the best by validation as an ordinary run with report.
/// </summary>
/// <example>
/// <code>
/// var result = await FitJob.Create(new() { Dataset = "photos", Minutes = 5 }).RunAsync();
/// using var classifier = ImageClassifier.Load(result.Directory.Path);
/// </code>
/// </example>
public sealed class FitJob
{
    private readonly FitOptions _options;
    private readonly FitFolder _folder;
    private readonly List<FitCandidate> _candidates = [];
    private LanewiseException? _failure;
    private int _hasRun;

    private FitJob(FitOptions options, FitFolder folder) => (_options, _folder) = (options, folder);

    /// <summary>Gets the folder of the run that is kept.</summary>
    public RunDirectory Directory => _folder.Directory;

    /// <summary>Reserves the folder of the run.</summary>
    /// <param name="options">What is fitted.</param>
    /// <param name="output">The folder, new or empty; null for the next free number under <c>runs</c>.</param>
    /// <exception cref="JobException">An option is out of range, or the folder is in use, not empty, or cannot be created.</exception>
    public static FitJob Create(FitOptions options, string? output = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        return new(options with { Dataset = DatasetNotation.Check(options.Dataset) }, FitFolder.Create(output));
    }

    /// <summary>Trains within the time, and keeps the best.</summary>
    /// <param name="progress">Receives the events of all trainings.</param>
    /// <param name="cancellationToken">Stops after the current step; the best so far is kept.</param>
    /// <exception cref="JobException">The time does not suffice for any training, or the data is unusable.</exception>
    /// <exception cref="LanewiseException">Data or weights cannot be read, or a file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The job has run already.</exception>
    public async Task<FitResult> RunAsync(IProgress<JobEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _hasRun, 1) != 0)
        {
            throw new InvalidOperationException("this job has run already; create another one.");
        }

        var budget = new FitBudget(TimeSpan.FromMinutes(_options.Minutes));
        progress = new FitProgress(progress);
        try
        {
            var weights = await FitWeights.FindAsync(_options, progress, cancellationToken).ConfigureAwait(false);
            var check = await CheckAsync(budget, progress, cancellationToken).ConfigureAwait(false);
            var data = await FitData.LoadAsync(_options, progress, cancellationToken).ConfigureAwait(false);
            var plan = new FitPlan(_options, data, weights, budget, progress);
            await plan.MeasureAsync(cancellationToken).ConfigureAwait(false);
            while (_failure is null && plan.Next(_candidates) is { } step)
            {
                await TrainAsync(step, data, budget, progress, cancellationToken).ConfigureAwait(false);
            }

            var result = Keep(data, plan);
            result = await CalibrateAsync(result, budget, progress, cancellationToken).ConfigureAwait(false);
            result = await ReportAsync(result, plan, budget, progress, cancellationToken).ConfigureAwait(false);
            return result with { Check = check, Seconds = budget.Elapsed };
        }
        catch (OperationCanceledException)
        {
            KeepWhenStopped(progress);
            throw new OperationCanceledException(cancellationToken);
        }
        catch when (_candidates.Count == 0)
        {
            _folder.Remove();
            throw;
        }
        finally
        {
            _folder.Dispose();
        }
    }

    private async Task TrainAsync(
        FitStep step, FitData data, FitBudget budget, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        progress.Notice(step.Notice);
        double start = budget.Elapsed;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(Math.Max(0.1, step.Seconds)));
        var job = TrainingJob.Create(step.Settings(_folder), _folder.PathOf(step.Name));
        (job.Fetching, job.Images) = (_options.Fetching, data.Images!);
        var epochs = new CollectedEpochs(progress);
        bool wasStopped = false;
        try
        {
            await job.RunAsync(epochs, deadline.Token).ConfigureAwait(false);
        }
        catch (TrainingStoppedException) when (!cancellationToken.IsCancellationRequested)
        {
            wasStopped = true;
        }
        catch (LanewiseException e)
        {
            // What was trained before is worth keeping.
            (_failure, wasStopped) = (e, true);
            progress.Notice($"{step.Title}: {e.Message}");
        }
        finally
        {
            if (epochs.Best is { } best && File.Exists(job.Directory.Best))
            {
                double seconds = budget.Elapsed - start;
                _candidates.Add(new(step.Name, job.Settings, best.ValTop1, best.ValLoss, epochs.Count, seconds, wasStopped));
            }
        }
    }

    /// <summary>Makes the best training the run of the folder.</summary>
    private FitResult Keep(FitData data, FitPlan plan)
    {
        if (_candidates.Count == 0)
        {
            throw _failure ?? new JobException(FormattableString.Invariant(
                $"{{minutes}} {_options.Minutes}: the time does not suffice for a training on {data.Train + data.Validation:N0} images; ")
                + FormattableString.Invariant($"give at least {plan.NeededMinutes:0.#}."));
        }

        var chosen = FitCandidate.Best(_candidates, data.Validation);
        _folder.Keep(chosen.Name);
        return new(Directory, chosen, [.. _candidates], data);
    }

    private void KeepWhenStopped(IProgress<JobEvent>? progress)
    {
        if (_candidates.Count == 0)
        {
            _folder.Remove();
        }
        else if (!File.Exists(Directory.Arguments))
        {
            var best = _candidates.MinBy(candidate => candidate.ValLoss)!;
            _folder.Keep(best.Name);
            progress.Notice($"the best so far, {best.Name}, is kept in {Directory.Path}.");
        }
    }

    private async Task<FitResult> CalibrateAsync(
        FitResult result, FitBudget budget, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        if (result.Data.Validation < 2 * CalibrationJob.MinImages)
        {
            return result;
        }

        var source = new DataSource { OnCorrupt = _options.OnCorrupt, DataDir = _options.DataDir };
        var calibration = await WithinAsync(
            "the calibration",
            budget,
            progress,
            async token => await new CalibrationJob(
                TrainedModel.Load(Directory.Path), source, new EvaluationOptions { Threads = _options.Threads })
                .RunAsync(progress, token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
        return result with { Calibration = calibration };
    }

    private async Task<FitResult> ReportAsync(
        FitResult result, FitPlan plan, FitBudget budget, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        if (!plan.HasTimeForReport(result.Chosen))
        {
            return result;
        }

        var page = await WithinAsync(
            "the report",
            budget,
            progress,
            async token => await new ReportJob(Directory) { Threads = _options.Threads }.RunAsync(null, progress, token)
                .ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
        return result with { HasReport = page is not null };
    }

    /// <summary>Does what a fit can do without: it ends with the time, and its failure is a notice.</summary>
    private static async Task<T?> WithinAsync<T>(
        string what, FitBudget budget, IProgress<JobEvent>? progress, Func<CancellationToken, Task<T>> work,
        CancellationToken cancellationToken)
        where T : class
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(Math.Max(0.1, budget.Left)));
        try
        {
            return await work(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            progress.Notice($"{what} is left out: the time is over.");
        }
        catch (LanewiseException e)
        {
            progress.Notice($"{what} is left out: {e.Message}");
        }

        return null;
    }

    /// <summary>Looks at the images, and says what may spoil a training.</summary>
    private async Task<DataCheckResult?> CheckAsync(FitBudget budget, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        // Of the time, most is for training.
        const int Share = 4;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(budget.Left / Share));
        var source = new DataSource(_options.Dataset) { DataDir = _options.DataDir };
        var options = new DataCheckOptions { Division = FitData.Settings(_options).ValidationSplit, Threads = _options.Threads };
        DataCheckResult result;
        try
        {
            result = await new DataCheckJob(source, options).RunAsync(progress, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            progress.Notice("the check of the images takes long and is left out; see 'lanewise data check'.");
            return null;
        }

        foreach (var finding in result.Findings.Where(finding => finding.Kind != DataFindingKind.SmallImages))
        {
            var first = finding.Groups.SelectMany(group => group.Images).Take(2).Select(image => image.Name).ToList();
            string names = first.Count == 0 ? "" : $" (such as {string.Join(" and ", first)})";
            progress.Notice($"warning: {finding.Text}{names}: {finding.Advice}");
        }

        return result;
    }

    /// <summary>Passes events on, and keeps the metrics of epochs.</summary>
    private sealed class CollectedEpochs(IProgress<JobEvent>? progress) : IProgress<JobEvent>
    {
        private readonly List<EpochResult> _epochs = [];

        public int Count => _epochs.Count;

        public EpochResult? Best => _epochs.MinBy(epoch => epoch.ValLoss);

        public void Report(JobEvent value)
        {
            if (value is EpochEvent { Epoch: var epoch })
            {
                _epochs.Add(epoch);
            }

            progress?.Report(value);
        }
    }
}

/// <summary>The result of fitting a classifier.</summary>
/// <param name="Directory">The folder of the run that was kept.</param>
/// <param name="Chosen">What it is.</param>
/// <param name="Candidates">All that was trained, in order.</param>
/// <param name="Data">The images.</param>
public sealed record FitResult(RunDirectory Directory, FitCandidate Chosen, IReadOnlyList<FitCandidate> Candidates, FitData Data)
{
    /// <summary>Gets what a look at the images found before; null if there was none.</summary>
    public DataCheckResult? Check { get; init; }

    /// <summary>Gets what the calibration gave; null for fewer than 100 validation images.</summary>
    public CalibrationResult? Calibration { get; init; }

    /// <summary>Gets the time of everything, in seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>Gets whether the report page was written.</summary>
    public bool HasReport { get; init; }
}
