using System.Text.Json;
using Lanewise.IO;

namespace Lanewise.Files;

/// <summary>Finds the weights of a run folder: its <c>args.json</c> says which set of them answers.</summary>
/// <param name="Path">The file.</param>
/// <param name="Notice">Which set was taken, where it is not the last and was not asked for; null otherwise.</param>
internal sealed record RunWeightsFile(string Path, string? Notice)
{
    /// <summary>The key of the set that answers, in <c>args.json</c>.</summary>
    public const string AnswersKey = "answers";

    /// <summary>The key of the metric that decides which epoch is the best, in <c>args.json</c>.</summary>
    public const string MonitorKey = "monitor";

    private const string ArgumentsName = "args.json";

    /// <summary>Gets the name of the file of a set.</summary>
    public static string NameOf(RunWeights set) => set switch
    {
        RunWeights.Best => "best.safetensors",
        RunWeights.Ema => "ema.safetensors",
        _ => "model.safetensors",
    };

    /// <summary>Gets the word for a set, in files and on the command line.</summary>
    public static string WordOf(RunWeights set) => set switch
    {
        RunWeights.Best => "best",
        RunWeights.Ema => "ema",
        _ => "last",
    };

    /// <summary>Finds the file of a set of weights; null if the last is wanted and the folder does not have it.</summary>
    /// <param name="path">A run folder, or a file, which is returned unchanged.</param>
    /// <param name="use">The set; null for the one that answers.</param>
    /// <exception cref="FileAccessException">
    /// The folder does not have the set, or its <c>args.json</c> does not say which of several answers.
    /// </exception>
    public static RunWeightsFile? Find(string path, RunWeights? use)
    {
        if (!Directory.Exists(path))
        {
            return use is null or RunWeights.Last ? new(path, Notice: null) : throw Refuse(
                $"{path} is not a run folder, and only such a folder has {WordOf(use.Value)} weights; name the folder, or omit the choice.",
                path);
        }

        var (answers, monitor) = use is null ? ReadArguments(path) : (use.Value, null);
        string file = FileOf(path, answers);
        if (File.Exists(file))
        {
            string by = monitor is null ? "" : $" by {monitor}";
            return new(file, use is not null || answers == RunWeights.Last ? null : answers == RunWeights.Best
                ? $"{path}: taking the weights of the best epoch{by}, {NameOf(answers)}."
                : $"{path}: taking the averaged weights, {NameOf(answers)}.");
        }

        return answers == RunWeights.Last ? null : throw Missing(path, answers, isChosen: use is not null);
    }

    private static string FileOf(string folder, RunWeights set) => System.IO.Path.Combine(folder, NameOf(set));

    private static FileAccessException Missing(string path, RunWeights set, bool isChosen)
    {
        if (!isChosen && !File.Exists(FileOf(path, RunWeights.Last)))
        {
            return Refuse($"{path}: the folder has no {NameOf(set)}; a training writes it after its first epoch.", path);
        }

        string[] others = [.. Enum.GetValues<RunWeights>().Where(other => File.Exists(FileOf(path, other))).Select(WordOf)];
        string has = others.Length == 0 ? "it has no weights yet" : $"it has: {string.Join(", ", others)}";
        string why = $"a training that {(set == RunWeights.Best ? "monitors a metric" : "averages its weights")} writes it";
        return Refuse(
            isChosen ? $"{path}: the folder has no {NameOf(set)}; {why}. Use another set; {has}."
                : $"{path}: {ArgumentsName} says that {NameOf(set)} answers, and the file is missing. Use another set; {has}.",
            path);
    }

    /// <summary>Reads which set answers, the last where a folder of an earlier version does not say so, and the monitored metric.</summary>
    private static (RunWeights Answers, string? Monitor) ReadArguments(string folder)
    {
        string file = System.IO.Path.Combine(folder, ArgumentsName);
        if (!File.Exists(file))
        {
            return (RunWeights.Last, null);
        }

        try
        {
            using var document = JsonDocument.Parse(InputFile.ReadBytes(file));
            var json = document.RootElement;
            if (!json.TryGetProperty(AnswersKey, out var word))
            {
                return (RunWeights.Last, null);
            }

            RunWeights[] known = [.. Enum.GetValues<RunWeights>().Where(set => word.ValueEquals(WordOf(set)))];
            return known.Length == 0 ? throw new FormatException()
                : (known[0], json.TryGetProperty(MonitorKey, out var monitor) ? monitor.GetString() : null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or FileAccessException)
        {
            // A folder with one set of weights leaves no doubt.
            return !File.Exists(FileOf(folder, RunWeights.Best)) && !File.Exists(FileOf(folder, RunWeights.Ema)) ? (RunWeights.Last, null)
                : throw Refuse($"{file} does not say which weights of the folder answer; name the set to use, or a file.", file, e);
        }
    }

    private static FileAccessException Refuse(string message, string path, Exception? inner = null) =>
        new(message, path, FileAccess.Read, inner);
}
