using System.Globalization;
using System.Text.Json;
using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Reports;

/// <summary>Reports the result of <c>fit</c>.</summary>
internal static class FitReport
{
    public static void Print(FitResult result, bool json)
    {
        if (json)
        {
            JsonOutput.Print(writer => Write(writer, result));
            return;
        }

        var table = new ConsoleTable("training", ">val top-1", ">val loss", ">epochs", ">seconds", "note");
        foreach (var candidate in result.Candidates)
        {
            table.Add(
                candidate.Name,
                NumberFormat.Percent(candidate.ValTop1),
                Fixed(candidate.ValLoss, "F4"),
                NumberFormat.Count(candidate.Epochs),
                Fixed(candidate.Seconds, "F0"),
                (candidate == result.Chosen ? "kept" : "") + (candidate.WasStopped ? " (the time ended before its last epoch)" : ""));
        }

        table.Print();
        StandardOutput.WriteLine();
        string run = Shell.Quote(result.Directory.Path);
        StandardOutput.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Directory.Path}: {result.Chosen.Settings.Model}, {result.Chosen.Name}, ")
            + $"{NumberFormat.Percent(result.Chosen.ValTop1)} of {NumberFormat.Count(result.Data.Validation)} validation images, "
            + $"in {Fixed(result.Seconds, "F0")} s.");
        if (result.Calibration is { } calibration)
        {
            StandardOutput.WriteLine(
                $"probabilities are calibrated (temperature {Fixed(calibration.Calibration.Temperature, "F2")}): calibration error "
                + $"{NumberFormat.Percent(calibration.Before.Error)} before, {NumberFormat.Percent(calibration.After.Error)} after.");
        }

        StandardOutput.WriteLine("next:");
        StandardOutput.WriteLine($"  lanewise predict {run} IMAGE");
        StandardOutput.WriteLine(
            result.HasReport ? $"  open {Shell.Quote(result.Directory.Report)} in a browser" : $"  lanewise report {run}");
        StandardOutput.WriteLine($"  lanewise export {run} model.onnx");
        TrainingReport.PrintCheckpointSize(result.Directory);
    }

    private static void Write(Utf8JsonWriter json, FitResult result)
    {
        json.WriteString("run", result.Directory.Path);
        json.WriteString("model", result.Chosen.Settings.Model);
        json.WriteString("dataset", result.Data.Name);
        json.WriteString("chosen", result.Chosen.Name);
        json.WriteNumber("val_top1", result.Chosen.ValTop1);
        json.WriteNumber("val_loss", result.Chosen.ValLoss);
        json.WriteNumber("train_images", result.Data.Train);
        json.WriteNumber("val_images", result.Data.Validation);
        json.WriteNumber("seconds", result.Seconds);
        json.WriteNumberOrNull("temperature", result.Calibration?.Calibration.Temperature ?? double.NaN);
        json.WriteString("report", result.HasReport ? result.Directory.Report : null);
        json.WriteObjects("candidates", result.Candidates, candidate =>
        {
            json.WriteString("name", candidate.Name);
            json.WriteString("model", candidate.Settings.Model);
            json.WriteNumber("val_top1", candidate.ValTop1);
            json.WriteNumber("val_loss", candidate.ValLoss);
            json.WriteNumber("epochs", candidate.Epochs);
            json.WriteNumber("seconds", candidate.Seconds);
            json.WriteBoolean("stopped", candidate.WasStopped);
        });
    }

    private static string Fixed(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
