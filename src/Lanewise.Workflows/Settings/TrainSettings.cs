using Lanewise.Engine;

namespace Lanewise.Workflows;

/// <summary>The settings of a training run, as stored in its <c>args.json</c>. The defaults are those of the tutorial.</summary>
public sealed partial record TrainSettings : RunSettings
{
    private static readonly Setting<string?> ModelSetting = new(
        "model",
        SettingTypes.Text("MODEL|FILE", TrainableModel.Check, [.. ModelCatalog.All.Select(model => model.Name)]), _ => null,
        "Model to train ('lanewise models' lists them), or an ONNX file, whose own network is trained from its weights.", _ => null);

    // What --pretrained without a value stands for, until the name is known.
    private const string DefaultPretrained = "default";

    private static readonly Setting<string?> WeightsSetting = new(
        "weights", SettingTypes.Text("FILE", PretrainedCatalog.NameOrPath), _ => null,
        "Start from these weights, a run folder or a file. A classifier with another number of classes is re-initialized.")
    {
        OnResume = ResumeRule.NotAllowed,
    };

    private static readonly Setting<string?> PretrainedSetting = new(
        "pretrained", SettingTypes.Text("NAME|FILE", CheckPretrained, PretrainedCatalog.Names), _ => null,
        "Start from pretrained weights ('lanewise weights list' lists them), which are fetched if necessary and bring their preprocessing; "
        + "without a value, from those of the model. FILE: .nupkg, .onnx, .safetensors or .pth.")
    {
        OnResume = ResumeRule.NotAllowed,
        ValueIfOmitted = DefaultPretrained,
    };

    private static readonly Setting<string?> KeySetting = new(
        "key", SettingTypes.Text("NAME"), _ => null,
        "With {weights} or {pretrained}: the set of weights to take from a PyTorch file with several, for example state_dict_ema; "
        + "dots lead into dictionaries.",
        _ => "the usual one")
    {
        OnResume = ResumeRule.NotAllowed,
    };

    private static readonly Setting<int?> ClassesSetting = new(
        "classes", SettingTypes.Limit(SettingLimits.MaxClasses), _ => null,
        "Number of classes of the network, at least that of the dataset.", _ => "that of the dataset");

    private static readonly Setting<bool> FreezeSetting = new(
        "freeze", SettingTypes.Switch, _ => false,
        "With {weights} or {pretrained}: train only the last linear layer and freeze all other weights.")
    {
        Switches = [true],
    };

    private static readonly Setting<bool> FreezeBnSetting = new(
        "freeze-bn", SettingTypes.Switch, s => ((TrainSettings)s).ModelDefaults?.FreezesBatchNorm ?? false,
        "With {weights}: freeze batch norm, which then uses its running statistics in training; useful for few images.")
    {
        Switches = [true, false],
        HelpForFalse = "Train batch norm, for models whose defaults freeze it.",
    };

    private static readonly Setting<bool?> AuxSetting = new(
        "aux", SettingTypes.OptionalSwitch, _ => null, "Train with auxiliary classifiers, for models that do not by default.")
    {
        Switches = [true, false],
        HelpForFalse = "Train without auxiliary classifiers, for models that have them by default.",
    };

    private static readonly Setting<int> SeedSetting = new(
        "seed", SettingTypes.Whole(int.MinValue, int.MaxValue), _ => 1,
        "Seed of the initial weights, the order of the images, augmentation and dropout.");

    private static readonly Setting<Conv2dAlgorithm> AlgorithmSetting = new(
        "algorithm", SettingTypes.Choice("algorithm", [Conv2dAlgorithm.Auto, Conv2dAlgorithm.Direct]), _ => Conv2dAlgorithm.Auto,
        "Convolution algorithm: auto, direct. With auto, the plan chooses per layer; direct never uses Winograd.");

    private static readonly Setting<int> SlotsSetting = new(
        "slots", SettingTypes.Whole(0, SumOrder.MaxSlots), _ => 0,
        "Maximum number of slots: groups of 8, 16, 32 … images of a step whose gradients are summed before those of other slots are added.",
        _ => "by model and batch size");

    private static readonly Setting<BatchNormScope> BatchNormSetting = new(
        "bn", SettingTypes.Choice<BatchNormScope>("scope of batch norm"), _ => BatchNormScope.Batch,
        "Images over which batch norm takes mean and variance in training: batch, slot (ghost batch norm).");

    private static readonly Setting<string?> AugmentationSetting = new(
        "aug", SettingTypes.Text("NAME", name => Augmentations.NameOf(Augmentations.Find(name)), Augmentations.Names), _ => null,
        $"Augmentation of training images: {string.Join(", ", Augmentations.Names)}.", _ => "depends on the dataset and the model");

