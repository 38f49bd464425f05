using System.Globalization;
using Lanewise.Cli.Terminals;
using Lanewise.Data;
using Lanewise.Engine;
using Lanewise.Files;
using Lanewise.Graphs;
using Lanewise.Models;
using Lanewise.Training;

namespace Lanewise.Cli.Runs;

/// <summary>Trains into a run folder: a new run, or the rest of an earlier one.</summary>
internal sealed class TrainingRun
{
    private readonly RunFolder _folder;
    private readonly RunArguments _arguments;
    private readonly DatasetSplits _splits;
    private readonly Trainer _trainer;
    private readonly ModelCard _card;
    private readonly List<EpochResult> _epochs;
    private readonly GradientLog _gradients;
    private readonly TensorBoardLog? _tensorBoard;

    private TrainingRun(RunFolder folder, RunArguments arguments, DatasetSplits splits, Network network, Weights? initial, List<EpochResult> epochs)
    {
        (_folder, _arguments, _splits, _epochs) = (folder, arguments, splits, epochs);
        var preprocessing = arguments.Input.Apply(splits.Preprocessing ?? ModelCatalog.Find(arguments.Model).Preprocessing, network);
        _gradients = new GradientLog(network, arguments.StepsPerEpoch);
        _tensorBoard = arguments.TensorBoard ? new TensorBoardLog(folder, arguments) : null;
        var observers = new GradientObservers([_gradients, .. _tensorBoard is { } log ? [log] : Array.Empty<IGradientObserver>()]);
        _trainer = new Trainer(network, arguments.ToTrainingOptions(network, preprocessing), initial) { GradientObserver = observers };
        _card = new ModelCard(network.Name, ClassNames(splits.Train.Classes, network.OutputCount), preprocessing, splits.Name);
    }

    /// <summary>Trains from the start.</summary>
    public static async Task<int> StartAsync(RunFolder folder, RunArguments arguments, bool json, CancellationToken cancellation)
    {
        TrainingRun run;
        try
        {
            // Read before the data, which may have to be downloaded.
            string? file = arguments.Weights is { } given ? RunFolder.FindModel(given) : null;
            var weights = file is null ? null : WeightsFile.Read(file);
            var splits = await RunData.LoadAsync(arguments, cancellation).ConfigureAwait(false);
            var network = arguments.CreateNetwork(splits.Train.Classes.Count);
            if (network.OutputCount < splits.Train.Classes.Count)
            {
                throw new UsageException($"--classes {network.OutputCount}: {splits.Name} has {splits.Train.Classes.Count}; name at least as many, or leave it out.");
            }

            arguments = arguments with
            {
                Classes = network.OutputCount,
                Dataset = splits.Name,
                DataSource = splits.Source,
                Input = splits.Preprocessing is null && CardOf(weights, file) is { } card ? arguments.Input.OrThoseOf(card.Preprocessing) : arguments.Input,
                Augmentation = arguments.Augmentation ?? Augmentations.NameOf(RunData.AugmentationOf(splits, network.Input)),
                TrainImages = splits.Train.Count,
                TestImages = splits.Test.Count,
            };
            run = new TrainingRun(folder, arguments, splits, network, weights is null ? null : Begin(network, weights, file!, arguments), []);
            run._tensorBoard?.ShowImages(splits.Test, run._card.Preprocessing);
            arguments.Save(folder.Arguments);
        }
        catch
        {
            folder.Abandon();
            throw;
        }

        return await run.TrainAsync(json, cancellation).ConfigureAwait(false);
    }

    /// <summary>Trains on where an earlier run stopped.</summary>
    public static async Task<int> ResumeAsync(RunFolder folder, RunArguments arguments, bool json, CancellationToken cancellation)
    {
        var network = arguments.CreateNetwork();
        var (state, epochs) = folder.Load(network);
        if (arguments.Epochs < epochs.Count)
        {
            throw new UsageException($"--epochs {arguments.Epochs}: {folder.Path} has completed {epochs.Count} already; name more, or leave it out.");
        }

        if (arguments.Epochs == epochs.Count)
        {
            TrainingReport.Print(folder, arguments, epochs, json, wasComplete: true);
            return ExitCode.Done;
        }

        var splits = await RunData.LoadAsync(arguments, cancellation).ConfigureAwait(false);
        if (splits.Train.Count != arguments.TrainImages || splits.Test.Count != arguments.TestImages)
        {
            throw new LanewiseException(
                $"{splits.Name} from {splits.Source} has {splits.Train.Count} + {splits.Test.Count} images, the run {folder.Path} began with {arguments.TrainImages} + {arguments.TestImages}; name the same data with --data-dir.");
        }

        if (!Processor.LaneWidths.Contains(arguments.LaneWidth))
        {
            Terminal.Notice($"this processor lacks the run's lane width of {arguments.LaneWidth}; the weights may differ in their last bits from those of an uninterrupted run.");
        }

        var run = new TrainingRun(folder, arguments, splits, network, null, epochs);
        run._trainer.Resume(state);
        run._gradients.Resume(folder.Gradients, state.Position);
        arguments.Save(folder.Arguments);
        return await run.TrainAsync(json, cancellation).ConfigureAwait(false);
    }

