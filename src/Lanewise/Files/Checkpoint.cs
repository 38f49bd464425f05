using System.Globalization;
using Lanewise.Graphs;
using Lanewise.Training;

namespace Lanewise.Files;

/// <summary>
/// A trainer's state as one safetensors file: the weights under their names, what the optimizer keeps of them under
/// <c>velocity.</c>, or <c>exp_avg.</c> and <c>exp_avg_sq.</c>, and their names, the position in the metadata. Training resumed
/// from it gives the same bits as training that never stopped.
/// </summary>
public static class Checkpoint
{
    private const string Prefix = "lanewise.position.";
    private const string Updates = "updates";

    private static readonly IReadOnlyList<string> SgdState = new Sgd(1).StateNames;

    private static readonly string[] StateNames = [.. SgdState, .. new AdamW().StateNames];

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
            [Prefix + Updates] = p.Updates.ToString(CultureInfo.InvariantCulture),
        };
        var optimizer = state.Optimizer.SelectMany(s => s.Value.Tensors.Select(t => t with { Name = $"{s.Key}.{t.Name}" }));
        Safetensors.Write(path, [.. state.Weights.Tensors, .. optimizer], metadata);
    }

    /// <summary>Reads a state for <paramref name="network"/>.</summary>
    /// <exception cref="LanewiseException">It cannot be read, is damaged, or belongs to another network.</exception>
    public static TrainerState Load(string path, Network network)
    {
        var file = Safetensors.Read(path);
        var own = network.Parameters.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        var groups = file.Tensors.ToLookup(t => own.Contains(t.Name) ? "" : StateNames.FirstOrDefault(name => t.Name.StartsWith(name + ".", StringComparison.Ordinal)) ?? "", StringComparer.Ordinal);
        var optimizer = groups.Where(group => group.Key.Length > 0).ToDictionary(
            group => group.Key, group => new Weights(group.Select(t => t with { Name = t.Name[(group.Key.Length + 1)..] })), StringComparer.Ordinal);
        // Files of old have no count of the updates; they are all of SGD, which does without.
        bool uncounted = optimizer.Keys.All(SgdState.Contains) && !file.Metadata.ContainsKey(Prefix + Updates);
        var position = new TrainingPosition(
            Number<int>(file, path, "epoch"),
            Number<int>(file, path, "step"),
            Number<double>(file, path, "loss_sum"),
            Number<int>(file, path, "correct"),
            Number<double>(file, path, "seconds"),
            uncounted ? 0 : Number<long>(file, path, Updates));
        return new(Weights.Match(network, groups[""], path), optimizer, position);
    }

    private static T Number<T>(WeightsFile file, string path, string key)
        where T : struct, IParsable<T>, System.Numerics.INumber<T> =>
        file.Metadata.TryGetValue(Prefix + key, out string? text) && T.TryParse(text, CultureInfo.InvariantCulture, out T value) && value >= T.Zero
            ? value
            : throw new LanewiseException($"{path}: this is no training checkpoint, its metadata has no valid '{Prefix}{key}'; resume from a run folder that 'lanewise train' wrote.");
}
