using System.Text.Json;
using Lanewise.Data;
using Lanewise.Files;
using Lanewise.Kernels;
using Lanewise.Training;

namespace Lanewise.Cli.Runs;

/// <summary>Everything needed to repeat a run: the content of <c>args.json</c>.</summary>
internal sealed record RunArguments
{
    private const string Refuse = "refuse", Skip = "skip";

    public required string Model { get; init; }

    /// <summary>The dataset's name; null until the default has been resolved.</summary>
    public string? Dataset { get; init; }

    public string? DataDir { get; init; }

    /// <summary>Where the pictures came from, for a person to read.</summary>
    public string? DataSource { get; init; }

    /// <summary>The number of the dataset's classes; 0 in the arguments of a run that did not note it.</summary>
    public int Classes { get; init; }

    public BadPicture OnBadPicture { get; init; }

    public InputSettings Input { get; init; } = new();

    /// <summary>The augmentation's name; null until the dataset's has been resolved.</summary>
    public string? Augmentation { get; init; }

    public int TrainImages { get; init; }

    public int TestImages { get; init; }

    public int Epochs { get; init; } = 10;

    public int BatchSize { get; init; } = 64;

    public string Optimizer { get; init; } = "sgd";

    public float LearningRate { get; init; } = 0.01f;

    public float Momentum { get; init; } = 0.5f;

    public float WeightDecay { get; init; }

    public bool Nesterov { get; init; }

    public int Seed { get; init; } = 1;

    public int Threads { get; init; } = Environment.ProcessorCount;

    public int? LimitTrain { get; init; }

    public int? LimitTest { get; init; }

    public int LaneWidth { get; init; } = KernelSet.Widths[0];

    public string Version { get; init; } = CommandLine.Version;

    public string Command { get; init; } = CommandLine.Text;

    /// <summary>The library's options.</summary>
    public TrainingOptions ToTrainingOptions(Preprocessing preprocessing) => new()
    {
        Epochs = Epochs,
        BatchSize = BatchSize,
        Optimizer = new Sgd(LearningRate, Momentum, WeightDecay, Nesterov),
        Seed = Seed,
        Threads = Threads,
        // A run keeps its width, on which the last bits depend, wherever the processor has it.
        LaneWidth = KernelSet.Widths.Contains(LaneWidth) ? LaneWidth : 0,
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
        json.WriteNumber("classes", Classes);
        json.WriteString("on_bad_picture", OnBadPicture == BadPicture.Skip ? Skip : Refuse);
        Input.Write(json);
        json.WriteString("aug", Augmentation);
        json.WriteNumber("train_images", TrainImages);
        json.WriteNumber("test_images", TestImages);
        json.WriteNumber("epochs", Epochs);
        json.WriteNumber("batch_size", BatchSize);
        json.WriteString("opt", Optimizer);
        json.WriteNumber("lr", LearningRate);
        json.WriteNumber("momentum", Momentum);
        json.WriteNumber("weight_decay", WeightDecay);
        json.WriteBoolean("nesterov", Nesterov);
        json.WriteNumber("seed", Seed);
        json.WriteNumber("threads", Threads);
        WriteLimit(json, "limit_train", LimitTrain);
        WriteLimit(json, "limit_test", LimitTest);
        json.WriteNumber("lane_width", LaneWidth);
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
        Classes = json.TryGetProperty("classes", out var classes) ? classes.GetInt32() : 0,
        OnBadPicture = json.TryGetProperty("on_bad_picture", out var bad) && bad.GetString() == Skip ? BadPicture.Skip : BadPicture.Refuse,
        Input = InputSettings.Read(json),
        Augmentation = json.TryGetProperty("aug", out var augmentation) ? augmentation.GetString() : null,
        TrainImages = json.GetProperty("train_images").GetInt32(),
        TestImages = json.GetProperty("test_images").GetInt32(),
        Epochs = json.GetProperty("epochs").GetInt32(),
        BatchSize = json.GetProperty("batch_size").GetInt32(),
        Optimizer = json.GetProperty("opt").GetString() ?? "",
        LearningRate = json.GetProperty("lr").GetSingle(),
        Momentum = json.GetProperty("momentum").GetSingle(),
        WeightDecay = json.GetProperty("weight_decay").GetSingle(),
        Nesterov = json.GetProperty("nesterov").GetBoolean(),
        Seed = json.GetProperty("seed").GetInt32(),
        Threads = json.GetProperty("threads").GetInt32(),
        LimitTrain = ReadLimit(json.GetProperty("limit_train")),
        LimitTest = ReadLimit(json.GetProperty("limit_test")),
        LaneWidth = json.GetProperty("lane_width").GetInt32(),
    };

    private static void WriteLimit(Utf8JsonWriter json, string name, int? limit)
    {
        if (limit is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static int? ReadLimit(JsonElement json) => json.ValueKind == JsonValueKind.Null ? null : json.GetInt32();
}
