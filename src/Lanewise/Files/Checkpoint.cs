using System.Collections.Immutable;
using System.Globalization;
using Lanewise.IO;

namespace Lanewise.Files;

/// <summary>
/// Saves and loads a trainer's state as one safetensors file: the weights under their own names, the optimizer's state under its names
/// (<see cref="TrainerState"/>), such as <c>velocity.</c>, plus the parameter names, their average under <c>ema.</c> plus their names, and
/// the position in the metadata.
/// Training resumed from a checkpoint is bitwise identical to uninterrupted training.
/// </summary>
public static class Checkpoint
{
    private const string Prefix = "lanewise.position.";
    private const string Updates = "updates";
    private const string ValLosses = "val_losses";
    private const string Average = "ema";

    private static readonly IReadOnlyList<string> SgdState = new Sgd(1).StateNames;

    private static readonly string[] StateNames =
        [.. SgdState, .. new AdamW().StateNames, .. new RMSprop().StateNames, .. new Muon().StateNames, Average];

    /// <summary>Writes the state atomically.</summary>
    /// <exception cref="FileAccessException">The file cannot be written.</exception>
    public static void Save(string path, TrainerState state) => Save(path, state, notes: null);

    /// <summary>Writes the state with further metadata, whose keys are not those of a position.</summary>
    /// <inheritdoc cref="Save(string, TrainerState)" path="/exception"/>
    internal static void Save(string path, TrainerState state, IReadOnlyDictionary<string, string>? notes)
    {
        var p = state.Position;
        var metadata = new Dictionary<string, string>(notes ?? ImmutableDictionary<string, string>.Empty, StringComparer.Ordinal)
        {
            [Prefix + "epoch"] = p.Epoch.ToString(CultureInfo.InvariantCulture),
            [Prefix + "step"] = p.Step.ToString(CultureInfo.InvariantCulture),
            [Prefix + "loss_sum"] = p.LossSum.ToString("R", CultureInfo.InvariantCulture),
            [Prefix + "correct"] = p.Correct.ToString(CultureInfo.InvariantCulture),
            [Prefix + "seconds"] = p.Seconds.ToString("R", CultureInfo.InvariantCulture),
            [Prefix + Updates] = p.Updates.ToString(CultureInfo.InvariantCulture),
        };
        if (state.ValLosses.Count > 0)
        {
            metadata[Prefix + ValLosses] = string.Join(
                ',', state.ValLosses.Select(loss => loss.ToString("R", CultureInfo.InvariantCulture)));
        }

        var optimizer = state.Optimizer.SelectMany(s => s.Value.Tensors.Select(t => t with { Name = $"{s.Key}.{t.Name}" }));
        var average = (state.Average?.Tensors ?? []).Select(t => t with { Name = $"{Average}.{t.Name}" });
        Safetensors.Write(path, [.. state.Weights.Tensors, .. optimizer, .. average], metadata);
    }

    /// <summary>Reads a state of <paramref name="network"/>.</summary>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ModelFormatException">The file is damaged, not a checkpoint, or belongs to another network.</exception>
    public static TrainerState Load(string path, Network network) => Load(path, network, out _);

    /// <summary>Reads a state and the metadata that was written with it.</summary>
    /// <inheritdoc cref="Load(string, Network)" path="/exception"/>
    internal static TrainerState Load(string path, Network network, out IReadOnlyDictionary<string, string> metadata)
    {
        var file = Safetensors.Read(path);
        metadata = file.Metadata;
        var own = network.Parameters.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        var groups = file.Tensors.ToLookup(t => own.Contains(t.Name) ? "" : StateNameOf(t.Name) ?? "", StringComparer.Ordinal);
        var states = groups.Where(group => group.Key.Length > 0).ToDictionary(
            group => group.Key,
            group => new Weights(group.Select(t => t with { Name = t.Name[(group.Key.Length + 1)..] })),
            StringComparer.Ordinal);
        var optimizer = states.Where(s => s.Key != Average).ToDictionary(StringComparer.Ordinal);
        FiniteValues.Require(file.Tensors, path);
        // Checkpoints of early versions do not count updates; they all come from SGD, which does not use the count.
        bool uncounted = optimizer.Keys.All(SgdState.Contains) && !file.Metadata.ContainsKey(Prefix + Updates);
        var position = Position(file.Metadata, path, uncounted);
        return new(Weights.Match(network, groups[""], path), optimizer, position)
        {
            Average = states.TryGetValue(Average, out var average) ? Weights.Match(network, average.Tensors, path) : null,
            ValLosses = Losses(file.Metadata, path),
        };
    }

    /// <summary>Reads the position of a checkpoint, and no tensor.</summary>
    /// <inheritdoc cref="Load(string, Network)" path="/exception"/>
    internal static TrainingPosition ReadPosition(string path) => InputFile.Read(path, (stream, file) =>
    {
        var metadata = SafetensorsHeader.Read(stream, file).Metadata;
        return Position(metadata, path, uncounted: !metadata.ContainsKey(Prefix + Updates));
    });

    /// <summary>Refuses a checkpoint where a model is expected.</summary>
    /// <exception cref="ModelFormatException">The metadata is that of a checkpoint.</exception>
    internal static void ThrowIfCheckpoint(IReadOnlyDictionary<string, string> metadata, string file)
    {
        if (metadata.Keys.Any(key => key.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            throw new ModelFormatException(
                $"{file}: this is a training checkpoint, which has the optimizer's state but no description of the model; use the "
                    + "model.safetensors that training writes beside it.",
                ModelFormatError.IsCheckpoint, file);
        }
    }

    /// <summary>Returns the optimizer state to which a tensor belongs; null for a parameter of the network.</summary>
    private static string? StateNameOf(string tensor) =>
        StateNames.FirstOrDefault(name => tensor.StartsWith(name + ".", StringComparison.Ordinal));

    private static TrainingPosition Position(IReadOnlyDictionary<string, string> metadata, string path, bool uncounted) => new(
        Number<int>(metadata, path, "epoch"),
        Number<int>(metadata, path, "step"),
        Number<double>(metadata, path, "loss_sum"),
        Number<int>(metadata, path, "correct"),
        Number<double>(metadata, path, "seconds"),
        uncounted ? 0 : Number<long>(metadata, path, Updates));

    // Checkpoints of early versions lack them.
    private static double[] Losses(IReadOnlyDictionary<string, string> metadata, string path) =>
        !metadata.TryGetValue(Prefix + ValLosses, out string? text) ? []
        : text.Split(',').Select(part => double.TryParse(part, CultureInfo.InvariantCulture, out double loss) ? loss : double.NaN)
            .ToArray() is var losses && losses.All(double.IsFinite) ? losses
        : throw Invalid(path, ValLosses);

    private static ModelFormatException Invalid(string path, string key) => new(
        $"{path}: not a training checkpoint: its metadata has no valid '{Prefix}{key}'; resume from a file that Checkpoint.Save wrote.",
        ModelFormatError.NotACheckpoint, path);

    private static T Number<T>(IReadOnlyDictionary<string, string> metadata, string path, string key)
        where T : struct, IParsable<T>, System.Numerics.INumber<T> =>
        metadata.TryGetValue(Prefix + key, out string? text)
        && T.TryParse(text, CultureInfo.InvariantCulture, out T value)
        && value >= T.Zero
            ? value
            : throw Invalid(path, key);
}
