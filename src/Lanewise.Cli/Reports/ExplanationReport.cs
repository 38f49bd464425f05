using System.Text.Json;
using Lanewise.Analysis;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Reports;

/// <summary>Reports an explanation as text and as JSON.</summary>
internal sealed class ExplanationReport(Explanation explanation)
{
    private const int TopK = 3;

    private bool HasGradCams => explanation.Images.Any(image => image.GradCam is not null);

    /// <summary>Prints tables to stdout.</summary>
    public void Print()
    {
        PrintGradCams();
        if (explanation.Branches is { } branches)
        {
            PrintBranches(branches);
        }

        if (explanation.Blocks is { } blocks)
        {
            PrintBlocks(blocks);
        }
    }

    /// <summary>Writes the properties of the JSON document.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("model", explanation.Model.Network.Name);
        WriteErrors(json);
        if (explanation.Dataset is not null)
        {
            json.WriteString("dataset", explanation.Dataset);
            json.WriteNumber("total", explanation.Total);
            json.WriteNumber("accuracy", explanation.Branches?.Top1 ?? explanation.Blocks!.Top1);
        }

        if (explanation.Branches is { } branches)
        {
            json.WriteObjects("branches", branches.Branches, b =>
            {
                json.WriteString("name", b.Name);
                json.WriteString("module", b.Module);
                json.WriteNumber("channels", b.Channels);
                json.WriteNumber("accuracy_without", b.Top1Without);
                json.WriteNumberOrNull("energy_share", b.EnergyShare);
            });
        }

        if (explanation.Blocks is { } blocks)
        {
            json.WriteObjects("blocks", blocks.Blocks, b =>
            {
                json.WriteString("name", b.Name);
                json.WriteNumber("accuracy_without", b.Top1Without);
                json.WriteNumberOrNull("residual_rms", b.ResidualRms);
                json.WriteNumberOrNull("shortcut_rms", b.ShortcutRms);
                json.WriteNumberOrNull("ratio", b.Ratio);
                json.WriteNumberOrNull("cosine", b.Cosine);
            });
        }

        if (explanation.Images.Count > 0)
        {
            json.WriteObjects("images", explanation.Images, p => Write(json, p));
            json.WriteObjects("pictures", explanation.Images, p => Write(json, p));
        }

        if (explanation.Filters is { } filters)
        {
            json.WriteString("filters", filters.File);
        }

        json.WriteString("page", explanation.Page);
    }

    private void WriteErrors(Utf8JsonWriter json)
    {
        if (explanation.Errors.Count > 0)
        {
            json.WriteObjects("errors", explanation.Errors, error =>
            {
                json.WriteString("file", error.Path);
                json.WriteString("error", error.Error.Message);
            });
        }
    }

    private void PrintGradCams()
    {
        if (!HasGradCams)
        {
            return;
        }

        var table = new ConsoleTable("image", "prediction", ">probability", "class", "layer", ">peak");
        foreach (var (file, g) in explanation.Images.Where(p => p.GradCam is not null).Select(p => (p.File, p.GradCam!)))
        {
            var map = g.Result;
            int best = map.Classification.Ranking[0];
            table.Add(
                file,
                explanation.Model.Classes[best],
                NumberFormat.Percent(map.Classification.Probabilities[best]),
                explanation.Model.Classes[map.Target],
                $"{g.Layer} ({map.Height}×{map.Width})",
                FormattableString.Invariant($"{map.Peak:G4}"));
        }

        table.Print();
    }

    private void PrintBranches(BranchContributions branches)
    {
        PrintTop1("branches", branches.Top1);
        var table = new ConsoleTable("branch", ">channels", ">accuracy without", ">drop", ">energy");
        foreach (var b in branches.Branches)
        {
            table.Add(
                b.Name,
                NumberFormat.Count(b.Channels),
                NumberFormat.Percent(b.Top1Without),
                NumberFormat.Percent(branches.Top1 - b.Top1Without),
                NumberFormat.Percent(b.EnergyShare));
        }

        table.Print();
    }

    private void PrintBlocks(BlockContributions blocks)
    {
        PrintTop1("blocks", blocks.Top1);
        var table = new ConsoleTable("block", ">accuracy without", ">drop", ">F(x)", ">shortcut", ">ratio", ">cosine");
        foreach (var b in blocks.Blocks)
        {
            table.Add(
                b.Name,
                NumberFormat.Percent(b.Top1Without),
                NumberFormat.Percent(blocks.Top1 - b.Top1Without),
                ThreeDecimals(b.ResidualRms),
                ThreeDecimals(b.ShortcutRms),
                ThreeDecimals(b.Ratio),
                ThreeDecimals(b.Cosine));
        }

        table.Print();
    }

    private void PrintTop1(string parts, double top1)
    {
        if (HasGradCams || (explanation.Branches is not null && parts != "branches"))
        {
            StandardOutput.WriteLine();
        }

        StandardOutput.WriteLine(
            $"{explanation.Model.Network.Name} on {explanation.Dataset}: top-1 accuracy {NumberFormat.Percent(top1)} "
            + $"on {NumberFormat.Count(explanation.Total)} images with all {parts}");
    }

    private static string ThreeDecimals(double number) => FormattableString.Invariant($"{number:F3}");

    private void Write(Utf8JsonWriter json, ExplainedImage image)
    {
        json.WriteString("file", image.File);
        if (image.GradCam is { } g)
        {
            json.WriteString("treatment", g.Processing);
            json.WriteString("class", explanation.Model.Classes[g.Result.Target]);
            json.WriteString("layer", g.Layer);
            json.WriteNumbers("map", [g.Result.Height, g.Result.Width]);
            json.WriteNumberOrNull("peak", g.Result.Peak);
            json.WriteObjects("top", g.Result.Classification.Ranking.Take(TopK), c =>
            {
                json.WriteString("class", explanation.Model.Classes[c]);
                json.WriteNumberOrNull("probability", g.Result.Classification.Probabilities[c]);
            });
        }

        json.WriteValues("files", image.Written, json.WriteStringValue);
    }
}
