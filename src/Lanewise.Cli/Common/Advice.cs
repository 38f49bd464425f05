using Lanewise.Workflows;

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
    public static string Explain(Exception e)
    {
        string message = e is JobException job ? WithOptions(job.Text) : e.Message;
        return For(e) is { } advice ? $"{message} {advice}" : message;
    }

    /// <summary>Returns the text of a notice, with the command that helps where there is one.</summary>
    public static string Explain(NoticeEvent notice)
    {
        string text = WithOptions(notice.Text);
        return notice.MissingDataset is { } name ? $"{text} 'lanewise data fetch {name}' downloads {name.ToUpperInvariant()}." : text;
    }

    /// <summary>Writes the settings that a text names in braces as the options that set them.</summary>
    public static string WithOptions(string text) => SettingText.Write(text, name => name == "model" ? "MODEL" : $"--{name}");

    /// <summary>Returns the command that resumes a run or a study.</summary>
    public static string ResumeCommand(string verb, string folder) => $"lanewise {verb} --resume {Shell.Quote(folder)}";

    private static string? For(Exception? e) => e switch
    {
        DatasetException dataset => For(dataset),
        PretrainedException pretrained => For(pretrained),
        InvalidOptionException invalid when Options.TryGetValue(invalid.Option, out string? option) => $"The option is {option}.",
        ModelFormatException { Error: ModelFormatError.ModelNotNamed } =>
            $"Name it with --model ({string.Join(", ", ModelCatalog.All.Select(m => m.Name))}).",
        ModelFormatException { Error: ModelFormatError.NotACheckpoint } => "Resume from a run folder that 'lanewise train' wrote.",
        InterruptedRunException run =>
            $"{(For(run.InnerException) is { } advice ? advice + " " : "")}The checkpoint {run.Kept.InWords()} is kept; "
            + $"after fixing the error, resume with: {ResumeCommand("train", run.Directory.Path)}",
        InterruptedStudyException study =>
            $"Completed runs are kept; after fixing the error, resume with: {ResumeCommand("depth", study.Directory.Path)}",
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

    private static string? For(PretrainedException e)
    {
        string command = $"lanewise weights fetch {e.Entry.Name}{(e.Root is { } root ? $" --data-dir {Shell.Quote(root)}" : "")}";
        return e.Error switch
        {
            PretrainedError.NotFetched => $"'{command}' fetches them.",
            PretrainedError.LicenseNotAccepted => $"'{command} --accept-license' accepts it.",
            PretrainedError.NoSdk => $"Then run: {command} --from FILE.nupkg",
            PretrainedError.FetchFailed => $"'{command} --from FILE' takes what was fetched by hand.",
            PretrainedError.Damaged => $"'{command}' replaces it.",
            PretrainedError.CacheNotWritable => "Choose another folder with --data-dir.",
            _ => null,
        };
    }

    private static bool CanDownload(DatasetException e) =>
        DatasetCatalog.All.Any(entry => entry.Name == e.Dataset && entry.Mirrors.Count > 0);

    private static string FetchCommand(DatasetException e) =>
        $"lanewise data fetch {e.Dataset}{(e.Root is { } root ? $" --data-dir {Shell.Quote(root)}" : "")}";
}
