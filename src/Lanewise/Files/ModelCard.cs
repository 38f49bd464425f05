using System.Globalization;

namespace Lanewise.Files;

/// <summary>
/// Describes the model in a weights file, so that an image can be classified from the file alone. The card is stored in the
/// file's metadata under keys that begin with <c>lanewise.</c>; lists are JSON arrays.
/// </summary>
public sealed record ModelCard
{
    /// <summary>The format version that this library writes, and the newest that it reads.</summary>
    public const int Version = 1;

    private const string Raw = "raw";

    /// <summary>Describes a model.</summary>
    /// <param name="model">The name in the model catalog, for example <c>inception</c>, or that of a network of one's own.</param>
    /// <param name="classes">The class names in the order of the logits; empty for a body, whose outputs are features.</param>
    /// <param name="transform">How an image is prepared for the network; null if arrays of values enter it unchanged.</param>
    /// <param name="dataset">The dataset the model was trained on, for example <c>mnist</c>; null if unknown.</param>
    /// <param name="network">The network, which is stored unless the catalog builds the same one from the name; null to omit it.</param>
    /// <exception cref="ArgumentException">Neither the transform nor the network says what the input is.</exception>
    public ModelCard(
        string model, IReadOnlyList<string> classes, ImageTransform? transform, string? dataset = null, Network? network = null)
    {
        Input = transform?.Input ?? network?.Input ?? throw new ArgumentException(
            "Without a transform, the network is needed: it says what the input is.", nameof(network));
        (Model, Classes, Transform, Dataset, Network) = (model, classes, transform, dataset, network);
    }

    private ModelCard(string model, IReadOnlyList<string> classes, Shape input) => (Model, Classes, Input) = (model, classes, input);

    /// <summary>The name in the model catalog, for example <c>inception</c>, or that of a network of one's own.</summary>
    public string Model { get; init; }

    /// <summary>The class names in the order of the logits; empty for a body, whose outputs are features.</summary>
    public IReadOnlyList<string> Classes { get; init; }

    /// <summary>Whether the outputs are logits of classes; otherwise they are features.</summary>
    internal bool HasClassifier => Classes.Count > 0;

    /// <summary>(C, H, W) of the network's input.</summary>
    public Shape Input { get; private init; }

    /// <summary>How an image is prepared for the network; null if arrays of values enter it unchanged.</summary>
    public ImageTransform? Transform
    {
        get;
        init => (field, Input) = (value, value?.Input ?? Input);
    }

    /// <summary>The dataset the model was trained on, for example <c>mnist</c>; null if unknown.</summary>
    public string? Dataset { get; init; }

    /// <summary>
    /// The licence of the pretrained weights that the training started from, as an SPDX identifier; null if unknown or there were none.
    /// </summary>
    public string? License { get; init; }

    /// <summary>Where the pretrained weights that the training started from came from; null if there were none.</summary>
    public string? Origin { get; init; }

    /// <summary>
    /// The augmentation of training images, as <see cref="Lanewise.Augmentation.ToString"/> describes it; null if unknown. It is for
    /// people: using the model does not depend on it.
    /// </summary>
    public string? Augmentation { get; init; }

    /// <summary>The network; null where the file names one of the catalog.</summary>
    public Network? Network { get; init; }

    /// <summary>What was fitted so that probabilities can be relied on; null if nothing was.</summary>
    public Calibration? Calibration { get; init; }

    /// <summary>The name of the recipe that it was trained by; null for none.</summary>
    internal string? Recipe { get; init; }

    /// <summary>The epoch after which a training kept the weights as its best; null for others.</summary>
    internal int? Epoch { get; init; }

    /// <summary>How training and validation images were divided; null if unknown.</summary>
    internal ValidationSplit? Validation { get; init; }

    /// <summary>Converts the card to the metadata of a safetensors file.</summary>
    public Dictionary<string, string> ToMetadata()
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        Set("version", Version.ToString(CultureInfo.InvariantCulture));
        Set("model", Model);
        Set("classes", CardValues.WriteArray(Classes, (writer, name) => writer.WriteStringValue(name)));
        int[] input = [Input.Channels, Input.Height, Input.Width];
        Set("input", CardValues.WriteArray(input, (writer, size) => writer.WriteNumberValue(size)));
        if (Transform is null)
        {
            Set("values", Raw);
        }
        else
        {
            TransformMetadata.Write(Transform, Set);
        }