    private static ModelCard? CardOf(WeightsFile? weights, string? file) => weights is null ? null : ModelCard.FromMetadata(weights.Metadata, file!);

    /// <summary>The weights to begin with; says what of them begins afresh and what stays.</summary>
    private static Weights Begin(Network network, WeightsFile weights, string file, RunArguments arguments)
    {
        var adapted = Weights.Adapt(network, weights.Tensors, file, arguments.Seed);
        if (adapted.Initialized.Count > 0)
        {
            Terminal.Notice($"{file} has no {Names(adapted.Initialized)} for {network.OutputCount} classes; what it does not have begins afresh.");
        }

        if (arguments.Freeze)
        {
            Terminal.Notice($"only {Names([.. network.Parameters.Select(p => p.Name).Where(FineTuning.HeadOnly(network))])} will be trained.");
        }

        return adapted.Weights;
    }

    private static string Names(IReadOnlyList<string> names)
    {
        const int Shown = 4;
        return string.Join(", ", names.Take(Shown)) + (names.Count > Shown ? $" and {names.Count - Shown} more" : "");
    }

    /// <summary>The dataset's classes, and numbers for those that it does not have.</summary>
    private static string[] ClassNames(IReadOnlyList<string> known, int count) =>
        [.. known, .. Enumerable.Range(known.Count, count - known.Count).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    private async Task<int> TrainAsync(bool json, CancellationToken cancellation)
    {
        Terminal.Notice($"{_arguments.Model} on {_splits.Name}: {_arguments.TrainImages:N0} + {_arguments.TestImages:N0} images, into {_folder.Path}");
        ITrainingDisplay display = Terminal.ErrorIsTerminal
            ? new LiveTraining(_arguments.Epochs, _arguments.BatchSize)
            : new TrainingLines(_arguments.Epochs);
        using var tensorBoard = _tensorBoard;
        var progress = tensorBoard?.Before(display) ?? display;
        try
        {
            await using (display.ConfigureAwait(false))
            {
                await foreach (var epoch in _trainer.RunAsync(_splits.Train, _splits.Test, progress, cancellation).ConfigureAwait(false))
                {
                    _epochs.Add(epoch);
                    _folder.SaveEpoch(_trainer.GetState(), _card, _epochs, _gradients);
                    tensorBoard?.EpochDone(epoch, _trainer.Network, _trainer.GetWeights());
                    display.EpochDone(epoch);
                }
            }
        }
        catch (OperationCanceledException)
        {
            return Stopped();
        }
        catch (TrainingDivergedException e)
        {
            string kept = _epochs.Count == 0
                ? "No epoch was completed, so no weights were saved."
                : $"{_folder.Model} keeps the weights after epoch {_epochs.Count}.";
            throw new LanewiseException($"{e.Message.TrimEnd('.')} (--lr, --batch-size). {kept}", e);
        }
        catch (LanewiseException e) when (_trainer.Position is not { Epoch: 0, Step: 0 })
        {
            // An image that cannot be read, perhaps after hours.
            _folder.SaveCheckpoint(_trainer.GetState(), _gradients);
            throw new LanewiseException($"{e.Message} What was learned is kept; when that is mended, go on with: lanewise train --resume {CommandLine.Quote(_folder.Path)}", e);
        }

        TrainingReport.Print(_folder, _arguments, _epochs, json, wasComplete: false);
        return ExitCode.Done;
    }

    private int Stopped()
    {
        var state = _trainer.GetState();
        _folder.SaveCheckpoint(state, _gradients);
        var (epoch, step) = (state.Position.Epoch + 1, state.Position.Step);
        Console.Error.WriteLine($"stopped after step {step} of epoch {epoch}; go on with: lanewise train --resume {CommandLine.Quote(_folder.Path)}");
        return ExitCode.Interrupted;
    }
}
