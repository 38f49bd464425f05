using System.Globalization;
using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Reports;

/// <summary>Reports the result of <c>eval --calibrate</c>.</summary>
internal static class CalibrationReport
{
    public static void Print(CalibrationResult result)
    {
        var (calibration, rejection) = (result.Calibration, result.Rejection);
        StandardOutput.WriteLine(
            $"{result.Model} on {result.Dataset}: calibrated on {NumberFormat.Count(calibration.Images)} images, "
            + $"measured on {NumberFormat.Count(result.TestImages)} others, stored in {result.File}");
        StandardOutput.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"temperature {calibration.Temperature:F3}: mean loss {result.Before.Loss:F4}, then {result.After.Loss:F4}; calibration error ")
            + $"{NumberFormat.Percent(result.Before.Error)}, then {NumberFormat.Percent(result.After.Error)}");
        StandardOutput.WriteLine(
            $"--reject auto, below {NumberFormat.Percent(rejection.Threshold)}: "
            + $"answers {NumberFormat.Percent(rejection.Kept)} of the images, "
            + $"{OrNone(rejection.Top1)} of them correctly; keeps {OrNone(rejection.CorrectKept)} of the right answers, "
            + $"rejects {OrNone(rejection.WrongRejected)} of the wrong ones");
        StandardOutput.WriteLine();
        var table = new ConsoleTable(">--coverage", ">right class in the set", ">mean classes", ">sets of one class");
        foreach (var coverage in result.Coverages)
        {
            table.Add(
                coverage.Coverage.ToString(CultureInfo.InvariantCulture),
                NumberFormat.Percent(coverage.Covered),
                coverage.MeanSize.ToString("F3", CultureInfo.InvariantCulture),
                NumberFormat.Percent(coverage.Single));
        }

        table.Print();
    }

    public static void PrintJson(CalibrationResult result) => JsonOutput.Print(json =>
    {
        var (calibration, rejection) = (result.Calibration, result.Rejection);
        json.WriteString("model", result.Model);
        json.WriteString("dataset", result.Dataset);
        json.WriteString("file", result.File);
        json.WriteNumber("fit_images", calibration.Images);
        json.WriteNumber("test_images", result.TestImages);
        json.WriteNumber("temperature", calibration.Temperature);
        json.WriteBoolean("is_fitted", result.IsFitted);
        json.WriteNumberOrNull("loss_before", result.Before.Loss);
        json.WriteNumberOrNull("loss", result.After.Loss);
        json.WriteNumberOrNull("calibration_error_before", result.Before.Error);
        json.WriteNumberOrNull("calibration_error", result.After.Error);
        json.WriteStartObject("reject");
        json.WriteNumber("threshold", rejection.Threshold);
        json.WriteNumber("kept", rejection.Kept);
        json.WriteNumberOrNull("top1", rejection.Top1);
        json.WriteNumberOrNull("correct_kept", rejection.CorrectKept);
        json.WriteNumberOrNull("wrong_rejected", rejection.WrongRejected);
        json.WriteEndObject();
        json.WriteObjects("coverage", result.Coverages, coverage =>
        {
            json.WriteNumber("coverage", coverage.Coverage);
            json.WriteNumber("covered", coverage.Covered);
            json.WriteNumber("mean_classes", coverage.MeanSize);
            json.WriteNumber("single", coverage.Single);
        });
    });

    private static string OrNone(double share) => double.IsNaN(share) ? NumberFormat.NoValue : NumberFormat.Percent(share);
}