        foreach (var (key, value) in ((string, string?)[])
            [("dataset", Dataset), ("license", License), ("origin", Origin), ("recipe", Recipe), ("augmentation", Augmentation),
             ("epoch", Epoch?.ToString(CultureInfo.InvariantCulture))])
        {
            if (value is not null)
            {
                Set(key, value);
            }
        }

        if (Validation is not null)
        {
            ValidationMetadata.Write(Validation, Set);
        }

        if (Calibration is not null)
        {
            Set(CalibrationMetadata.Key, CalibrationMetadata.Write(Calibration));
        }

        if (Network is not null && !IsInCatalog(Network))
        {
            Set("graph", NetworkGraph.Write(Network));
        }

        return metadata;
        void Set(string key, string value) => metadata[CardValues.Prefix + key] = value;
    }

    /// <summary>Reads the card from a file's metadata; returns null if there is none, as in files from other tools.</summary>
    /// <param name="metadata">The file's metadata.</param>
    /// <param name="file">The file's name in messages.</param>
    /// <exception cref="ModelFormatException">
    /// The card is of a newer version, incomplete or malformed, or the file is a training checkpoint.
    /// </exception>
    public static ModelCard? FromMetadata(IReadOnlyDictionary<string, string> metadata, string file)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        if (!metadata.Keys.Any(key => key.StartsWith(CardValues.Prefix, StringComparison.Ordinal)))
        {
            return null;
        }

        Checkpoint.ThrowIfCheckpoint(metadata, file);
        var values = new CardValues(metadata, file);
        CheckVersion(values.Text("version"), file);
        string[] classes = values.Array("classes", (ref reader) => reader.GetString() ?? throw new FormatException());
        if (classes.Length == 0 && values.Find("graph") is null)
        {
            throw values.Refuse("classes", "is empty");
        }

        CheckNames(classes, values);
        string model = values.Text("model");
        if (VisibleText.Escape(model) is var visible && !ReferenceEquals(visible, model))
        {
            throw values.Refuse("model", $"has control characters: '{Excerpt.Of(model)}'");
        }

        var input = TransformMetadata.ReadInput(values);
        return new ModelCard(model, classes, input)
        {
            Transform = ReadTransform(values, input),
            Dataset = values.Find("dataset"),
            License = values.Find("license"),
            Origin = values.Find("origin"),
            Recipe = values.Find("recipe"),
            Augmentation = values.Find("augmentation"),
            Epoch = int.TryParse(values.Find("epoch"), NumberStyles.None, CultureInfo.InvariantCulture, out int epoch) ? epoch : null,
            Calibration = CalibrationMetadata.Read(values),
            Validation = ValidationMetadata.Read(values),
            Network = values.Find("graph") is { } graph ? NetworkGraph.Read(graph, model, file) : null,
        };
    }

    /// <summary>Checks that a class can be told by its name.</summary>
    private static void CheckNames(string[] classes, CardValues values)
    {
        var indices = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < classes.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(classes[i]))
            {
                throw values.Refuse("classes", $"has an empty name, that of class {i}");
            }

            if (!indices.TryAdd(classes[i], i))
            {
                throw values.Refuse("classes", $"has the name '{Excerpt.Of(classes[i])}' twice, for classes {indices[classes[i]]} and {i}");
            }
        }
    }

    private static ImageTransform? ReadTransform(CardValues values, Shape input) => values.Find("values") switch
    {
        null => TransformMetadata.Read(values, input),
        Raw => null,
        _ => throw values.Refuse("values", $"is not \"{Raw}\""),
    };

    private static void CheckVersion(string version, string file)
    {
        if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number is < 1 or > Version)
        {
            throw new ModelFormatException(
                $"{file}: the metadata's {CardValues.Prefix}version is \"{version}\", and this version of Lanewise reads up to "
                    + $"{Version}. Use a newer one.",
                ModelFormatError.Unsupported, file);
        }
    }

    private bool IsInCatalog(Network network)
    {
        var entry = ModelCatalog.All.FirstOrDefault(e => string.Equals(e.Name, Model, StringComparison.OrdinalIgnoreCase));
        try
        {
            var options = new ModelOptions { Classes = Classes.Count, Input = Input };
            return entry is not null && HasClassifier && NetworkGraph.Write(entry.Create(options)) == NetworkGraph.Write(network);
        }
        catch (LanewiseException)
        {
            // The catalog builds nothing for this input.
            return false;
        }
    }
}
