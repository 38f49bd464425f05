using System.Text.Json;
using Lanewise.Analysis;
using Lanewise.Cli.Verbs;
using Lanewise.Data;
using Lanewise.Engine;
using Lanewise.IO;
using Lanewise.Training;

namespace Lanewise.Cli.Runs;

/// <summary>Everything needed to repeat a depth study: the content of its <c>args.json</c>.</summary>
internal sealed record DepthArguments
{
    public required IReadOnlyList<int> Depths { get; init; }

    public required IReadOnlyList<DepthFamily> Families { get; init; }

    public required IReadOnlyList<int> Seeds { get; init; }

    public bool BatchNorm { get; init; } = true;

    public WeightStart Start { get; init; }

    /// <summary>Whether the gradients at the start are all that is measured.</summary>
    public bool AtStart { get; init; }

    /// <summary>The dataset's name; null until the default has been resolved.</summary>
    public string? Dataset { get; init; }

    public string? DataDir { get; init; }

    /// <summary>Where the images came from, for a person to read.</summary>
    public string? DataSource { get; init; }

    public CorruptImagePolicy OnCorrupt { get; init; }

    public int TrainImages { get; init; }

    public int TestImages { get; init; }

    public required int LimitTrain { get; init; }

    public required int LimitTest { get; init; }

    public required int Epochs { get; init; }

    public required int BatchSize { get; init; }

    public required RunRecipe Recipe { get; init; }

    public int Threads { get; init; } = Environment.ProcessorCount;

    public int LaneWidth { get; init; } = Processor.LaneWidths[0];

    public string Version { get; init; } = CommandLine.Version;

    public string Command { get; init; } = CommandLine.Text;

    /// <summary>The library's options.</summary>
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
            Optimizer = Recipe.ToOptimizer(),
            Schedule = Recipe.ToSchedule(),
            Threads = Threads,
            // A study keeps its width, on which the last bits depend, wherever the processor has it.
            LaneWidth = Processor.LaneWidths.Contains(LaneWidth) ? LaneWidth : 0,
        },
    };

    public void Save(string path)
    {
        byte[] document = JsonOutput.Indented(Write);
        AtomicFile.Write(path, stream => stream.Write(document));
    }

    /// <exception cref="LanewiseException">The file cannot be read or is not what <c>depth</c> wrote.</exception>
    public static DepthArguments Load(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or LanewiseException)
        {
            throw new LanewiseException($"{path}: these are not the arguments of 'lanewise depth' ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}); name a folder that it wrote, or begin anew.", e);
        }
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteString("version", Version);
        json.WriteString("command", Command);
        json.WriteNumbers("depths", Depths);
        json.WriteString("families", string.Join(',', Families.Select(Word.Of)));
        json.WriteNumbers("seeds", Seeds);
        json.WriteBoolean("batch_norm", BatchNorm);
        json.WriteString("init", Word.Of(Start));
        json.WriteBoolean("at_start", AtStart);
        json.WriteString("dataset", Dataset);
        json.WriteString("data_source", DataSource);
        json.WriteString("data_dir", DataDir);
        json.WriteString("on_corrupt", Word.Of(OnCorrupt));
        json.WriteNumber("train_images", TrainImages);
        json.WriteNumber("test_images", TestImages);
        json.WriteNumber("limit_train", LimitTrain);
        json.WriteNumber("limit_test", LimitTest);
        json.WriteNumber("epochs", Epochs);
        json.WriteNumber("batch_size", BatchSize);
        Recipe.Write(json);
        json.WriteNumber("threads", Threads);
        json.WriteNumber("lane_width", LaneWidth);
    }

    private static DepthArguments Read(JsonElement json) => new()
    {
        Version = json.GetProperty("version").GetString() ?? "",
        Command = json.GetProperty("command").GetString() ?? "",
        Depths = [.. json.GetProperty("depths").EnumerateArray().Select(depth => Checked(depth.GetInt32()))],
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
        LimitTrain = Limited("limit_train", json, int.MaxValue),
        LimitTest = Limited("limit_test", json, int.MaxValue),
        Epochs = Limited("epochs", json, Options.MaxEpochs),
        BatchSize = Limited("batch_size", json, Options.LargestBatch),
        Recipe = RunRecipe.Read(json),
        Threads = Limited("threads", json, Options.MaxThreads),
        LaneWidth = json.GetProperty("lane_width").GetInt32(),
    };

    private static int Checked(int depth)
    {
        DepthStudyOptions.CheckDepth(depth);
        return depth;
    }

    private static T Parse<T>(string word)
        where T : struct, Enum => Word.Find<T>(word) ?? throw new FormatException($"'{word}' is none of {string.Join(", ", Word.All<T>())}");

    private static int Limited(string name, JsonElement json, int most) =>
        json.GetProperty(name).GetInt32() is var value && value >= 1 && value <= most ? value : throw new FormatException($"{name} is {value}");
}
