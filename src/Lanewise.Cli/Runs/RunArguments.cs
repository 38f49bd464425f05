using System.Text.Json;
using Lanewise.Cli.Common;
using Lanewise.Engine;
using Lanewise.IO;

namespace Lanewise.Cli.Runs;

/// <summary>The arguments of a run, as stored in <c>args.json</c>.</summary>
internal sealed record RunArguments
{
    public required string Model { get; init; }

    /// <summary>Gets the name of the dataset; null until the default is resolved.</summary>
    public string? Dataset { get; init; }

    public string? DataDir { get; init; }

    /// <summary>Gets a description of where the images came from.</summary>
    public string? DataSource { get; init; }

    public CorruptImagePolicy OnCorrupt { get; init; }

    public InputSettings Input { get; init; } = new();

    /// <summary>Gets the name of the augmentation; null until the default is resolved.</summary>
    public string? Augmentation { get; init; }

    public int TrainImages { get; init; }

    public int TestImages { get; init; }

    public int Epochs { get; init; } = 10;

    public int BatchSize { get; init; } = 64;

    public OptimizationSettings Optimization { get; init; } = new();

    /// <summary>Gets the file or run folder of the initial weights; null for random initialization.</summary>
    public string? Weights { get; init; }

    /// <summary>Gets the number of classes of the network; null until the dataset is loaded.</summary>
    public int? Classes { get; init; }

    /// <summary>Gets whether only the last linear layer is trained.</summary>
    public bool Freeze { get; init; }

    /// <summary>Gets whether auxiliary classifiers are trained; null for the default of the model.</summary>
    public bool? AuxiliaryClassifiers { get; init; }

    public int Seed { get; init; } = 1;

    public int Threads { get; init; } = System.Environment.ProcessorCount;

    /// <summary>Gets the convolution algorithm.</summary>
    public Conv2dAlgorithm Algorithm { get; init; }

    /// <summary>Gets whether TensorBoard events are written.</summary>
    public bool TensorBoard { get; init; }

    public int? LimitTrain { get; init; }

    public int? LimitTest { get; init; }

    public int LaneWidth { get; init; } = Processor.LaneWidths[0];

    public string Version { get; init; } = ProgramInfo.Version;

    public string Command { get; init; } = ProgramInfo.CommandText;

    /// <summary>Gets where and when the run started; null for runs of versions that did not record it.</summary>
    public RunEnvironment? Environment { get; init; } = RunEnvironment.Current();

    /// <summary>Gets the number of steps per epoch.</summary>
    public int StepsPerEpoch => (TrainImages + BatchSize - 1) / BatchSize;

    /// <summary>Gets whether auxiliary classifiers are trained; by default not with <see cref="Freeze"/>.</summary>
    public bool TrainsAuxiliary => AuxiliaryClassifiers ?? (ModelCatalog.Find(Model).AuxiliaryClassifiers && !Freeze);

    /// <summary>Creates the network of an earlier run; if it did not record its classes, they are those of the dataset.</summary>
    /// <exception cref="LanewiseException">The run stopped before its classes were known.</exception>
    public Network CreateNetwork()
    {
        if (Classes is { } classes)
        {
            return CreateNetwork(classes);
        }

        string dataset = Dataset ?? throw new LanewiseException(
            $"the run of {Model} stopped before its data was loaded, so there is nothing to resume from; start a new run.");
        return CreateNetwork(DatasetCatalog.Find(dataset).Classes.Count);
    }

    /// <summary>Creates the network to train.</summary>
    /// <param name="classes">The number of classes, unless the run specifies its own.</param>
    /// <exception cref="UsageException">The user requested auxiliary classifiers, but the model has none.</exception>
    public Network CreateNetwork(int classes)
    {
        var options = new ModelOptions { Classes = Classes ?? classes, AuxiliaryClassifiers = TrainsAuxiliary };
        var network = Input.CreateNetwork(Model, options);
        return AuxiliaryClassifiers is true && network.AuxiliaryOutputs.Count == 0
            ? throw new UsageException($"--aux: {Model} has no auxiliary classifiers; omit --aux.")
            : network;
    }

    /// <summary>Converts the arguments to options of the library.</summary>
    public TrainingOptions ToTrainingOptions(ImageTransform transform) => new()
    {
        Epochs = Epochs,
        BatchSize = BatchSize,
        Optimizer = Optimization.ToOptimizer(),
        Schedule = Optimization.ToSchedule(),
        Seed = Seed,
        Threads = Threads,
        // The last bits of the weights depend on the lane width, so a resumed run keeps its own if the processor supports it.
        LaneWidth = Processor.LaneWidths.Contains(LaneWidth) ? LaneWidth : 0,
        Algorithm = Algorithm,
        Transform = transform,
        Augmentation = Augmentations.Find(Augmentation ?? Augmentations.Names[0]),
    };

