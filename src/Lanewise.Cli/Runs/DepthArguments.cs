using System.Text.Json;
using Lanewise.Analysis;
using Lanewise.Cli.Common;
using Lanewise.Engine;
using Lanewise.IO;

namespace Lanewise.Cli.Runs;

/// <summary>The arguments of a depth study, as stored in its <c>args.json</c>.</summary>
internal sealed record DepthArguments
{
    public required IReadOnlyList<int> Depths { get; init; }

    public required IReadOnlyList<DepthFamily> Families { get; init; }

    public required IReadOnlyList<int> Seeds { get; init; }

    public bool BatchNorm { get; init; } = true;

    public WeightStart Start { get; init; }

    /// <summary>Gets whether only the gradients of the initial weights are measured.</summary>
    public bool AtStart { get; init; }

    /// <summary>Gets the name of the dataset; null until the default is resolved.</summary>
    public string? Dataset { get; init; }

    public string? DataDir { get; init; }

    /// <summary>Gets a description of where the images came from.</summary>
    public string? DataSource { get; init; }

    public CorruptImagePolicy OnCorrupt { get; init; }

    public int TrainImages { get; init; }

    public int TestImages { get; init; }

    public required int LimitTrain { get; init; }

    public required int LimitTest { get; init; }

    public required int Epochs { get; init; }

    public required int BatchSize { get; init; }

    public required OptimizationSettings Optimization { get; init; }

    public int Threads { get; init; } = Environment.ProcessorCount;

    public int LaneWidth { get; init; } = Processor.LaneWidths[0];

    public string Version { get; init; } = ProgramInfo.Version;

    public string Command { get; init; } = ProgramInfo.CommandText;

    /// <summary>Converts the arguments to options of the library.</summary>
    public DepthStudyOptions ToOptions() => new()
    {
        Depths = Depths,
        Families = Families,
        Seeds = Seeds,
        BatchNorm = BatchNorm,
        Start = Start,
        Training = new TrainingOptions
        {
            Epochs = Epochs,
            BatchSize = BatchSize,
            Optimizer = Optimization.ToOptimizer(),
            Schedule = Optimization.ToSchedule(),
            Threads = Threads,
            // The last bits of the results depend on the lane width, so a resumed study keeps its own if the processor supports it.
            LaneWidth = Processor.LaneWidths.Contains(LaneWidth) ? LaneWidth : 0,
        },
    };

    public void Save(string path)
    {
        byte[] document = JsonOutput.Indented(Write);
        AtomicFile.Write(path, stream => stream.Write(document));
    }

    /// <summary>Reads a file that <see cref="Save"/> wrote.</summary>
    /// <exception cref="LanewiseException">The file cannot be read or was not written by <c>depth</c>.</exception>
    public static DepthArguments Load(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or LanewiseException)
        {
            string reason = e.Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new LanewiseException(
                $"{path}: not the arguments of 'lanewise depth' ({reason}); specify a folder written by it, or start a new study.", e);
        }
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteString("version", Version);
        json.WriteString("command", Command);
        json.WriteNumbers("depths", Depths);
        json.WriteString("families", string.Join(',', Families.Select(EnumNames.Of)));
        json.WriteNumbers("seeds", Seeds);
        json.WriteBoolean("batch_norm", BatchNorm);
        json.WriteString("init", EnumNames.Of(Start));
        json.WriteBoolean("at_start", AtStart);
        json.WriteString("dataset", Dataset);
        json.WriteString("data_source", DataSource);
        json.WriteString("data_dir", DataDir);
        json.WriteString("on_corrupt", EnumNames.Of(OnCorrupt));
        json.WriteNumber("train_images", TrainImages);
        json.WriteNumber("test_images", TestImages);
        json.WriteNumber("limit_train", LimitTrain);
        json.WriteNumber("limit_test", LimitTest);
        json.WriteNumber("epochs", Epochs);
        json.WriteNumber("batch_size", BatchSize);
        Optimization.Write(json);
        json.WriteNumber("threads", Threads);
        json.WriteNumber("lane_width", LaneWidth);
    }

    private static DepthArguments Read(JsonElement json) => new()
    {
        Version = json.GetProperty("version").GetString() ?? "",
        Command = json.GetProperty("command").GetString() ?? "",
        Depths = [.. json.GetProperty("depths").EnumerateArray().Select(depth => CheckDepth(depth.GetInt32()))],
        Families = [.. (json.GetProperty("families").GetString() ?? "").Split(',').Select(Parse<DepthFamily>)],
        Seeds = [.. json.GetProperty("seeds").EnumerateArray().Select(seed => seed.GetInt32())],
        BatchNorm = json.GetProperty("batch_norm").GetBoolean(),
        Start = Parse<WeightStart>(json.GetProperty("init").GetString() ?? ""),
        AtStart = json.GetProperty("at_start").GetBoolean(),
        Dataset = json.GetProperty("dataset").GetString(),
        DataSource = json.GetProperty("data_source").GetString(),
        DataDir = json.GetProperty("data_dir").GetString(),
        OnCorrupt = json.ReadOnCorrupt(),
        TrainImages = json.GetProperty("train_images").GetInt32(),
        TestImages = json.GetProperty("test_images").GetInt32(),
        LimitTrain = json.ReadPositive("limit_train", int.MaxValue),
        LimitTest = json.ReadPositive("limit_test", int.MaxValue),
        Epochs = json.ReadPositive("epochs", SettingLimits.MaxEpochs),
        BatchSize = json.ReadPositive("batch_size", SettingLimits.MaxBatchSize),
        Optimization = OptimizationSettings.Read(json),
        Threads = json.ReadPositive("threads", SettingLimits.MaxThreads),
        LaneWidth = json.GetProperty("lane_width").GetInt32(),
    };

    private static int CheckDepth(int depth)
    {
        DepthStudyOptions.CheckDepth(depth);
        return depth;
    }

    private static T Parse<T>(string name)
        where T : struct, Enum =>
        EnumNames.Find<T>(name) ?? throw new FormatException($"'{name}' is not one of {string.Join(", ", EnumNames.All<T>())}");
}
