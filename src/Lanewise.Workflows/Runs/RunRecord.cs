using System.Text.Json;
using Lanewise.Engine;
using Lanewise.Files;
using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>The content of a run's <c>args.json</c>: its settings, and the facts about its data and machine.</summary>
/// <typeparam name="T">The kind of settings.</typeparam>
/// <param name="Settings">The settings, resolved once the data was loaded.</param>
/// <param name="Facts">The facts.</param>
internal sealed record RunRecord<T>(T Settings, RunFacts Facts)
    where T : SettingsBase, new()
{
    /// <summary>Writes the file atomically.</summary>
    /// <exception cref="FileAccessException">The file cannot be written.</exception>
    public void Save(string path)
    {
        byte[] document = JsonFormat.Indented(json =>
        {
            Facts.WriteOrigin(json);
            foreach (var setting in Settings.Table)
            {
                setting.Write(json, Settings);
            }

            if (Settings.Answers is { } answers)
            {
                json.WriteString(RunWeightsFile.AnswersKey, RunWeightsFile.WordOf(answers));
            }

            Facts.Write(json);
        });
        AtomicFile.Write(path, stream => stream.Write(document));
    }

    /// <summary>Reads a file that <see cref="Save"/> wrote, also by earlier versions.</summary>
    /// <exception cref="LanewiseException">The file cannot be read or is of another kind.</exception>
    public static RunRecord<T> Load(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(InputFile.ReadBytes(path));
            var json = document.RootElement;
            var facts = RunFacts.Read(json);
            var settings = new T().With(SettingsFile.Read(json, new T().Table, path, isRun: true));
            bool isComplete = json.TryGetProperty(settings.LatestKey, out _);
            return new(isComplete ? settings : (T)settings.AsRecorded(), facts);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or SettingException or InvalidOptionException)
        {
            string reason = e.Message.ReplaceLineEndings(" ").TrimEnd('.');
            string kind = new T().Kind;
            throw new LanewiseException($"{path}: not the arguments of a {kind} ({reason}); start a new {kind}.", e);
        }
    }
}

/// <summary>What a run found out about its data and its machine.</summary>
internal sealed record RunFacts
{
    /// <summary>Gets the keys, which are no settings.</summary>
    public static readonly string[] Keys =
    [
        "version", "command", RunWeightsFile.AnswersKey, "data_source", "train_images", "test_images", "class_names", "class_weight_values",
        "left_out_images", "train_data", "test_data", "lane_width", "order_of_sums", "initial_epochs", "weights_license", "weights_origin",
        "augmentation", "environment",
    ];

    public string Version { get; init; } = ProductInfo.Version;

    /// <summary>Gets the command line, or what else started the run.</summary>
    public string Command { get; init; } = ProductInfo.CommandText;

    /// <summary>Gets a description of where the images came from; null until they are loaded.</summary>
    public string? DataSource { get; init; }

    public int TrainImages { get; init; }

    public int TestImages { get; init; }

    /// <summary>Gets the class names, which determine the labels; null until the images are loaded.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>Gets the weights of the classes in the loss, in the order of the network's outputs; null where all are equal.</summary>
    public IReadOnlyList<float>? ClassWeights { get; init; }

    /// <summary>Gets the names of the corrupt images that were left out.</summary>
    public IReadOnlyList<string> LeftOutImages { get; init; } = [];

    /// <summary>Gets the digest of the images; null until they are loaded, and for runs of versions that did not record it.</summary>
    public DataDigest? Data { get; init; }

    /// <summary>Gets the lane width of the processor that started the run, on which results do not depend.</summary>
    public int LaneWidth { get; init; } = Processor.LaneWidths[0];

    /// <summary>Gets the version of the order of sums; 1 for runs of versions that did not record it.</summary>
    public int OrderOfSums { get; init; } = SumOrder.Version;

    /// <summary>Gets the number of epochs with which the run started; null for runs of versions that did not record it.</summary>
    public int? InitialEpochs { get; init; }

    /// <summary>Gets the licence of the weights that the run started from; null if it is unknown.</summary>
    public string? License { get; init; }

    /// <summary>Gets where the weights that the run started from came from; null if it is unknown.</summary>
    public string? Origin { get; init; }

    /// <summary>Gets the augmentation of training images with all its values; null until it is known, and for older runs.</summary>
    public Augmentation? Augmentation { get; init; }

    /// <summary>Gets where and when the run started; null for runs of versions that did not record it.</summary>
    public RunEnvironment? Environment { get; init; } = RunEnvironment.Current();

    public void WriteOrigin(Utf8JsonWriter json)
    {
        json.WriteString("version", Version);
        json.WriteString("command", Command);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("data_source", DataSource);
        json.WriteNumber("train_images", TrainImages);
        json.WriteNumber("test_images", TestImages);
        if (ClassNames is not null)
        {
            json.WriteValues("class_names", ClassNames, json.WriteStringValue);
        }

        if (ClassWeights is not null)
        {
            json.WriteValues("class_weight_values", ClassWeights, json.WriteNumberValue);
        }

        json.WriteValues("left_out_images", LeftOutImages, json.WriteStringValue);
        Data?.Write(json);
        json.WriteNumber("lane_width", LaneWidth);
        json.WriteNumber("order_of_sums", OrderOfSums);
        if (InitialEpochs is { } epochs)
        {
            json.WriteNumber("initial_epochs", epochs);
        }

        if (Origin is not null)
        {
            json.WriteString("weights_license", License);
            json.WriteString("weights_origin", Origin);
        }

        if (Augmentation is not null)
        {
            json.WriteString("augmentation", Augmentation.ToString());
        }

        Environment?.Write(json);
    }

    /// <summary>Reads the facts.</summary>
    /// <exception cref="KeyNotFoundException">One is missing.</exception>
    public static RunFacts Read(JsonElement json) => new()
    {
        Version = json.GetProperty("version").GetString() ?? "",
        Command = json.GetProperty("command").GetString() ?? "",
        DataSource = json.GetProperty("data_source").GetString(),
        TrainImages = json.GetProperty("train_images").GetInt32(),
        TestImages = json.GetProperty("test_images").GetInt32(),
        ClassNames = json.TryGetProperty("class_names", out var classes) ? Names(classes) : null,
        ClassWeights = json.TryGetProperty("class_weight_values", out var weights)
            ? [.. weights.EnumerateArray().Select(weight => weight.GetSingle())] : null,
        LeftOutImages = json.TryGetProperty("left_out_images", out var leftOut) ? Names(leftOut) : [],
        Data = DataDigest.Read(json),
        LaneWidth = json.GetProperty("lane_width").GetInt32(),
        OrderOfSums = json.TryGetProperty("order_of_sums", out var order) ? order.GetInt32() : 1,
        InitialEpochs = json.TryGetProperty("initial_epochs", out var epochs) ? epochs.GetInt32() : null,
        License = json.TryGetProperty("weights_license", out var license) ? license.GetString() : null,
        Origin = json.TryGetProperty("weights_origin", out var origin) ? origin.GetString() : null,
        Augmentation = json.TryGetProperty("augmentation", out var augmentation)
            ? AugmentationText.Parse(augmentation.GetString() ?? "")
            : null,
        Environment = RunEnvironment.Read(json),
    };

    private static string[] Names(JsonElement names) => [.. names.EnumerateArray().Select(name => name.GetString() ?? "")];
}
