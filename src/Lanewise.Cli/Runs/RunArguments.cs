using System.Text.Json;
using Lanewise.Cli.Verbs;
using Lanewise.Data;
using Lanewise.Engine;
using Lanewise.Graphs;
using Lanewise.IO;
using Lanewise.Models;
using Lanewise.Training;

namespace Lanewise.Cli.Runs;

/// <summary>Everything needed to repeat a run: the content of <c>args.json</c>.</summary>
internal sealed record RunArguments
{
    /// <summary>The most classes that a network may be asked to have.</summary>
    public const int MaxClasses = 100_000;

    public required string Model { get; init; }

    /// <summary>The dataset's name; null until the default has been resolved.</summary>
    public string? Dataset { get; init; }

    public string? DataDir { get; init; }

    /// <summary>Where the images came from, for a person to read.</summary>
    public string? DataSource { get; init; }

    public CorruptImagePolicy OnCorrupt { get; init; }

    public InputSettings Input { get; init; } = new();

    /// <summary>The augmentation's name; null until the dataset's has been resolved.</summary>
    public string? Augmentation { get; init; }

    public int TrainImages { get; init; }

    public int TestImages { get; init; }

    public int Epochs { get; init; } = 10;

    public int BatchSize { get; init; } = 64;

    public RunRecipe Recipe { get; init; } = new();

    /// <summary>The file or run folder whose weights the run began with.</summary>
    public string? Weights { get; init; }

    /// <summary>Classes of the network; null until the dataset has said how many.</summary>
    public int? Classes { get; init; }

    /// <summary>Whether only the classifier is trained.</summary>
    public bool Freeze { get; init; }

    /// <summary>Whether auxiliary classifiers are trained along; null for the model's own way.</summary>
    public bool? AuxiliaryClassifiers { get; init; }

    public int Seed { get; init; } = 1;

    public int Threads { get; init; } = System.Environment.ProcessorCount;

    /// <summary>How convolutions are computed.</summary>
    public Conv2dAlgorithm Algorithm { get; init; }

    /// <summary>Whether events for TensorBoard are written.</summary>
    public bool TensorBoard { get; init; }

    public int? LimitTrain { get; init; }

    public int? LimitTest { get; init; }

    public int LaneWidth { get; init; } = Processor.LaneWidths[0];

    public string Version { get; init; } = CommandLine.Version;

    public string Command { get; init; } = CommandLine.Text;

    /// <summary>Where and when the run began; null for one of an earlier version.</summary>
    public RunEnvironment? Environment { get; init; } = RunEnvironment.Here();

    /// <summary>Steps in an epoch.</summary>
    public int StepsPerEpoch => (TrainImages + BatchSize - 1) / BatchSize;

    /// <summary>Whether auxiliary classifiers are trained along. They help the body to learn: a frozen one has no use for them.</summary>
    public bool TrainsAuxiliary => AuxiliaryClassifiers ?? (ModelCatalog.Find(Model).AuxiliaryClassifiers && !Freeze);

    /// <summary>The network of a run that has begun. Those of the first versions do not say how many classes they have: the dataset's.</summary>
    /// <exception cref="LanewiseException">It had not come so far as to know its classes.</exception>
    public Network CreateNetwork() => CreateNetwork(Classes ?? DatasetCatalog.Find(
        Dataset ?? throw new LanewiseException($"the run of {Model} stopped before its data were there, so nothing was trained; train anew.")).Classes.Count);

    /// <summary>The network that is trained.</summary>
    /// <param name="classes">Its classes, unless the run has a number of its own.</param>
    /// <exception cref="UsageException">The model has no auxiliary classifiers, and they were asked for.</exception>
    public Network CreateNetwork(int classes)
    {
        var network = Input.CreateNetwork(Model, new ModelOptions { Classes = Classes ?? classes, AuxiliaryClassifiers = TrainsAuxiliary });
        return AuxiliaryClassifiers is true && network.AuxiliaryOutputs.Count == 0
            ? throw new UsageException($"--aux: {Model} has no auxiliary classifiers; leave --aux out.")
            : network;
    }

