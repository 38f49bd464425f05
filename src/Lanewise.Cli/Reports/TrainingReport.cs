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
        bool canContinue = settings.Schedule != ScheduleKind.Cosine;
        string run = Shell.Quote(result.Directory.Path);
        StandardOutput.WriteLine(result.WasComplete
            ? $"{result.Directory.Path} is complete: {accuracy}{(canContinue ? $"; continue with --epochs {epochs.Count * 2}" : "")}."
            : $"{accuracy}, saved in {result.Directory.Path}; next: lanewise eval {run}, or lanewise predict {run} IMAGE");
        if (result.Validation is { IsSmall: true } few)
        {
            StandardOutput.WriteLine(ChanceFormat.Of(few));
        }
    }

    private static void Write(Utf8JsonWriter json, TrainingResult result)
    {
        var (epochs, settings) = (result.Epochs, result.Settings);
        json.WriteString("model", settings.Model);
        json.WriteString("dataset", settings.Dataset);
        json.WriteString("run", result.Directory.Path);
        json.WriteNumber("seed", settings.Seed);
        json.WriteRenamed("test_top1", "test_accuracy", epochs[^1].ValTop1);
        ChanceFormat.Write(json, result.Validation);
        json.WriteObjects("epochs", epochs, e =>
        {
            json.WriteNumber("epoch", e.Epoch);
            json.WriteNumber("train_loss", e.TrainLoss);
            json.WriteNumber("train_top1", e.TrainTop1);
            json.WriteRenamed("val_loss", "eval_loss", e.ValLoss);
            json.WriteRenamed("val_top1", "eval_top1", e.ValTop1);
            json.WriteNumber("lr", (float)e.LearningRate);
            json.WriteNumber("seconds", e.Seconds);
            json.WriteNumber("images_per_second", e.ImagesPerSecond);
        });
    }
}
