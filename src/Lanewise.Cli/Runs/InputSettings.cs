using System.Text.Json;

namespace Lanewise.Cli.Runs;

/// <summary>Overrides of the preprocessing of a model; null values keep that of the model.</summary>
internal sealed record InputSettings
{
    public int? ImageSize { get; init; }

    public float? CropPct { get; init; }

    public IReadOnlyList<float>? Mean { get; init; }

    public IReadOnlyList<float>? Std { get; init; }

    /// <summary>Creates a network for the given image size, or for that of the model.</summary>
    /// <exception cref="LanewiseException">The model does not support the size.</exception>
    public Network CreateNetwork(string model, ModelOptions options)
    {
        var entry = ModelCatalog.Find(model);
        Shape? input = ImageSize is { } side ? new Shape(entry.Transform.Input.Channels, side, side) : null;
        try
        {
            return entry.Create(options with { Input = input });
        }
        catch (LanewiseException e) when (input is not null)
        {
            throw new LanewiseException(
                $"--img-size {ImageSize}: {entry.Name}, designed for {entry.Transform.Input.Height}, does not support this size; "
                + $"choose a larger one. {e.Message}",
                e);
        }
    }

    /// <summary>Applies the overrides to the preprocessing of a network.</summary>
    /// <exception cref="LanewiseException">The number of means or standard deviations is neither 1 nor the number of channels.</exception>
    public ImageTransform Apply(ImageTransform transform, Network network)
    {
        transform = transform.For(network.Input);
        return transform with
        {
            CropPct = CropPct ?? transform.CropPct,
            Mean = Channels("--mean", Mean, network) ?? transform.Mean,
            Std = Channels("--std", Std, network) ?? transform.Std,
        };
    }

    /// <summary>Fills values that are null with those of <paramref name="transform"/>, which pretrained weights expect.</summary>
    public InputSettings WithDefaultsFrom(ImageTransform transform) =>
        this with { CropPct = CropPct ?? transform.CropPct, Mean = Mean ?? transform.Mean, Std = Std ?? transform.Std };

    /// <summary>Returns whether no value in <paramref name="given"/> contradicts these.</summary>
    public bool Includes(InputSettings given) => (given.ImageSize is null || given.ImageSize == ImageSize)
        && (given.CropPct is null || given.CropPct == CropPct)
        && (given.Mean is null || given.Mean.SequenceEqual(Mean ?? []))
        && (given.Std is null || given.Std.SequenceEqual(Std ?? []));

    public void Write(Utf8JsonWriter json)
    {
        WriteNumbers(json, "img_size", ImageSize is { } side ? [side] : null);
        WriteNumbers(json, "crop_pct", CropPct is { } share ? [share] : null);
        WriteNumbers(json, "mean", Mean);
        WriteNumbers(json, "std", Std);
    }

    /// <summary>Reads what <see cref="Write"/> wrote; empty for runs of versions without these settings.</summary>
    public static InputSettings Read(JsonElement json) => new()
    {
        ImageSize = ReadNumbers(json, "img_size") is [var side, ..] ? (int)side : null,
        CropPct = ReadNumbers(json, "crop_pct") is [var share, ..] ? share : null,
        Mean = ReadNumbers(json, "mean"),
        Std = ReadNumbers(json, "std"),
    };

    private static IReadOnlyList<float>? Channels(string option, IReadOnlyList<float>? values, Network network)
    {
        int channels = network.Input.Channels;
        return values is null || values.Count == channels ? values
            : values.Count == 1 ? [.. Enumerable.Repeat(values[0], channels)]
            : throw new LanewiseException(
                $"{option}: {values.Count} numbers, but {network.Name} takes {channels} channel{(channels == 1 ? "" : "s")}; "
                + "specify one number, or one per channel.");
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<float>? values)
    {
        if (values is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartArray(name);
        foreach (float value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    private static float[]? ReadNumbers(JsonElement json, string name) =>
        json.TryGetProperty(name, out var values) && values.ValueKind != JsonValueKind.Null
            ? [.. values.EnumerateArray().Select(value => value.GetSingle())]
            : null;
}