    public void Save(string path)
    {
        byte[] document = JsonOutput.Indented(Write);
        AtomicFile.Write(path, stream => stream.Write(document));
    }

    /// <summary>Reads a file that <see cref="Save"/> wrote.</summary>
    /// <exception cref="LanewiseException">The file cannot be read or was not written by <c>train</c>.</exception>
    public static RunArguments Load(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            string reason = e.Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new LanewiseException($"{path}: not the arguments of a run ({reason}); start a new run.", e);
        }
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteString("version", Version);
        json.WriteString("command", Command);
        json.WriteString("model", Model);
        json.WriteString("dataset", Dataset);
        json.WriteString("data_source", DataSource);
        json.WriteString("data_dir", DataDir);
        json.WriteString("on_corrupt", EnumNames.Of(OnCorrupt));
        Input.Write(json);
        json.WriteString("aug", Augmentation);
        json.WriteNumber("train_images", TrainImages);
        json.WriteNumber("test_images", TestImages);
        json.WriteNumber("epochs", Epochs);
        json.WriteNumber("batch_size", BatchSize);
        Optimization.Write(json);
        json.WriteString("weights", Weights);
        WriteNumber(json, "classes", Classes);
        json.WriteBoolean("freeze", Freeze);
        if (AuxiliaryClassifiers is { } auxiliary)
        {
            json.WriteBoolean("aux", auxiliary);
        }

        json.WriteNumber("seed", Seed);
        json.WriteNumber("threads", Threads);
        json.WriteString("algorithm", EnumNames.Of(Algorithm));
        json.WriteBoolean("tensorboard", TensorBoard);
        WriteNumber(json, "limit_train", LimitTrain);
        WriteNumber(json, "limit_test", LimitTest);
        json.WriteNumber("lane_width", LaneWidth);
        Environment?.Write(json);
    }

    private static RunArguments Read(JsonElement json) => new()
    {
        Version = json.GetProperty("version").GetString() ?? "",
        Command = json.GetProperty("command").GetString() ?? "",
        Model = json.GetProperty("model").GetString() ?? throw new FormatException("the model is missing"),
        Dataset = json.GetProperty("dataset").GetString(),
        DataSource = json.GetProperty("data_source").GetString(),
        DataDir = json.GetProperty("data_dir").GetString(),
        OnCorrupt = json.ReadOnCorrupt(),
        Input = InputSettings.Read(json),
        Augmentation = json.GetPropertyOrNull("aug")?.GetString(),
        TrainImages = json.GetProperty("train_images").GetInt32(),
        TestImages = json.GetProperty("test_images").GetInt32(),
        Epochs = json.ReadPositive("epochs", SettingLimits.MaxEpochs),
        BatchSize = json.ReadPositive("batch_size", SettingLimits.MaxBatchSize),
        Optimization = OptimizationSettings.Read(json),
        // Properties read with GetPropertyOrNull were not written by the first versions.
        Weights = json.GetPropertyOrNull("weights")?.GetString(),
        Classes = ReadClasses(json.GetPropertyOrNull("classes")?.GetInt32()),
        Freeze = json.GetPropertyOrNull("freeze")?.GetBoolean() ?? false,
        AuxiliaryClassifiers = json.GetPropertyOrNull("aux")?.GetBoolean(),
        Seed = json.GetProperty("seed").GetInt32(),
        Threads = json.ReadPositive("threads", SettingLimits.MaxThreads),
        Algorithm = json.GetPropertyOrNull("algorithm") is { } algorithm ? ReadAlgorithm(algorithm.GetString()) : default,
        TensorBoard = json.GetPropertyOrNull("tensorboard")?.GetBoolean() ?? false,
        LimitTrain = json.GetPropertyOrNull("limit_train")?.GetInt32(),
        LimitTest = json.GetPropertyOrNull("limit_test")?.GetInt32(),
        LaneWidth = json.GetProperty("lane_width").GetInt32(),
        Environment = RunEnvironment.Read(json),
    };

    private static void WriteNumber(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static Conv2dAlgorithm ReadAlgorithm(string? name) =>
        EnumNames.Find<Conv2dAlgorithm>(name ?? "") ?? throw new FormatException($"there is no algorithm '{name}'");

    private static int? ReadClasses(int? classes) =>
        classes is null or (>= 1 and <= SettingLimits.MaxClasses) ? classes : throw new FormatException($"{classes} classes");
}
