using System.Text.Json;
using Lanewise.Analysis;
using Lanewise.Cli.Terminals;
using Lanewise.Reports;

namespace Lanewise.Cli.Runs;

/// <summary>What was found out about a model, as a page, as text and as JSON.</summary>
internal sealed record Explanation(RunModel Model, ExplainFolder Folder)
{
    private const int Top = 3;

    /// <summary>What contributions were measured on; null where none were.</summary>
    public string? Dataset { get; init; }

    /// <summary>How many images those are.</summary>
    public int Total { get; init; }

    public BranchContributions? Branches { get; init; }

    public BlockContributions? Blocks { get; init; }

    public IReadOnlyList<ExplainedImage> Images { get; init; } = [];

    public (SheetFigure Sheet, string File)? Filters { get; init; }

    /// <summary>What was written, in one line.</summary>
    public string Summary
    {
        get
        {
            int count = Images.Sum(p => p.Written.Count) + (Filters is null ? 0 : 1);
            return $"wrote {Folder.Page}{(count == 0 ? "" : $" and {count} image{(count == 1 ? "" : "s")} beside it")}";
        }
    }

    private IEnumerable<GradCamFigure> GradCams => Images.Select(p => p.GradCam).OfType<GradCamFigure>();

    /// <summary>Writes the page.</summary>
    /// <exception cref="LanewiseException">It cannot be written.</exception>
    public void SavePage() => new ExplainPage(Model.Network.Name, Model.Classes)
    {
        Dataset = $"{Dataset} ({Report.Count(Total)} images)",
        Branches = Branches,
        Blocks = Blocks,
        GradCams = [.. GradCams],
        FeatureMaps = [.. Images.Select(p => p.FeatureMaps).OfType<SheetFigure>()],
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

    /// <summary>Writes the JSON document's properties.</summary>
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

        var table = new ReportTable("image", "likeliest", ">probability", "looked for", "at", ">peak");
        foreach (var (file, g) in Images.Where(p => p.GradCam is not null).Select(p => (p.File, p.GradCam!)))
        {
            var map = g.Result;
            int likeliest = map.Classification.Ranking[0];
            table.Add(file, Model.Classes[likeliest], Report.Percent(map.Classification.Probabilities[likeliest]), Model.Classes[map.Target], $"{g.Layer} ({map.Height}×{map.Width})", FormattableString.Invariant($"{map.Peak:G4}"));
        }

        table.Print();
    }

    private void PrintBranches(BranchContributions branches)
    {
        PrintTop1("branches", branches.Top1);
        var table = new ReportTable("branch", ">channels", ">accuracy without", ">lost", ">energy");
        foreach (var b in branches.Branches)
        {
            table.Add(b.Name, Report.Count(b.Channels), Report.Percent(b.Top1Without), Report.Percent(branches.Top1 - b.Top1Without), Report.Percent(b.EnergyShare));
        }

        table.Print();
    }

    private void PrintBlocks(BlockContributions blocks)
    {
        PrintTop1("blocks", blocks.Top1);
        var table = new ReportTable("block", ">accuracy without", ">lost", ">F(x)", ">shortcut", ">ratio", ">cosine");
        foreach (var b in blocks.Blocks)
        {
            table.Add(b.Name, Report.Percent(b.Top1Without), Report.Percent(blocks.Top1 - b.Top1Without), Fixed(b.ResidualRms), Fixed(b.ShortcutRms), Fixed(b.Ratio), Fixed(b.Cosine));
        }

        table.Print();
    }

    private void PrintTop1(string parts, double accuracy)
    {
        if (GradCams.Any() || (Branches is not null && parts != "branches"))
        {
            Report.Line();
        }

        Report.Line($"{Model.Network.Name} on {Dataset}: {Report.Percent(accuracy)} of {Report.Count(Total)} images with all {parts}");
    }

    private static string Fixed(double number) => FormattableString.Invariant($"{number:F3}");

    private void Write(Utf8JsonWriter json, ExplainedImage image)
    {
        json.WriteString("file", image.File);
        if (image.GradCam is { } g)
        {
            json.WriteString("treatment", g.Treatment);
            json.WriteString("class", Model.Classes[g.Result.Target]);
            json.WriteString("layer", g.Layer);
            json.WriteNumbers("map", [g.Result.Height, g.Result.Width]);
            json.WriteNumberOrNull("peak", g.Result.Peak);
            json.WriteObjects("top", g.Result.Classification.Ranking.Take(Top), c =>
            {
                json.WriteString("class", Model.Classes[c]);
                json.WriteNumberOrNull("probability", g.Result.Classification.Probabilities[c]);
            });
        }

        json.WriteValues("files", image.Written, json.WriteStringValue);
    }
}
