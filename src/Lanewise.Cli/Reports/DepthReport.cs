using System.Globalization;
using Lanewise.Analysis;
using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;
using Lanewise.Reports;
using Lanewise.Workflows;

namespace Lanewise.Cli.Reports;

/// <summary>Reports the results of <c>depth</c> as text and as JSON.</summary>
internal static class DepthReport
{
    public static void Print(DepthStudyResult study, bool json)
    {
        if (json)
        {
            JsonOutput.Print(writer =>
            {
                writer.WriteString("folder", study.Directory.Path);
                DepthDocument.Write(writer, study);
            });
            return;
        }

        PrintTable(study.Results, isTrained: !study.Settings.AtStart, hasSeeds: study.Settings.Seeds.Count > 1);
        StandardOutput.WriteLine();
        foreach (string sentence in DepthSummary.Of(study.Results))
        {
            StandardOutput.WriteLine(sentence);
        }

        StandardOutput.WriteLine($"saved in {study.Directory.Path}; charts: {study.Directory.Page}");
    }

    private static void PrintTable(IReadOnlyList<DepthResult> results, bool isTrained, bool hasSeeds)
    {
        (string Heading, bool IsShown, Func<DepthResult, string> Cell)[] columns =
        [
            ("network", true, r => r.Run.NetworkName),
            (">seed", hasSeeds, r => r.Run.Seed.ToString(CultureInfo.InvariantCulture)),
            (">train", isTrained, r => DepthSummary.Error(r, r.TrainError)),
            (">test", isTrained, r => DepthSummary.Error(r, r.TestError)),
            (">start ratio", true, r => DepthSummary.Number(r.AtStart.FirstToLast)),
            (">end ratio", isTrained, r => DepthSummary.Number(r.AtEnd.FirstToLast)),
            (">start zeros", true, r => NumberFormat.Percent(r.AtStart.Layers[0].ZeroShare)),
            (">end zeros", isTrained, r => NumberFormat.Percent(r.AtEnd.Layers[0].ZeroShare)),
        ];
        var shown = columns.Where(column => column.IsShown).ToArray();
        var table = new ConsoleTable([.. shown.Select(column => column.Heading)]);
        foreach (var result in results)
        {
            table.Add([.. shown.Select(column => column.Cell(result))]);
        }

        table.Print();
        StandardOutput.WriteLine(
            $"{(isTrained ? "train, test: errors; " : "")}ratio: gradient norm of the first layer divided by that of the last layer; "
            + "zeros: share of zeros in the gradient of the first layer");
    }
}
