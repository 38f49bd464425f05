using System.Text.Json;
using Lanewise.Analysis;
using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;
using Lanewise.Reports;

namespace Lanewise.Cli.Runs;

/// <summary>The explanation of a model, reported as a page, as text and as JSON.</summary>
internal sealed record Explanation(RunModel Model, ExplainFolder Folder)
{
    private const int TopK = 3;

    /// <summary>Gets the dataset that contributions were measured on; null if none were.</summary>
    public string? Dataset { get; init; }

    /// <summary>Gets the number of images of <see cref="Dataset"/>.</summary>
    public int Total { get; init; }

    public BranchContributions? Branches { get; init; }

    public BlockContributions? Blocks { get; init; }

    public IReadOnlyList<ExplainedImage> Images { get; init; } = [];

    public (ContactSheet Sheet, string File)? Filters { get; init; }

    /// <summary>Gets a line that lists what was written.</summary>
    public string Summary
    {
        get
        {
            int count = Images.Sum(p => p.Written.Count) + (Filters is null ? 0 : 1);
            string images = count == 0 ? "" : $" and {count} image{(count == 1 ? "" : "s")} next to it";
            return $"wrote {Folder.Page}{images}";
        }
    }

    private IEnumerable<GradCamFigure> GradCams => Images.Select(p => p.GradCam).OfType<GradCamFigure>();

    /// <summary>Writes the page.</summary>
    /// <exception cref="LanewiseException">The page cannot be written.</exception>
    public void SavePage() => new ExplainPage(Model.Network.Name, Model.Classes)
    {
        Dataset = $"{Dataset} ({NumberFormat.Count(Total)} images)",
        Branches = Branches,
        Blocks = Blocks,
        GradCams = [.. GradCams],
        FeatureMaps = [.. Images.Select(p => p.FeatureMaps).OfType<ContactSheet>()],
        Filters = Filters?.Sheet,
    }.ToPage().Save(Folder.Page);

    /// <summary>Prints tables to stdout.</summary>
    public void Print()
    {
        PrintGradCams();
        if (Branches is { } branches)
        {
            PrintBranches(branches);
        }

        if (Blocks is { } blocks)
        {
            PrintBlocks(blocks);
        }
    }

    /// <summary>Writes the properties of the JSON document.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("model", Model.Network.Name);
        if (Dataset is not null)
        {
            json.WriteString("dataset", Dataset);
            json.WriteNumber("total", Total);
            json.WriteNumber("accuracy", Branches?.Top1 ?? Blocks!.Top1);
        }

        if (Branches is { } branches)
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

        if (Blocks is { } blocks)
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

        if (Images.Count > 0)
        {
            json.WriteObjects("images", Images, p => Write(json, p));
            json.WriteObjects("pictures", Images, p => Write(json, p));
        }

        if (Filters is { } filters)
        {
            json.WriteString("filters", filters.File);
        }

        json.WriteString("page", Folder.Page);
    }

    private void PrintGradCams()
    {
        if (!GradCams.Any())
        {
            return;
        }

        var table = new ConsoleTable("image", "prediction", ">probability", "class", "layer", ">peak");
        foreach (var (file, g) in Images.Where(p => p.GradCam is not null).Select(p => (p.File, p.GradCam!)))
        {
            var map = g.Result;
            int best = map.Classification.Ranking[0];
            table.Add(
                file,
                Model.Classes[best],
                NumberFormat.Percent(map.Classification.Probabilities[best]),
                Model.Classes[map.Target],
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
        if (GradCams.Any() || (Branches is not null && parts != "branches"))
        {
            StandardOutput.WriteLine();
        }

        StandardOutput.WriteLine(
            $"{Model.Network.Name} on {Dataset}: top-1 accuracy {NumberFormat.Percent(top1)} "
            + $"on {NumberFormat.Count(Total)} images with all {parts}");
    }

    private static string ThreeDecimals(double number) => FormattableString.Invariant($"{number:F3}");

    private void Write(Utf8JsonWriter json, ExplainedImage image)
    {
        json.WriteString("file", image.File);
        if (image.GradCam is { } g)
        {
            json.WriteString("treatment", g.Processing);
            json.WriteString("class", Model.Classes[g.Result.Target]);
            json.WriteString("layer", g.Layer);
            json.WriteNumbers("map", [g.Result.Height, g.Result.Width]);
            json.WriteNumberOrNull("peak", g.Result.Peak);
            json.WriteObjects("top", g.Result.Classification.Ranking.Take(TopK), c =>
            {
                json.WriteString("class", Model.Classes[c]);
                json.WriteNumberOrNull("probability", g.Result.Classification.Probabilities[c]);
            });
        }

        json.WriteValues("files", image.Written, json.WriteStringValue);
    }
}
