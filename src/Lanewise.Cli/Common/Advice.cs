namespace Lanewise.Cli.Common;

/// <summary>Completes the library's errors, which state facts, with the options and commands that help.</summary>
internal static class Advice
{
    /// <summary>The options by the library's property that they set.</summary>
    private static readonly Dictionary<string, string> Options = new(StringComparer.Ordinal)
    {
        ["Algorithm"] = "--algorithm",
        ["Milestones"] = "--milestones",
        ["BatchSize"] = "--batch-size",
        ["StepSize"] = "--decay-epochs",
        ["Epochs"] = "--epochs",
        ["Gamma"] = "--decay-rate",
        ["LaneWidth"] = "--lanes",
        ["LearningRate"] = "--lr",
        ["EtaMin"] = "--min-lr",
        ["Momentum"] = "--momentum",
        ["Threads"] = "--threads",
        ["WarmupEpochs"] = "--warmup-epochs",
        ["WarmupRate"] = "--warmup-lr",
        ["WeightDecay"] = "--weight-decay",
    };

    /// <summary>Returns the error's message, with advice for the command line where there is some.</summary>
    public static string Explain(Exception e) => For(e) is { } advice ? $"{e.Message} {advice}" : e.Message;

    /// <summary>Returns which dataset was used if none was named, with advice; null if there is nothing to say.</summary>
    public static string? NoticeOf(DatasetSplits splits) =>
        splits.Notice is { } notice && splits.Name == "digits" ? $"{notice} 'lanewise data fetch mnist' downloads MNIST." : splits.Notice;

    private static string? For(Exception? e) => e switch
    {
        DatasetException dataset => For(dataset),
        InvalidOptionException invalid when Options.TryGetValue(invalid.Option, out string? option) => $"The option is {option}.",
        ModelFormatException { Error: ModelFormatError.ModelNotNamed } =>
            $"Name it with --model ({string.Join(", ", ModelCatalog.All.Select(m => m.Name))}).",
        ModelFormatException { Error: ModelFormatError.NotACheckpoint } => "Resume from a run folder that 'lanewise train' wrote.",
        // A verb's own words around a library error.
        _ when e?.GetType() == typeof(LanewiseException) => For(e.InnerException),
        _ => null,
    };

    private static string? For(DatasetException e) => e.Error switch
    {
        DatasetError.RootNotFound => "Choose another folder with --data-dir, or leave it out.",
        DatasetError.DownloadFailed when e.InnerException is not null => "Choose another folder with --data-dir.",
        DatasetError.NotFound when CanDownload(e) => $"'{FetchCommand(e)}' downloads it.",
        DatasetError.Damaged when CanDownload(e) => $"'{FetchCommand(e)}' replaces it.",
        _ => null,
    };

    private static bool CanDownload(DatasetException e) =>
        DatasetCatalog.All.Any(entry => entry.Name == e.Dataset && entry.Mirrors.Count > 0);

    private static string FetchCommand(DatasetException e) =>
        $"lanewise data fetch {e.Dataset}{(e.Root is { } root ? $" --data-dir {Shell.Quote(root)}" : "")}";
}
