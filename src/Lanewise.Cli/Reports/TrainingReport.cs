using System.Text.Json;
using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Reports;

/// <summary>Reports the result of <c>train</c>.</summary>
internal static class TrainingReport
{
    public static void Print(TrainingResult result, bool json)
    {
        if (json)
        {
            JsonOutput.Print(writer => Write(writer, result));
            return;
        }

        var (epochs, settings) = (result.Epochs, result.Settings);
        string plural = epochs.Count == 1 ? "" : "s";
        string accuracy = FormattableString.Invariant($"test accuracy {epochs[^1].ValTop1 * 100:F2} % after {epochs.Count} epoch{plural}");
        string run = Shell.Quote(result.Directory.Path);
        StandardOutput.WriteLine(result.WasComplete
            ? $"{result.Directory.Path} is complete: {accuracy}{Continuation(result)}."
            : $"{accuracy}, saved in {result.Directory.Path}; next: lanewise eval {run}, or lanewise predict {run} IMAGE");
        if (result.StoppedEarly)
        {
            StandardOutput.WriteLine(
                $"stopped after epoch {epochs.Count} of {settings.Epochs}: "
                + $"{settings.Patience} epoch{(settings.Patience == 1 ? "" : "s")} without a better {Metric(result.Best!)}");
        }

        if (epochs[^1] is { EmaValLoss: { } loss, EmaValTop1: { } top1 })
        {
            StandardOutput.WriteLine(FormattableString.Invariant($"averaged weights: {top1 * 100:F2} %, loss {loss:F4}")
                + (result.Best is null ? "; other commands take them, with --use last the others" : ""));
        }

        if (result.Best is { } best)
        {
            StandardOutput.WriteLine(
                FormattableString.Invariant($"best by {Metric(best)}: epoch {best.Epoch.Epoch}, {best.ValTop1 * 100:F2} %, ")
                + FormattableString.Invariant($"loss {best.ValLoss:F4}; other commands take it, with --use last the last one"));
        }

        if (result.Validation is { IsSmall: true } few)
        {
            StandardOutput.WriteLine(ChanceFormat.Of(few));
        }

        PrintCheckpointSize(result.Directory);
    }

    /// <summary>Says how large the checkpoint of a run is, if it is, and that the run can do without.</summary>
    public static void PrintCheckpointSize(RunDirectory directory)
    {
        const long Large = 20_000_000;
        if (new FileInfo(directory.Checkpoint) is { Exists: true, Length: > Large and var bytes })
        {
            StandardOutput.WriteLine(
                FormattableString.Invariant($"{directory.Checkpoint} has {bytes / 1e6:F0} MB and serves only to train on; ")
                + "delete it if you do not want that.");
        }
    }

    private static string Continuation(TrainingResult result) =>
        result.StoppedEarly ? "; continue with a larger --patience"
        : result.Settings.Schedule is ScheduleKind.Cosine or ScheduleKind.OneCycle ? ""
        : $"; continue with --epochs {result.Epochs.Count * 2}";

    private static string Metric(BestEpoch best) => TrainSettings.NameOf(best.Metric);

    private static void Write(Utf8JsonWriter json, TrainingResult result)
    {
        var (epochs, settings) = (result.Epochs, result.Settings);
        json.WriteString("model", settings.Model);
        json.WriteString("dataset", settings.Dataset);
        json.WriteString("run", result.Directory.Path);
        json.WriteNumber("seed", settings.Seed);
        json.WriteRenamed("test_top1", "test_accuracy", epochs[^1].ValTop1);
        ChanceFormat.Write(json, result.Validation);
        WriteBest(json, result);
        json.WriteObjects("epochs", epochs, e =>
        {
            json.WriteNumber("epoch", e.Epoch);
            json.WriteNumber("train_loss", e.TrainLoss);
            json.WriteNumber("train_top1", e.TrainTop1);
            json.WriteRenamed("val_loss", "eval_loss", e.ValLoss);
            json.WriteRenamed("val_top1", "eval_top1", e.ValTop1);
            if (e is { EmaValLoss: { } loss, EmaValTop1: { } top1 })
            {
                json.WriteNumber("ema_val_loss", loss);
                json.WriteNumber("ema_val_top1", top1);
            }

            json.WriteNumber("lr", (float)e.LearningRate);
            json.WriteNumber("seconds", e.Seconds);
            json.WriteNumber("images_per_second", e.ImagesPerSecond);
        });
    }

    /// <summary>Writes the best epoch by the monitored metric; without one by accuracy, whose weights are not kept.</summary>
    private static void WriteBest(Utf8JsonWriter json, TrainingResult result)
    {
        var best = result.Best ?? result.BestBy(MonitoredMetric.ValTop1);
        json.WriteString("answers", EnumNames.Of(result.Settings.Answers ?? RunWeights.Last));
        json.WriteBoolean("stopped_early", result.StoppedEarly);
        json.WriteStartObject("best");
        json.WriteNumber("epoch", best.Epoch.Epoch);
        json.WriteRenamed("val_loss", "eval_loss", best.ValLoss);
        json.WriteRenamed("val_top1", "eval_top1", best.ValTop1);
        json.WriteString("monitor", Metric(best));
        json.WriteBoolean("is_kept", result.Best is not null);
        json.WriteEndObject();
    }
}
