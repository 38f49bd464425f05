using Lanewise.Analysis;
using Lanewise.Files;

namespace Lanewise.Workflows;

/// <summary>What a training starts with.</summary>
/// <param name="Settings">The settings, with what depends on the images, the network and the weights.</param>
/// <param name="Images">The images.</param>
/// <param name="Weights">The weights that it starts from; null for random ones.</param>
/// <param name="Network">The network, before layers are frozen.</param>
/// <param name="Setup">What is trained.</param>
internal sealed record TrainingStart(
    TrainSettings Settings, TrainingImages Images, InitialWeights? Weights, Network Network, TrainingSetup Setup);

/// <summary>Prepares a training from its settings: weights, images, network and options.</summary>
/// <param name="settings">The settings, checked.</param>
/// <param name="facts">What is recorded of the run.</param>
/// <param name="fetching">How pretrained weights are fetched.</param>
/// <param name="progress">Receives notices and phases.</param>
internal sealed class TrainingPreparation(
    TrainSettings settings, RunFacts facts, PretrainedFetchOptions fetching, IProgress<JobEvent>? progress)
{
    /// <summary>Gets what the notice about the settings says; by default what the training does.</summary>
    public Func<TrainSettings, string> Describe { get; init; } = resolved => resolved.Describe();

    /// <summary>Checks the settings of a new training, and names its recipe's values and its pretrained weights.</summary>
    /// <param name="settings">The settings, with a model.</param>
    /// <exception cref="SettingException">Settings contradict each other, or there is no model.</exception>
    public static TrainSettings Check(TrainSettings settings)
    {
        settings = ((TrainSettings)settings.WithRecipe().Checked()).WithPretrainedNamed();
        settings.Check();
        return settings.Model is not null
            ? settings
            : throw new SettingException("{model}: there is none; name the model to train.", "model");
    }

    /// <summary>Reads the weights and the images, and creates the network and the options.</summary>
    /// <param name="load">Loads the images.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="SettingException">A setting does not fit the data.</exception>
    /// <exception cref="LanewiseException">Data or weights cannot be read.</exception>
    public async Task<TrainingStart> PrepareAsync(
        Func<IProgress<JobEvent>?, CancellationToken, Task<TrainingImages>> load, CancellationToken cancellationToken)
    {
        progress.Phase("reading weights");
        // Read before the dataset, whose download may take long.
        var weights = await InitialWeights.ReadAsync(settings, fetching, progress, cancellationToken).ConfigureAwait(false);
        var images = await load(progress, cancellationToken).ConfigureAwait(false);
        images = weights?.Card is { } card ? images.InOrderOf(card.Classes) : images;
        var splits = images.Splits;
        var network = settings.CreateNetwork(splits.Train.Classes.Count);
        RunClasses.RequireEnough(network, splits);
        // Published weights bring their own preprocessing; that of a run's weights is the dataset's, if it has one.
        var transform = weights is { IsPretrained: true } || splits.Transform is null ? weights?.Transform : null;
        var resolved = Resolved(images, network, transform);
        resolved.Check();
        progress.Notice(Describe(resolved));
        var classWeights = ClassWeights.Of(resolved.ClassWeights, splits.Train, network.OutputCount);
        if (ClassWeights.Describe(resolved, splits.Train, classWeights) is { } classes)
        {
            progress.Notice(classes);
        }

        var setup = Setup(resolved, images, network, classWeights, facts);
        CropNotice.Report(splits.Train, setup.Options.Transform!, progress);
        return new(resolved, images, weights, network, weights is null ? setup : setup with
        {
            Initial = weights.Adapt(network, settings, progress),
            Card = setup.Card with { License = weights.License, Origin = weights.Origin },
        });
    }

    /// <summary>Composes the options of a training and what it records.</summary>
    /// <param name="settings">The settings, resolved.</param>
    /// <param name="images">The images.</param>
    /// <param name="network">The network.</param>
    /// <param name="classWeights">The weights of the classes in the loss; null for equal ones.</param>
    /// <param name="facts">What is recorded of the run.</param>
    public static TrainingSetup Setup(
        TrainSettings settings, TrainingImages images, Network network, IReadOnlyList<float>? classWeights, RunFacts facts)
    {
        var splits = images.Splits;
        // Image files are photographs unless a setting says otherwise.
        var ofModel = (TrainableModel.EntryOf(settings.Model)?.Transform ?? ImageTransform.ImageNet) with { Ink = null };
        var transform = settings.Input.Apply(splits.Transform ?? ofModel, network);
        var augmentation = facts.Augmentation ?? settings.AugmentationChanges.ApplyTo(settings.Augmentation);
        var options = settings.ToTrainingOptions() with
        {
            Seed = settings.Seed,
            Algorithm = settings.Algorithm,
            Slots = settings.Slots,
            BatchNormScope = settings.BatchNormScope,
            Transform = transform,
            ClassWeights = classWeights,
            BalanceClasses = settings.Balance,
            Augmentation = augmentation,
            Mixup = settings.AugmentationChanges.ToMixup(),
        };
        int stepsPerEpoch = TrainingSetup.StepsOf(splits, options.ImagesPerStep);
        return new(
            settings.WithTrainable(network), options, splits,
            new ModelCard(network.Name, RunClasses.Names(splits.Train.Classes, network.OutputCount), transform, splits.Name,
                TrainableModel.IsFile(settings.Model) ? network : null)
            {
                License = facts.License,
                Origin = facts.Origin,
                Validation = images.Validation,
                Recipe = settings.Recipe,
                Augmentation = augmentation.ToString(),
            })
        {
            RecordsGradients = position => GradientSteps.Takes(position, stepsPerEpoch),
            TensorBoard = settings.TensorBoard,
            Monitor = settings.Monitor,
            Patience = settings.Patience,
            TakesReceipt = step => settings.ReceiptSteps > 0 && step % settings.ReceiptSteps == 0,
            KeptCheckpoints = settings.KeepCheckpoints,
            CheckpointInterval = TimeSpan.FromMinutes(settings.CheckpointMinutes),
        };
    }

    /// <summary>Returns the settings with what depends on the images, the network and the weights.</summary>
    private TrainSettings Resolved(TrainingImages images, Network network, ImageTransform? transform) =>
        settings.For(images.Splits.Train.Count) with
        {
            Classes = network.OutputCount,
            Dataset = images.Splits.Name,
            ValSplit = images.Validation.ToString(),
            Input = transform is not null ? settings.Input.WithDefaultsFrom(transform) : settings.Input,
            Augmentation = settings.Augmentation
                ?? Augmentations.NameOf(settings.ModelDefaults?.Augmentation ?? JobData.AugmentationOf(images.Splits, network.Input)),
        };
}
