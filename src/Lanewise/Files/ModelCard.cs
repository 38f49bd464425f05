using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lanewise.Files;

/// <summary>
/// Describes the model in a weights file, so that an image can be classified from the file alone. The card is stored in the
/// file's metadata under keys that begin with <c>lanewise.</c>; lists are JSON arrays.
/// </summary>
/// <param name="Model">The name in the model catalog, for example <c>inception</c>.</param>
/// <param name="Classes">The class names in the order of the logits.</param>
/// <param name="Transform">How an image is preprocessed for the network.</param>
/// <param name="Dataset">The dataset the model was trained on, for example <c>mnist</c>; null if unknown.</param>
public sealed record ModelCard(string Model, IReadOnlyList<string> Classes, ImageTransform Transform, string? Dataset = null)
{
    /// <summary>The format version that this library writes, and the newest that it reads.</summary>
    public const int Version = 1;

    private const string Prefix = "lanewise.";
    private const int MaxSide = 1 << 16;

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private delegate T Element<T>(ref Utf8JsonReader reader);

    /// <summary>Converts the card to the metadata of a safetensors file.</summary>
    public Dictionary<string, string> ToMetadata()
    {
        var input = Transform.Input;
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Prefix + "version"] = Version.ToString(CultureInfo.InvariantCulture),
            [Prefix + "model"] = Model,
            [Prefix + "classes"] = WriteArray(Classes, (writer, name) => writer.WriteStringValue(name)),
            [Prefix + "input"] = WriteArray([input.Channels, input.Height, input.Width], (writer, size) => writer.WriteNumberValue(size)),
            [Prefix + "mean"] = WriteArray(Transform.Mean, (writer, value) => writer.WriteNumberValue(value)),
            [Prefix + "std"] = WriteArray(Transform.Std, (writer, value) => writer.WriteNumberValue(value)),
            [Prefix + "crop_pct"] = Transform.CropPct.ToString("R", CultureInfo.InvariantCulture),
        };
        if (Dataset is not null)
        {
            metadata[Prefix + "dataset"] = Dataset;
        }
        return metadata;
    }

    /// <summary>Reads the card from a file's metadata; returns null if there is none, as in files from other tools.</summary>
    /// <param name="metadata">The file's metadata.</param>
    /// <param name="file">The file's name in messages.</param>
    /// <exception cref="ModelFormatException">The card is of a newer version, incomplete or malformed.</exception>
    public static ModelCard? FromMetadata(IReadOnlyDictionary<string, string> metadata, string file)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        if (!metadata.Keys.Any(key => key.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            return null;
        }
        string version = Text(metadata, "version", file);
        if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number is < 1 or > Version)
        {
            throw new ModelFormatException(
                $"{file}: the metadata's {Prefix}version is \"{version}\", and this version of Lanewise reads up to "
                    + $"{Version}. Use a newer one.",
                ModelFormatError.Unsupported, file);
        }

        var classes = ReadArray(metadata, "classes", file, (ref reader) => reader.GetString() ?? throw new FormatException());
        if (classes.Length == 0)
        {
            throw Refuse(file, "classes", "is empty");
        }
        var transform = ReadPreprocessing(metadata, file);
        return new ModelCard(Text(metadata, "model", file), classes, transform, metadata.GetValueOrDefault(Prefix + "dataset"));
    }

    private static ImageTransform ReadPreprocessing(IReadOnlyDictionary<string, string> metadata, string file)
    {
        int[] input = ReadArray(metadata, "input", file, (ref reader) => reader.GetInt32());
        if (input.Length != 3 || input.Any(size => size is < 1 or > MaxSide) || (long)input[0] * input[1] * input[2] > int.MaxValue)
        {
            throw Refuse(file, "input", "is not [channels, height, width]");
        }
        float[] mean = ReadArray(metadata, "mean", file, (ref reader) => reader.GetSingle());
        float[] std = ReadArray(metadata, "std", file, (ref reader) => reader.GetSingle());
        if (mean.Length != input[0] || !mean.All(float.IsFinite))
        {
            throw Refuse(file, "mean", "is not one number per channel");
        }
        if (std.Length != input[0] || !std.All(value => float.IsFinite(value) && value > 0))
        {
            throw Refuse(file, "std", "is not one positive number per channel");
        }
        // Files of the first networks, whose images are not cropped, lack this key.
        float crop = 1;
        if (metadata.TryGetValue(Prefix + "crop_pct", out string? text)
            && !(float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out crop)
                && crop is >= ImageTransform.MinCropPct and <= 1))
        {
            throw Refuse(file, "crop_pct", $"is not a number from {ImageTransform.MinCropPct} to 1");
        }
        return new ImageTransform(new Shape(input[0], input[1], input[2]), mean, std) { CropPct = crop };
    }

    private static string Text(IReadOnlyDictionary<string, string> metadata, string key, string file) =>
        metadata.TryGetValue(Prefix + key, out string? text) && text.Length > 0 ? text : throw Refuse(file, key, "is missing");

    private static string WriteArray<T>(IEnumerable<T> values, Action<Utf8JsonWriter, T> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Json))
        {
            writer.WriteStartArray();
            foreach (var value in values)
            {
                write(writer, value);
            }
            writer.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static T[] ReadArray<T>(IReadOnlyDictionary<string, string> metadata, string key, string file, Element<T> read)
    {
        string text = Text(metadata, key, file);
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            var values = new List<T>();
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                throw new FormatException();
            }
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                values.Add(read(ref reader));
            }
            reader.Read();
            return [.. values];
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw Refuse(file, key, "is not a JSON array of the expected type", e);
        }
    }

    private static ModelFormatException Refuse(string file, string key, string what, Exception? inner = null) => new(
        $"{file}: the metadata's {Prefix}{key} {what}. Save the model again, or remove the {Prefix}* metadata.",
        ModelFormatError.Damaged, file, inner);
}
