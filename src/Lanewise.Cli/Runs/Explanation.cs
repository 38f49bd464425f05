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

    /// <summary>How many pictures those are.</summary>
    public int Total { get; init; }

    public BranchContributions? Branches { get; init; }

    public BlockContributions? Blocks { get; init; }

    public IReadOnlyList<ExplainedPicture> Pictures { get; init; } = [];

    public (SheetFigure Sheet, string File)? Filters { get; init; }

    /// <summary>What was written, in one line.</summary>
    public string Summary
    {
        get
        {
            int count = Pictures.Sum(p => p.Written.Count) + (Filters is null ? 0 : 1);
            return $"wrote {Folder.Page}{(count == 0 ? "" : $" and {count} picture{(count == 1 ? "" : "s")} beside it")}";
        }
    }

    private IEnumerable<GradCamFigure> GradCams => Pictures.Select(p => p.GradCam).OfType<GradCamFigure>();

    /// <summary>Writes the page.</summary>
    /// <exception cref="LanewiseException">It cannot be written.</exception>
    public void SavePage() => new ExplainPage(Model.Network.Name, Model.Classes)
    {
        Dataset = $"{Dataset} ({Report.Count(Total)} pictures)",
        Branches = Branches,
        Blocks = Blocks,
        GradCams = [.. GradCams],
        FeatureMaps = [.. Pictures.Select(p => p.FeatureMaps).OfType<SheetFigure>()],
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
            json.WriteNumber("accuracy", Branches?.Accuracy ?? Blocks!.Accuracy);
        }

        if (Branches is { } branches)
        {
            json.WriteObjects("branches", branches.Branches, b =>
            {
                json.WriteString("name", b.Name);
                json.WriteString("module", b.Module);
                json.WriteNumber("channels", b.Channels);
                json.WriteNumber("accuracy_without", b.AccuracyWithout);
                json.WriteNumberOrNull("energy_share", b.EnergyShare);
            });
        }

        if (Blocks is { } blocks)
        {
            json.WriteObjects("blocks", blocks.Blocks, b =>
            {
                json.WriteString("name", b.Name);
                json.WriteNumber("accuracy_without", b.AccuracyWithout);
                json.WriteNumberOrNull("residual_rms", b.ResidualRms);
                json.WriteNumberOrNull("shortcut_rms", b.ShortcutRms);
                json.WriteNumberOrNull("ratio", b.Ratio);
                json.WriteNumberOrNull("cosine", b.Cosine);
            });
        }

        if (Pictures.Count > 0)
        {
            json.WriteObjects("pictures", Pictures, p => Write(json, p));
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

        var table = new ReportTable("picture", "likeliest", ">probability", "looked for", "at", ">peak");
        foreach (var (file, g) in Pictures.Where(p => p.GradCam is not null).Select(p => (p.File, p.GradCam!)))
        {
            var map = g.Result;
            int likeliest = map.Answer.Ranking[0];
            table.Add(file, Model.Classes[likeliest], Report.Percent(map.Answer.Probabilities[likeliest]), Model.Classes[map.Target], $"{g.Layer} ({map.Height}×{map.Width})", FormattableString.Invariant($"{map.Peak:G4}"));
        }

        table.Print();
    }

    private void PrintBranches(BranchContributions branches)
    {
        PrintAccuracy("branches", branches.Accuracy);
        var table = new ReportTable("branch", ">channels", ">accuracy without", ">lost", ">energy");
        foreach (var b in branches.Branches)
        {
            table.Add(b.Name, Report.Count(b.Channels), Report.Percent(b.AccuracyWithout), Report.Percent(branches.Accuracy - b.AccuracyWithout), Report.Percent(b.EnergyShare));
        }

        table.Print();
    }

    private void PrintBlocks(BlockContributions blocks)
    {
        PrintAccuracy("blocks", blocks.Accuracy);
        var table = new ReportTable("block", ">accuracy without", ">lost", ">F(x)", ">shortcut", ">ratio", ">cosine");
        foreach (var b in blocks.Blocks)
        {
            table.Add(b.Name, Report.Percent(b.AccuracyWithout), Report.Percent(blocks.Accuracy - b.AccuracyWithout), Fixed(b.ResidualRms), Fixed(b.ShortcutRms), Fixed(b.Ratio), Fixed(b.Cosine));
        }

        table.Print();
    }

    private void PrintAccuracy(string parts, double accuracy)
    {
        if (GradCams.Any() || (Branches is not null && parts != "branches"))
        {
            Report.Line();
        }

        Report.Line($"{Model.Network.Name} on {Dataset}: {Report.Percent(accuracy)} of {Report.Count(Total)} pictures with all {parts}");
    }

    private static string Fixed(double number) => FormattableString.Invariant($"{number:F3}");

    private void Write(Utf8JsonWriter json, ExplainedPicture picture)
    {
        json.WriteString("file", picture.File);
        if (picture.GradCam is { } g)
        {
            json.WriteString("treatment", g.Treatment);
            json.WriteString("class", Model.Classes[g.Result.Target]);
            json.WriteString("layer", g.Layer);
            json.WriteNumbers("map", [g.Result.Height, g.Result.Width]);
            json.WriteNumberOrNull("peak", g.Result.Peak);
            json.WriteObjects("top", g.Result.Answer.Ranking.Take(Top), c =>
            {
                json.WriteString("class", Model.Classes[c]);
                json.WriteNumberOrNull("probability", g.Result.Answer.Probabilities[c]);
            });
        }

        json.WriteValues("files", picture.Written, json.WriteStringValue);
    }
}