    /// <summary>Gets the model to train.</summary>
    public string? Model { get => Get(ModelSetting); init => Set(ModelSetting, value); }

    /// <summary>Gets the file or run folder of the initial weights; null for random initialization.</summary>
    public string? Weights { get => Get(WeightsSetting); init => Set(WeightsSetting, value); }

    /// <summary>Gets the name of pretrained weights or a file of them; null for others.</summary>
    public string? Pretrained { get => Get(PretrainedSetting); init => Set(PretrainedSetting, value); }

    /// <summary>Gets the key of the set of weights in a file with several; null for the usual one.</summary>
    public string? Key { get => Get(KeySetting); init => Set(KeySetting, value); }

    /// <summary>Gets the number of classes of the network; null for that of the dataset.</summary>
    public int? Classes { get => Get(ClassesSetting); init => Set(ClassesSetting, value); }

    /// <summary>Gets whether only the last linear layer is trained.</summary>
    public bool Freeze { get => Get(FreezeSetting); init => Set(FreezeSetting, value); }

    /// <summary>Gets whether batch norm keeps its parameters and running statistics, and uses the latter.</summary>
    public bool FreezeBatchNorm { get => Get(FreezeBnSetting); init => Set(FreezeBnSetting, value); }

    /// <summary>Gets whether auxiliary classifiers are trained; null for the default of the model.</summary>
    public bool? AuxiliaryClassifiers { get => Get(AuxSetting); init => Set(AuxSetting, value); }

    /// <summary>Gets the seed of the initial weights, the order of the images, augmentation and dropout.</summary>
    public int Seed { get => Get(SeedSetting); init => Set(SeedSetting, value); }

    /// <summary>Gets the convolution algorithm.</summary>
    public Conv2dAlgorithm Algorithm { get => Get(AlgorithmSetting); init => Set(AlgorithmSetting, value); }

    /// <summary>Gets the maximum number of slots; 0 for the default of model and batch size.</summary>
    public int Slots { get => Get(SlotsSetting); init => Set(SlotsSetting, value); }

    /// <summary>Gets the images over which batch norm takes mean and variance in training.</summary>
    public BatchNormScope BatchNormScope { get => Get(BatchNormSetting); init => Set(BatchNormSetting, value); }

    /// <summary>Gets the name of the augmentation; null for the default of dataset and model.</summary>
    public string? Augmentation { get => Get(AugmentationSetting); init => Set(AugmentationSetting, value); }