    /// <summary>The library's options.</summary>
    public TrainingOptions ToTrainingOptions(Network network, Preprocessing preprocessing) => new()
    {
        Epochs = Epochs,
        BatchSize = BatchSize,
        Optimizer = Recipe.ToOptimizer(),
        Schedule = Recipe.ToSchedule(),
        IsTrainable = Freeze ? FineTuning.HeadOnly(network) : null,
        Seed = Seed,
        Threads = Threads,
        // A run keeps its width, on which the last bits depend, wherever the processor has it.
        LaneWidth = Processor.LaneWidths.Contains(LaneWidth) ? LaneWidth : 0,
        Algorithm = Algorithm,
        Preprocessing = preprocessing,
        Augmentation = Augmentations.Find(Augmentation ?? Augmentations.Names[0]),
    };

    public void Save(string path)
    {
        byte[] document = JsonOutput.Indented(Write);
        AtomicFile.Write(path, stream => stream.Write(document));
    }

    /// <exception cref="LanewiseException">The file cannot be read or is not what <c>train</c> wrote.</exception>
    public static RunArguments Load(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new LanewiseException($"{path}: these are not a run's arguments ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}); train anew.", e);
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
        json.WriteString("on_corrupt", Word.Of(OnCorrupt));
        Input.Write(json);
        json.WriteString("aug", Augmentation);
        json.WriteNumber("train_images", TrainImages);
        json.WriteNumber("test_images", TestImages);
        json.WriteNumber("epochs", Epochs);
        json.WriteNumber("batch_size", BatchSize);
        Recipe.Write(json);
        json.WriteString("weights", Weights);
        WriteNumber(json, "classes", Classes);
        json.WriteBoolean("freeze", Freeze);
        if (AuxiliaryClassifiers is { } auxiliary)
        {
            json.WriteBoolean("aux", auxiliary);
        }

        json.WriteNumber("seed", Seed);
        json.WriteNumber("threads", Threads);
        json.WriteString("algorithm", Word.Of(Algorithm));
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
        Model = json.GetProperty("model").GetString() ?? throw new FormatException("no model is named"),
        Dataset = json.GetProperty("dataset").GetString(),
        DataSource = json.GetProperty("data_source").GetString(),
        DataDir = json.GetProperty("data_dir").GetString(),
        // Runs of the first version did not note these.
        OnCorrupt = json.ReadOnCorrupt(),
        Input = InputSettings.Read(json),
        Augmentation = json.TryGetProperty("aug", out var augmentation) ? augmentation.GetString() : null,
        TrainImages = json.GetProperty("train_images").GetInt32(),
        TestImages = json.GetProperty("test_images").GetInt32(),
        Epochs = Limited("epochs", json, Options.MaxEpochs),
        BatchSize = Limited("batch_size", json, Options.LargestBatch),
        Recipe = RunRecipe.Read(json),
        // What follows, runs of the first versions do not have.
        Weights = json.Find("weights")?.GetString(),
        Classes = ReadClasses(json.Find("classes")?.GetInt32()),
        Freeze = json.Find("freeze")?.GetBoolean() ?? false,
        AuxiliaryClassifiers = json.Find("aux")?.GetBoolean(),
        Seed = json.GetProperty("seed").GetInt32(),
        Threads = Limited("threads", json, Options.MaxThreads),
        Algorithm = json.Find("algorithm") is { } algorithm ? ReadAlgorithm(algorithm.GetString()) : default,
        TensorBoard = json.Find("tensorboard")?.GetBoolean() ?? false,
        LimitTrain = json.Find("limit_train")?.GetInt32(),
        LimitTest = json.Find("limit_test")?.GetInt32(),
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

    private static int Limited(string name, JsonElement json, int most) =>
        json.GetProperty(name).GetInt32() is var value && value >= 1 && value <= most ? value : throw new FormatException($"{name} is {value}");

    private static Conv2dAlgorithm ReadAlgorithm(string? word) =>
        Word.Find<Conv2dAlgorithm>(word ?? "") ?? throw new FormatException($"there is no algorithm '{word}'");

    private static int? ReadClasses(int? classes) =>
        classes is null or (>= 1 and <= MaxClasses) ? classes : throw new FormatException($"{classes} classes");
}
