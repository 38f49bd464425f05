using System.Text.Json;
using Lanewise.Cli.Common;

namespace Lanewise.Cli.Runs;

/// <summary>Reports the result of <c>train</c>.</summary>
internal static class TrainingReport
{
    public static void Print(RunFolder folder, RunArguments arguments, List<EpochResult> epochs, bool json, bool wasComplete)
    {
        if (json)
        {
            JsonOutput.Print(writer => Write(writer, folder, arguments, epochs));
            return;
        }

        string plural = epochs.Count == 1 ? "" : "s";
        string accuracy = FormattableString.Invariant($"test accuracy {epochs[^1].ValTop1 * 100:F2} % after {epochs.Count} epoch{plural}");
        bool canContinue = arguments.Optimization.Schedule != ScheduleKind.Cosine;
        string run = Shell.Quote(folder.Path);
        Console.Out.WriteLine(wasComplete
            ? $"{folder.Path} is complete: {accuracy}{(canContinue ? $"; continue with --epochs {epochs.Count * 2}" : "")}."
            : $"{accuracy}, saved in {folder.Path}; next: lanewise eval {run}, or lanewise predict {run} IMAGE");
    }

    private static void Write(Utf8JsonWriter json, RunFolder folder, RunArguments arguments, List<EpochResult> epochs)
    {
        json.WriteString("model", arguments.Model);
        json.WriteString("dataset", arguments.Dataset);
        json.WriteString("run", folder.Path);
        json.WriteNumber("seed", arguments.Seed);
        json.WriteRenamed("test_top1", "test_accuracy", epochs[^1].ValTop1);
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