    /// <summary>Gets the rows of all settings.</summary>
    public static IReadOnlyList<Setting> AllSettings => field ??=
    [
        RecipeSetting, ModelSetting,
        DatasetSetting, DataDirSetting, ValSplitSetting, GroupBySetting, OnCorruptSetting,
        .. InputSettings.AllSettings,
        AugmentationSetting, .. AugmentationSettings.AllSettings,
        EpochsSetting, BatchSizeSetting,
        .. OptimizationTable,
        .. UpdatesTable,
        .. ClassesTable,
        .. BestTable,
        WeightsSetting, PretrainedSetting, KeySetting, ClassesSetting, FreezeSetting, FreezeBnSetting, AuxSetting,
        SeedSetting, ThreadsSetting, AlgorithmSetting, SlotsSetting, BatchNormSetting,
        TensorBoardSetting, CheckpointMinutesSetting, ReceiptStepsSetting, KeepCheckpointsSetting,
        LimitTrainSetting, LimitTestSetting,
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Setting> Table => AllSettings;

    /// <inheritdoc/>
    private protected override int SplitSeed => Seed;

    /// <summary>Gets the overrides of the model's image transform.</summary>
    public InputSettings Input { get => new InputSettings().With(Given(InputSettings.AllSettings)); init => Set(value.Given(value.Table)); }

    /// <summary>Gets what changes the augmentation that <see cref="Augmentation"/> names.</summary>
    public AugmentationSettings AugmentationChanges
    {
        get => new AugmentationSettings().With(Given(AugmentationSettings.AllSettings));
        init => Set(value.Given(value.Table));
    }

    /// <summary>Gets whether auxiliary classifiers are trained; by default not with <see cref="Freeze"/>.</summary>
    internal bool TrainsAuxiliary => AuxiliaryClassifiers ?? (TrainableModel.EntryOf(Model)?.AuxiliaryClassifiers == true && !Freeze);

    /// <summary>
    /// Gets the file of the model, whose weights training starts from if no others are given; null for a model of the catalog.
    /// </summary>
    internal string? OwnWeights => TrainableModel.IsFile(Model) && Pretrained is null ? Model : null;

    /// <inheritdoc/>
    public override void Check()
    {
        if (FreezeBatchNorm && (Weights ?? Pretrained ?? OwnWeights) is null)
        {
            throw new SettingException(
                "{freeze-bn} requires {weights} or {pretrained}: only trained statistics are worth keeping.", FreezeBnSetting.Name);
        }

        string? error = AuxiliaryClassifiers is true && Freeze
            ? "{aux} and {freeze} cannot be combined: auxiliary classifiers train the layers that {freeze} keeps fixed."
            : Freeze && (Weights ?? Pretrained ?? OwnWeights) is null
                ? "{freeze} requires {weights} or {pretrained}: only trained weights are worth freezing."
            : null;
        if (error is not null)
        {
            throw new SettingException(error, FreezeSetting.Name);
        }

        if (Key is not null && (Weights ?? Pretrained) is null)
        {
            throw new SettingException("{key} requires {weights} or {pretrained}: it names a set in their file.", KeySetting.Name);
        }

        if (Pretrained is not null && Weights is not null)
        {
            throw new SettingException("{pretrained} and {weights} cannot be combined: both are what training starts from.", "pretrained");
        }

        var entry = Pretrained is { } name && !Path.Exists(name) ? PretrainedCatalog.TryFind(name) : null;
        if (entry is not null && Model is not null && entry.Model != Model)
        {
            throw new SettingException(
                $"{{pretrained}} {entry.Name}: these are weights of {entry.Model}, not of {Model}; train {entry.Model}, or choose others.",
                PretrainedSetting.Name);
        }

        AugmentationChanges.Check();
        CheckBest();
        CheckClasses();
        base.Check();
    }

    /// <summary>Combines the settings of the run to resume with those that may be changed.</summary>
    /// <param name="given">The given values.</param>
    /// <exception cref="SettingException">A value contradicts the run to resume.</exception>
    public TrainSettings Resume(IReadOnlyList<SettingValue> given)
    {
        var resumed = (TrainSettings)Resumed(given);
        if (Schedule is ScheduleKind.Cosine or ScheduleKind.OneCycle && resumed.Epochs != Epochs)
        {
            throw new SettingException(
                $"{{epochs}} {resumed.Epochs}: the {EnumNames.Of(Schedule)} schedule of the run to resume ends after {Epochs} epochs; "
                + "omit {epochs}, or start a new run from its weights with {weights}.",
                EpochsSetting.Name);
        }

        resumed.CheckBest();
        return resumed;
    }

    /// <summary>Returns the settings with the name of the pretrained weights where the model's own were asked for.</summary>
    /// <exception cref="SettingException">There are none of the model.</exception>
    internal TrainSettings WithPretrainedNamed()
    {
        if (Pretrained != DefaultPretrained || Model is not { } model)
        {
            return this;
        }

        var entry = PretrainedCatalog.ForModel(model) ?? throw new SettingException(
            $"{{pretrained}}: there are no pretrained weights of {model} in the catalog; give a file, or train one of "
            + $"{string.Join(", ", PretrainedCatalog.All.Select(e => e.Model).Distinct(StringComparer.Ordinal))}.",
            PretrainedSetting.Name);
        return this with { Pretrained = entry.Name };
    }

    /// <summary>Selects the layers of the network that are trained.</summary>
    internal Network WithTrainable(Network network) =>
        Freeze ? network.WithTrainableHead()
        : FreezeBatchNorm ? network.WithTrainable(node => node.Op is not BatchNorm2d)
        : network;

    /// <summary>Creates the network to train.</summary>
    /// <param name="classes">The number of classes of the dataset.</param>
    /// <exception cref="SettingException">Auxiliary classifiers were requested, but the model has none.</exception>
    /// <exception cref="JobException">The model does not support the image size.</exception>
    internal Network CreateNetwork(int classes)
    {
        var options = new ModelOptions { Classes = Classes ?? classes, AuxiliaryClassifiers = TrainsAuxiliary };
        var network = TrainableModel.IsFile(Model)
            ? TrainableModel.Read(Model!, Classes ?? classes, Input.ImageSize)
            : Input.CreateNetwork(Model!, options);
        return AuxiliaryClassifiers is true && network.AuxiliaryOutputs.Count == 0
            ? throw new SettingException($"{{aux}}: {Model} has no auxiliary classifiers; omit {{aux}}.", AuxSetting.Name)
            : network;
    }

    private static string CheckPretrained(string text) =>
        text == DefaultPretrained ? text
        : Path.Exists(text) || text.AsSpan().ContainsAny("./\\") ? Path.GetFullPath(text)
        : PretrainedCatalog.Find(text).Name;
}
