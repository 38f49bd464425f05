using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Terminals;
using Lanewise.Engine;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise info</c>.</summary>
internal static class InfoVerb
{
    private const string Description = "Show the version, the processor, its lane width and measured peak, and the data folders.";

    private const string Examples =
        """
          lanewise info
          lanewise info --json
        """;

    public static Command Create()
    {
        var json = SharedOptions.Json();
        var dataDir = SharedOptions.DataDir();
        var verb = new Verb("info", Description, Examples) { dataDir, json };
        verb.SetAction(parse =>
        {
            var roots = DatasetRoots.From(parse.GetValue(dataDir));
            double peak = Processor.MeasurePeak();
            if (parse.GetValue(json))
            {
                PrintJson(roots, peak);
            }
            else
            {
                Print(roots, peak);
            }

            return ExitCode.Done;
        });
        return verb;
    }

    private static void PrintJson(DatasetRoots roots, double peak) => JsonOutput.Print(json =>
    {
        json.WriteString("version", ProductInfo.Version);
        json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
        json.WriteString("system", RuntimeInformation.RuntimeIdentifier);
        json.WriteString("processor", Processor.Name);
        json.WriteNumber("lane_width", Processor.LaneWidths[0]);
        json.WriteNumbers("lane_widths", Processor.LaneWidths);
        json.WriteNumber("threads", Environment.ProcessorCount);
        json.WriteRenamed("peak_gflops", "ceiling_gflops", peak);
        json.WriteStartArray("data_roots");
        foreach (string folder in roots.Folders)
        {
            json.WriteStringValue(folder);
        }

        json.WriteEndArray();
    });

    private static void Print(DatasetRoots roots, double peak)
    {
        Line("version", $"{ProductInfo.Version} ({RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier})");
        Line("processor", Processor.Name);
        Line("threads", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture));
        int width = Processor.LaneWidths[0];
        Line("lane width", $"{width} images ({InstructionSet(width)}); also supported: {string.Join(", ", Processor.LaneWidths.Skip(1))}");
        Line("peak", FormattableString.Invariant($"{peak:F1} GFLOP/s per thread, measured"));
        Line("data folders", "");
        foreach (string folder in roots.Folders)
        {
            StandardOutput.WriteLine($"  {folder}{(Directory.Exists(folder) ? "" : " (does not exist)")}");
        }
    }

    private static void Line(string name, string value) => StandardOutput.WriteLine($"{name,-12}  {value}".TrimEnd());

    private static string InstructionSet(int width) => (width, RuntimeInformation.ProcessArchitecture) switch
    {
        (16, _) => "AVX-512",
        (8, _) => "AVX2",
        (4, Architecture.Arm64) => "NEON",
        (4, _) => "SSE",
        _ => "plain",
    };
}
