using System.Globalization;
using Lanewise.Graphs;
using Lanewise.Training;

namespace Lanewise.Files;

/// <summary>
/// A trainer's state as one safetensors file: the weights under their names, the momentum under <c>velocity.</c> and them,
/// the position in the metadata. Training resumed from it gives the same bits as training that never stopped.
/// </summary>
public static class Checkpoint
{
    private const string Velocity = "velocity.";
    private const string Prefix = "lanewise.position.";

    /// <summary>Writes the state, whole or not at all.</summary>
    /// <exception cref="LanewiseException">It cannot be written.</exception>
    public static void Save(string path, TrainerState state)
    {
        var p = state.Position;
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Prefix + "epoch"] = p.Epoch.ToString(CultureInfo.InvariantCulture),
            [Prefix + "step"] = p.Step.ToString(CultureInfo.InvariantCulture),
            [Prefix + "loss_sum"] = p.LossSum.ToString("R", CultureInfo.InvariantCulture),
            [Prefix + "correct"] = p.Correct.ToString(CultureInfo.InvariantCulture),
            [Prefix + "seconds"] = p.Seconds.ToString("R", CultureInfo.InvariantCulture),
        };
        var velocity = state.Velocity.Tensors.Select(t => t with { Name = Velocity + t.Name });
        Safetensors.Write(path, [.. state.Weights.Tensors, .. velocity], metadata);
    }

    /// <summary>Reads a state for <paramref name="network"/>.</summary>
    /// <exception cref="LanewiseException">It cannot be read, is damaged, or belongs to another network.</exception>
    public static TrainerState Load(string path, Network network)
    {
        var file = Safetensors.Read(path);
        var groups = file.Tensors.ToLookup(t => t.Name.StartsWith(Velocity, StringComparison.Ordinal));
        var position = new TrainingPosition(
            Number<int>(file, path, "epoch"),
            Number<int>(file, path, "step"),
            Number<double>(file, path, "loss_sum"),
            Number<int>(file, path, "correct"),
            Number<double>(file, path, "seconds"));
        return new(
            Weights.Match(network, groups[false], path),
            Weights.Match(network, groups[true].Select(t => t with { Name = t.Name[Velocity.Length..] }), path),
            position);
    }

    private static T Number<T>(WeightsFile file, string path, string key)
        where T : struct, IParsable<T>, System.Numerics.INumber<T> =>
        file.Metadata.TryGetValue(Prefix + key, out string? text) && T.TryParse(text, CultureInfo.InvariantCulture, out T value) && value >= T.Zero
            ? value
            : throw new LanewiseException($"{path}: this is no training checkpoint, its metadata has no valid '{Prefix}{key}'; resume from a run folder that 'lanewise train' wrote.");
}
