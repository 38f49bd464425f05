using Lanewise.Analysis;
using Lanewise.Cli.Terminals;
using Lanewise.Data;
using Lanewise.Engine;

namespace Lanewise.Cli.Runs;

/// <summary>Carries out a depth study in its folder: a new one, or the rest of an earlier one.</summary>
internal sealed class DepthExperiment
{
    private readonly DepthFolder _folder;
    private readonly DepthArguments _arguments;
    private readonly DepthStudy _study;
    private readonly List<DepthResult> _results;

    private DepthExperiment(DepthFolder folder, DepthArguments arguments, DatasetSplits splits, List<DepthResult> results)
    {
        (_folder, _arguments, _results) = (folder, arguments, results);
        _study = new DepthStudy(arguments.ToOptions(), splits.Train, splits.Test, splits.Preprocessing ?? Preprocessing.Cifar10);
    }

    /// <summary>Begins a study.</summary>
    public static async Task<int> StartAsync(DepthFolder folder, DepthArguments arguments, bool json, CancellationToken cancellation)
    {
        DepthExperiment experiment;
        try
        {
            arguments.Save(folder.Arguments);
            var splits = await LoadAsync(arguments, cancellation).ConfigureAwait(false);
            arguments = arguments with { Dataset = splits.Name, DataSource = splits.Source, TrainImages = splits.Train.Count, TestImages = splits.Test.Count };
            experiment = new(folder, arguments, splits, []);
            arguments.Save(folder.Arguments);
        }
        catch
        {
            folder.Abandon();
            throw;
        }

        return await experiment.RunAsync(json, cancellation).ConfigureAwait(false);
    }

    /// <summary>Goes on where an earlier study stopped.</summary>
    public static async Task<int> ResumeAsync(DepthFolder folder, DepthArguments arguments, bool json, CancellationToken cancellation)
    {
        if (arguments.TrainImages == 0)
        {
            throw new LanewiseException($"{folder.Path}: the study stopped before its data were there, so nothing was found yet; begin anew.");
        }

        var results = folder.LoadResults(arguments);
        if (results.Count == arguments.ToOptions().Runs.Count)
        {
            Terminal.Notice($"{folder.Path} is complete: {Runs(results.Count)}.");
            folder.SaveResults(arguments, results);
            DepthReport.Print(folder, arguments, results, json);
            return ExitCode.Done;
        }

        var splits = await LoadAsync(arguments, cancellation).ConfigureAwait(false);
        if (splits.Train.Count != arguments.TrainImages || splits.Test.Count != arguments.TestImages)
        {
            throw new LanewiseException(
                $"{splits.Name} from {splits.Source} has {splits.Train.Count} + {splits.Test.Count} images, the study {folder.Path} began with {arguments.TrainImages} + {arguments.TestImages}; name the same data with --data-dir.");
        }

        if (!Processor.LaneWidths.Contains(arguments.LaneWidth))
        {
            Terminal.Notice($"this processor lacks the study's lane width of {arguments.LaneWidth}; figures may differ in their last digits from those of an uninterrupted study.");
        }

        return await new DepthExperiment(folder, arguments, splits, results).RunAsync(json, cancellation).ConfigureAwait(false);
    }

    private static Task<DatasetSplits> LoadAsync(DepthArguments a, CancellationToken cancellation) =>
        RunData.LoadAsync(a.Dataset, a.DataDir, a.OnCorrupt, a.LimitTrain, a.LimitTest, cancellation);

    private async Task<int> RunAsync(bool json, CancellationToken cancellation)
    {
        var runs = _study.Options.Runs;
        Announce(runs);
        try
        {
            foreach (var (i, run) in runs.Index().Where(r => _results.All(result => result.Run != r.Item)))
            {
                Terminal.Notice($"{i + 1}/{runs.Count} {run.Name}");
                _results.Add(_arguments.AtStart
                    ? await Task.Run(() => _study.MeasureStart(run), cancellation).ConfigureAwait(false)
                    : await TrainAsync(run, cancellation).ConfigureAwait(false));
                _folder.SaveResults(_arguments, _results);
                _folder.RemoveProgress(run);
            }
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine($"stopped after {_results.Count} of {Runs(runs.Count)}; go on with: {Continuation}");
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (e is LanewiseException or IOException or UnauthorizedAccessException)
        {
            throw new LanewiseException($"{e.Message} What was found before is kept; when that is mended, go on with: {Continuation}", e);
        }

        DepthReport.Print(_folder, _arguments, _results, json);
        return ExitCode.Done;
    }

    private async Task<DepthResult> TrainAsync(DepthRun run, CancellationToken cancellation)
    {
        var training = _study.Train(run);
        if (_folder.LoadProgress(run, _study.CreateNetwork(run)) is var (state, result))
        {
            training.Resume(state, result);
        }

        ITrainingDisplay display = Terminal.ErrorIsTerminal
            ? new LiveTraining(_arguments.Epochs, _arguments.BatchSize)
            : new TrainingLines(_arguments.Epochs);
        try
        {
            await using (display.ConfigureAwait(false))
            {
                await foreach (var epoch in training.RunAsync(display, cancellation).ConfigureAwait(false))
                {
                    _folder.SaveProgress(training);
                    display.EpochDone(epoch);
                }
            }
        }
        catch (OperationCanceledException) when (training.Result.Samples.Count > 0)
        {
            _folder.SaveProgress(training);
            throw;
        }

        if (training.Result is { Diverged: true } diverged)
        {
            Terminal.Notice($"{run.Name}: the loss is no longer finite in epoch {diverged.Epochs.Count + 1}; noted, and the study goes on.");
        }

        return training.Result;
    }

    private string Continuation => $"lanewise depth --resume {CommandLine.Quote(_folder.Path)}";

    private void Announce(IReadOnlyList<DepthRun> runs)
    {
        var a = _arguments;
        string what = a.AtStart
            ? $"their gradients at the start, over {Math.Min(a.BatchSize, a.TrainImages):N0} images"
            : $"{a.Epochs} epoch{(a.Epochs == 1 ? "" : "s")} of {a.TrainImages:N0} images each, judged by {a.TestImages:N0} more";
        string left = _results.Count == 0 ? "" : $" ({runs.Count - _results.Count} left)";
        Terminal.Notice($"depth on {a.Dataset}: {string.Join(", ", runs.Select(run => run.NetworkName).Distinct(StringComparer.Ordinal))}, seed{(a.Seeds.Count == 1 ? "" : "s")} {string.Join(", ", a.Seeds)}: {Runs(runs.Count)}{left}, {what}, into {_folder.Path}");
    }

    private static string Runs(int count) => $"{count} run{(count == 1 ? "" : "s")}";
}
