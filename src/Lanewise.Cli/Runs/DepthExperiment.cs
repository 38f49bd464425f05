using Lanewise.Analysis;
using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;
using Lanewise.Engine;

namespace Lanewise.Cli.Runs;

/// <summary>Runs a new or a resumed depth study in its folder.</summary>
internal sealed class DepthExperiment
{
    private readonly DepthFolder _folder;
    private readonly DepthArguments _arguments;
    private readonly DepthStudy _study;
    private readonly List<DepthResult> _results;

    private DepthExperiment(DepthFolder folder, DepthArguments arguments, DatasetSplits splits, List<DepthResult> results)
    {
        (_folder, _arguments, _results) = (folder, arguments, results);
        _study = new DepthStudy(arguments.ToOptions(), splits.Train, splits.Test, splits.Transform ?? ImageTransform.Cifar10);
    }

    /// <summary>Runs a new study.</summary>
    public static async Task<int> StartAsync(DepthFolder folder, DepthArguments arguments, bool json, CancellationToken cancellation)
    {
        DepthExperiment experiment;
        try
        {
            arguments.Save(folder.Arguments);
            var splits = await LoadAsync(arguments, cancellation).ConfigureAwait(false);
            arguments = arguments with
            {
                Dataset = splits.Name,
                DataSource = splits.Source,
                TrainImages = splits.Train.Count,
                TestImages = splits.Test.Count,
            };
            experiment = new(folder, arguments, splits, []);
            arguments.Save(folder.Arguments);
        }
        catch
        {
            folder.Rollback();
            throw;
        }

        return await experiment.RunAsync(json, cancellation).ConfigureAwait(false);
    }

    /// <summary>Resumes a study.</summary>
    public static async Task<int> ResumeAsync(DepthFolder folder, DepthArguments arguments, bool json, CancellationToken cancellation)
    {
        if (arguments.TrainImages == 0)
        {
            throw new LanewiseException(
                $"{folder.Path}: the study stopped before its data was loaded, so there are no results to resume from; start a new study.");
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
                $"{splits.Name} from {splits.Source} has {splits.Train.Count} + {splits.Test.Count} images, but the study {folder.Path} "
                + $"started with {arguments.TrainImages} + {arguments.TestImages}; specify the same data with --data-dir.");
        }

        if (!Processor.LaneWidths.Contains(arguments.LaneWidth))
        {
            Terminal.Notice(
                $"this processor does not support the lane width of the study, {arguments.LaneWidth}; "
                + "the last digits of the results may differ from those of an uninterrupted study.");
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
            Console.Error.WriteLine($"stopped after {_results.Count} of {Runs(runs.Count)}; resume with: {ResumeCommand}");
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (e is LanewiseException or IOException or UnauthorizedAccessException)
        {
            throw new LanewiseException($"{e.Message} Completed runs are kept; after fixing the error, resume with: {ResumeCommand}", e);
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

        var display = TrainingDisplay.Create(_arguments.Epochs, _arguments.BatchSize);
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
            Terminal.Notice(
                $"{run.Name}: the loss is no longer finite in epoch {diverged.Epochs.Count + 1}; the study continues with the next run.");
        }

        return training.Result;
    }

    private string ResumeCommand => $"lanewise depth --resume {Shell.Quote(_folder.Path)}";

    private void Announce(IReadOnlyList<DepthRun> runs)
    {
        var a = _arguments;
        string what = a.AtStart
            ? $"initial gradients over {Math.Min(a.BatchSize, a.TrainImages):N0} images"
            : $"{a.Epochs} epoch{(a.Epochs == 1 ? "" : "s")} of {a.TrainImages:N0} images each, {a.TestImages:N0} test images";
        string networks = string.Join(", ", runs.Select(run => run.NetworkName).Distinct(StringComparer.Ordinal));
        string left = _results.Count == 0 ? "" : $" ({runs.Count - _results.Count} left)";
        Terminal.Notice(
            $"depth on {a.Dataset}: {networks}, seed{(a.Seeds.Count == 1 ? "" : "s")} {string.Join(", ", a.Seeds)}: "
            + $"{Runs(runs.Count)}{left}, {what}, writing to {_folder.Path}");
    }

    private static string Runs(int count) => $"{count} run{(count == 1 ? "" : "s")}";
}
