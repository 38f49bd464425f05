using System.Text.Json;

namespace Lanewise.Files;

/// <summary>A <see cref="Calibration"/> in a model card: a JSON object.</summary>
internal static class CalibrationMetadata
{
    /// <summary>The key, without the beginning of all keys.</summary>
    public const string Key = "calibration";

    private const string Temperature = "temperature", Threshold = "threshold", Images = "images", Probabilities = "label_probabilities";

    /// <summary>Writes a calibration.</summary>
    public static string Write(Calibration calibration) => CardValues.Write(json =>
    {
        json.WriteStartObject();
        json.WriteNumber(Temperature, calibration.Temperature);
        json.WriteNumber(Threshold, calibration.Threshold);
        json.WriteNumber(Images, calibration.Images);
        json.WriteStartArray(Probabilities);
        foreach (float probability in calibration.LabelProbabilities)
        {
            json.WriteNumberValue(probability);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>Reads the calibration; null if there is none.</summary>
    /// <exception cref="ModelFormatException">A value is missing or out of range.</exception>
    public static Calibration? Read(CardValues values)
    {
        if (values.Find(Key) is not { } text)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            var json = document.RootElement;
            return new(
                json.GetProperty(Temperature).GetDouble(),
                json.GetProperty(Threshold).GetDouble(),
                json.GetProperty(Images).GetInt32(),
                [.. json.GetProperty(Probabilities).EnumerateArray().Select(probability => probability.GetSingle())]);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException
            or InvalidOptionException)
        {
            throw values.Refuse(Key, "is malformed", e);
        }
    }
}
