using System.Text.Json;
using Lanewise.Data;
using Lanewise.Graphs;
using Lanewise.Models;

namespace Lanewise.Cli.Runs;

/// <summary>What the user wants otherwise than the model's preprocessing has it; null where nothing was said.</summary>
internal sealed record InputSettings
{
    public int? ImageSize { get; init; }

    public float? CropPct { get; init; }

    public IReadOnlyList<float>? Mean { get; init; }

    public IReadOnlyList<float>? Std { get; init; }

    /// <summary>The network at the image size that was asked for, or the model's own.</summary>
    /// <exception cref="LanewiseException">The size is too small for the model.</exception>
    public Network CreateNetwork(string model, ModelOptions options)
    {
        var entry = ModelCatalog.Find(model);
        Shape? input = ImageSize is { } side ? new Shape(entry.Preprocessing.Input.Channels, side, side) : null;
        try
        {
            return entry.Create(options with { Input = input });
        }
        catch (LanewiseException e) when (input is not null)
        {
            throw new LanewiseException($"--img-size {ImageSize}: {entry.Name}, made for {entry.Preprocessing.Input.Height}, cannot take it; choose a larger one. {e.Message}", e);
        }
    }

    /// <summary>The preprocessing with the user's changes, for <paramref name="network"/>.</summary>
    /// <exception cref="LanewiseException">There are as many numbers as neither one nor the network's channels.</exception>
    public Preprocessing Apply(Preprocessing preprocessing, Network network)
    {
        preprocessing = preprocessing.For(network.Input);
        return preprocessing with
        {
            CropPct = CropPct ?? preprocessing.CropPct,
            Mean = Channels("--mean", Mean, network) ?? preprocessing.Mean,
            Std = Channels("--std", Std, network) ?? preprocessing.Std,
        };
    }

    /// <summary>These, and what <paramref name="preprocessing"/> has where the user said nothing: to keep what weights expect.</summary>
    public InputSettings OrThoseOf(Preprocessing preprocessing) =>
        this with { CropPct = CropPct ?? preprocessing.CropPct, Mean = Mean ?? preprocessing.Mean, Std = Std ?? preprocessing.Std };

    /// <summary>Whether nothing in <paramref name="given"/> contradicts these.</summary>
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

    /// <summary>Reads what <see cref="Write"/> wrote; nothing from the arguments of a run that knew no such settings.</summary>
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
            : throw new LanewiseException($"{option}: {values.Count} numbers, but {network.Name} takes {channels} channel{(channels == 1 ? "" : "s")}; give one number, or one a channel.");
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
