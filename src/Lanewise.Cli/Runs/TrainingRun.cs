using System.Globalization;
using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;
using Lanewise.Engine;
using Lanewise.Files;

namespace Lanewise.Cli.Runs;

/// <summary>Trains a new or a resumed run in its folder.</summary>
#pragma warning disable CA1001 // The process ends with the run.
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

    private TrainingRun(
        RunFolder folder, RunArguments arguments, DatasetSplits splits, Network network, Weights? initial, List<EpochResult> epochs)
    {
        (_folder, _arguments, _splits, _epochs) = (folder, arguments, splits, epochs);
        var ofModel = ModelCatalog.Find(arguments.Model).Transform with { Ink = null };
        var transform = arguments.Input.Apply(splits.Transform ?? ofModel, network);
        _gradients = new GradientLog(network, arguments.StepsPerEpoch);
        _tensorBoard = arguments.TensorBoard ? new TensorBoardLog(folder, arguments) : null;
        var observers = new GradientObservers([_gradients, .. _tensorBoard is { } log ? [log] : Array.Empty<IGradientObserver>()]);
        _trainer = new Trainer(arguments.Freeze ? network.WithTrainableHead() : network, arguments.ToTrainingOptions(transform), initial) { GradientObserver = observers };
        _card = new ModelCard(network.Name, ClassNames(splits.Train.Classes, network.OutputCount), transform, splits.Name);
    }

    /// <summary>Trains a new run.</summary>
    public static async Task<int> StartAsync(RunFolder folder, RunArguments arguments, bool json, CancellationToken cancellation)
    {
        TrainingRun run;
        try
        {
            // Read before the dataset, whose download may take long.
            string? file = arguments.Weights is { } path ? RunFolder.FindModel(path) : null;
            var weights = file is null ? null : WeightsFile.Read(file);
            var splits = await RunData.LoadAsync(arguments, cancellation).ConfigureAwait(false);
            var network = arguments.CreateNetwork(splits.Train.Classes.Count);
            if (network.OutputCount < splits.Train.Classes.Count)
            {
                throw new UsageException(
                    $"--classes {network.OutputCount}: {splits.Name} has {splits.Train.Classes.Count} classes; "
                    + "specify at least as many, or omit the option.");
            }

            arguments = arguments with
            {
                Classes = network.OutputCount,
                Dataset = splits.Name,
                DataSource = splits.Source,
                Input = splits.Transform is null && CardOf(weights, file) is { } card
                    ? arguments.Input.WithDefaultsFrom(card.Transform)
                    : arguments.Input,
                Augmentation = arguments.Augmentation ?? Augmentations.NameOf(RunData.AugmentationOf(splits, network.Input)),
                TrainImages = splits.Train.Count,
                TestImages = splits.Test.Count,
            };
            var initial = weights is null ? null : InitialWeights(network, weights, file!, arguments);
            run = new TrainingRun(folder, arguments, splits, network, initial, []);
            run._tensorBoard?.ShowImages(splits.Test, run._card.Transform);
            arguments.Save(folder.Arguments);
        }
        catch
        {
            folder.Rollback();
            throw;
        }

        return await run.TrainAsync(json, cancellation).ConfigureAwait(false);
    }

    /// <summary>Resumes a run.</summary>
    public static async Task<int> ResumeAsync(RunFolder folder, RunArguments arguments, bool json, CancellationToken cancellation)
    {
        var network = arguments.CreateNetwork();
        var (state, epochs) = folder.Load(network);
        if (arguments.Epochs < epochs.Count)
        {
            throw new UsageException(
                $"--epochs {arguments.Epochs}: {folder.Path} has completed {epochs.Count} epochs; specify more, or omit the option.");
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
                $"{splits.Name} from {splits.Source} has {splits.Train.Count} + {splits.Test.Count} images, but the run {folder.Path} "
                + $"started with {arguments.TrainImages} + {arguments.TestImages}; specify the same data with --data-dir.");
        }

        if (!Processor.LaneWidths.Contains(arguments.LaneWidth))
        {
            Terminal.Notice(
                $"this processor does not support the lane width of the run, {arguments.LaneWidth}; "
                + "the last bits of the weights may differ from those of an uninterrupted run.");
        }

        var run = new TrainingRun(folder, arguments, splits, network, null, epochs);
        run._trainer.Resume(state);
        run._gradients.Resume(folder.Gradients, state.Position);
        arguments.Save(folder.Arguments);
        return await run.TrainAsync(json, cancellation).ConfigureAwait(false);
    }

    private static ModelCard? CardOf(WeightsFile? weights, string? file) =>
        weights is null ? null : ModelCard.FromMetadata(weights.Metadata, file!);

    /// <summary>Adapts pretrained weights to the network, and reports which are re-initialized and which are trained.</summary>
    private static Weights InitialWeights(Network network, WeightsFile weights, string file, RunArguments arguments)
    {
        var adapted = Weights.Adapt(network, weights.Tensors, file, arguments.Seed);
        if (adapted.Initialized.Count > 0)
        {
            Terminal.Notice($"{file} has no {Names(adapted.Initialized)} for {network.OutputCount} classes; re-initialized.");
        }

        if (arguments.Freeze)
        {
            string[] trained = [.. network.WithTrainableHead().Nodes.Where(n => n.IsTrainable).SelectMany(n => n.Parameters).Select(p => p.Name)];
            Terminal.Notice($"training only {Names(trained)}.");
        }

        return adapted.Weights;
    }

    private static string Names(IReadOnlyList<string> names)
    {
        const int MaxNames = 4;
        return string.Join(", ", names.Take(MaxNames)) + (names.Count > MaxNames ? $" and {names.Count - MaxNames} more" : "");
    }

    /// <summary>Gets the class names of the dataset, followed by indices for additional classes.</summary>
    private static string[] ClassNames(IReadOnlyList<string> known, int count) =>
        [.. known, .. Enumerable.Range(known.Count, count - known.Count).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    private async Task<int> TrainAsync(bool json, CancellationToken cancellation)
    {
        Terminal.Notice(
            $"{_arguments.Model} on {_splits.Name}: {_arguments.TrainImages:N0} + {_arguments.TestImages:N0} images, "
            + $"writing to {_folder.Path}");
        var display = TrainingDisplay.Create(_arguments.Epochs, _arguments.BatchSize);
        using var tensorBoard = _tensorBoard;
        var progress = tensorBoard?.Wrap(display) ?? display;
        try
        {
            await using (display.ConfigureAwait(false))
            {
                await foreach (var epoch in _trainer.EpochsAsync(_splits.Train, _splits.Test, progress, cancellation).ConfigureAwait(false))
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
                : $"{_folder.Model} has the weights after epoch {_epochs.Count}.";
            throw new LanewiseException($"{e.Message.TrimEnd('.')} (--lr, --batch-size). {kept}", e);
        }
        catch (LanewiseException e) when (_trainer.Position is not { Epoch: 0, Step: 0 })
        {
            // For example an unreadable image: what was trained so far, possibly for hours, is kept.
            _folder.SaveCheckpoint(_trainer.GetState(), _gradients);
            throw new LanewiseException($"{e.Message} A checkpoint was saved; after fixing the error, resume with: {ResumeCommand}", e);
        }

        TrainingReport.Print(_folder, _arguments, _epochs, json, wasComplete: false);
        return ExitCode.Done;
    }

    private string ResumeCommand => $"lanewise train --resume {Shell.Quote(_folder.Path)}";

    private int Stopped()
    {
        var state = _trainer.GetState();
        _folder.SaveCheckpoint(state, _gradients);
        var (epoch, step) = (state.Position.Epoch + 1, state.Position.Step);
        Console.Error.WriteLine($"stopped after step {step} of epoch {epoch}; resume with: {ResumeCommand}");
        return ExitCode.Interrupted;
    }
}
