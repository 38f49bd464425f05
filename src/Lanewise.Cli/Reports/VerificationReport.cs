using System.Globalization;
using System.Text.Json;
using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Reports;

/// <summary>Reports the result of <c>verify</c>.</summary>
internal static class VerificationReport
{
    private const int DigestLength = 16;

    public static void Print(RunDirectory folder, VerificationResult result, bool json)
    {
        if (json)
        {
            JsonOutput.Print(writer => Write(writer, folder, result));
            return;
        }

        var table = new ConsoleTable(">step", ">epoch", "weights", "optimizer", "result");
        foreach (var check in result.Checks)
        {
            table.Add(
                check.Row.Step.ToString("N0", CultureInfo.InvariantCulture), check.Row.Epoch.ToString(CultureInfo.InvariantCulture),
                Short(check.Found?.Weights), Short(check.Found?.Optimizer), check.IsSame ? "same" : "OTHER");
        }

        table.Print();
        StandardOutput.WriteLine();
        foreach (var file in result.Files)
        {
            StandardOutput.WriteLine(file.Row is { } row
                ? string.Create(CultureInfo.InvariantCulture, $"{file.Name} has the weights of step {row.Step:N0}.")
                : $"{file.Name} has weights that the receipt does not know.");
        }

        StandardOutput.WriteLine(Summary(folder, result));
    }

    private static void Write(Utf8JsonWriter writer, RunDirectory folder, VerificationResult result)
    {
        writer.WriteString("run", folder.Path);
        writer.WriteBoolean("verified", result.IsVerified);
        writer.WriteObjects("checks", result.Checks, check =>
        {
            writer.WriteNumber("segment", check.Segment + 1);
            writer.WriteNumber("step", check.Row.Step);
            writer.WriteNumber("epoch", check.Row.Epoch);
            writer.WriteBoolean("same_weights", check.HasSameWeights);
            writer.WriteBoolean("same_optimizer", check.HasSameOptimizer);
            writer.WriteString("weights", check.Found?.Weights);
            writer.WriteString("optimizer", check.Found?.Optimizer);
        });
        writer.WriteObjects("files", result.Files, file =>
        {
            writer.WriteString("file", file.Name);
            if (file.Row is { } row)
            {
                writer.WriteNumber("step", row.Step);
            }
            else
            {
                writer.WriteNull("step");
            }
        });
        writer.WriteNumber("unchecked", result.Unchecked);
        writer.WriteNumber("seed", result.Seed);
    }

    private static string Short(string? digest) => digest is null ? "none" : digest[..DigestLength];

    private static string Summary(RunDirectory folder, VerificationResult result)
    {
        if (result.Checks.All(check => check.IsSame) && !result.IsVerified)
        {
            return $"{folder.Path} is not verified: the training is that of the receipt, but a weights file is not.";
        }

        if (!result.IsVerified)
        {
            var other = result.Checks[^1];
            string what = other.Found is null ? "the training ended" : other.HasSameWeights ? "the state of the optimizer differs"
                : "the weights differ";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{folder.Path} is not verified: {what} at step {other.Row.Step:N0}; up to the row before it everything is the same.");
        }

        string rest = result.Unchecked == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture, $"; {result.Unchecked:N0} other rows were not trained again (--seed {result.Seed})");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{folder.Path} is verified: {result.Checks.Count:N0} rows of its receipt were trained again, with the same bits{rest}.");
    }
}
