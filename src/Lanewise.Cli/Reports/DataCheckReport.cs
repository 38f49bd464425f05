using System.Globalization;
using System.Text.Json;
using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Reports;

/// <summary>Prints what a check of data found.</summary>
internal static class DataCheckReport
{
    private const int MaxGroups = 5, MaxImages = 4, Indent = 2, MinWidth = 40;

    /// <summary>Prints counts, sizes and findings, of each the first few images.</summary>
    public static void Print(DataCheckResult result)
    {
        StandardOutput.WriteLine($"{result.Dataset}: {NumberFormat.Count(result.Counts.Splits.Sum(split => split.Counts.Sum()))} images");
        foreach (string line in Terminals.DatasetFormat.Lines(result.Counts))
        {
            StandardOutput.WriteLine(line);
        }

        if (result.Division is { } division)
        {
            WriteWrapped(division, indent: 0);
        }

        if (result.Sizes is { } sizes)
        {
            StandardOutput.WriteLine();
            PrintSizes(sizes);
        }

        foreach (var finding in result.Findings)
        {
            StandardOutput.WriteLine();
            Print(finding);
        }

        StandardOutput.WriteLine();
        StandardOutput.WriteLine(result.Findings.Count == 0 ? "Nothing was found."
            : $"{NumberFormat.Count(result.Findings.Count)} kind{(result.Findings.Count == 1 ? "" : "s")} of findings.");
        if (result.NotFound.Count > 0)
        {
            WriteWrapped($"Looked for and not found: {string.Join(", ", result.NotFound.Select(Describe))}.", indent: 0);
        }

        foreach (var reason in result.Skipped.GroupBy(check => check.Reason, StringComparer.Ordinal))
        {
            WriteWrapped($"Not looked for: {string.Join(", ", reason.Select(check => Describe(check.Kind)))} ({reason.Key}).", indent: 0);
        }
    }

    /// <summary>Writes counts, sizes and all findings.</summary>
    public static void Write(Utf8JsonWriter json, DataCheckResult result)
    {
        json.WriteString("dataset", result.Dataset);
        json.WriteObjects("splits", result.Counts.Splits, split =>
        {
            json.WriteString("split", split.Name);
            json.WriteNumber("images", split.Counts.Sum());
            json.WriteStartObject("classes");
            foreach (var (name, count) in result.Counts.Classes.Zip(split.Counts))
            {
                json.WriteNumber(name, count);
            }

            json.WriteEndObject();
        });
        json.WriteString("division", result.Division);
        if (result.Sizes is { } sizes)
        {
            json.WriteStartObject("sizes");
            Write(json, "width", sizes.Width);
            Write(json, "height", sizes.Height);
            Write(json, "aspect", sizes.Aspect);
            json.WriteNumbers("input", [sizes.Input.Height, sizes.Input.Width]);
            json.WriteNumber("smaller", sizes.Smaller);
            json.WriteEndObject();
        }

        json.WriteObjects("findings", result.Findings, finding => Write(json, finding));
        json.WriteStartArray("not_found");
        foreach (var kind in result.NotFound)
        {
            json.WriteStringValue(FindingTable.NameOf(kind));
        }

        json.WriteEndArray();
        json.WriteObjects("skipped", result.Skipped, check =>
        {
            json.WriteString("finding", FindingTable.NameOf(check.Kind));
            json.WriteString("reason", check.Reason);
        });
    }

    private static void PrintSizes(ImageSizes sizes)
    {
        StandardOutput.WriteLine("image sizes in pixels: smallest, median, largest");
        StandardOutput.WriteLine($"  width   {Range(sizes.Width, "F0")}");
        StandardOutput.WriteLine($"  height  {Range(sizes.Height, "F0")}");
        StandardOutput.WriteLine($"  width / height  {Range(sizes.Aspect, "F2")}");
        StandardOutput.WriteLine($"  smaller than {sizes.Input.Width}×{sizes.Input.Height}: {NumberFormat.Count(sizes.Smaller)}");
    }

    private static string Range(ValueRange range, string format) => string.Join(
        ", ", new[] { range.Min, range.Median, range.Max }.Select(value => value.ToString(format, CultureInfo.InvariantCulture)));

    private static void Print(DataFinding finding)
    {
        WriteWrapped($"{(finding.Kind <= DataFindingKind.Unreadable ? "! " : "")}{finding.Text}:", indent: 0);
        foreach (var group in finding.Groups.Take(MaxGroups))
        {
            string images = string.Join("  =  ", group.Images.Take(MaxImages).Select(Name));
            string more = group.Images.Count > MaxImages ? $"  and {NumberFormat.Count(group.Images.Count - MaxImages)} more" : "";
            string detail = VisibleText.Escape(group.Detail);
            StandardOutput.WriteLine(images.Length == 0 ? $"  {detail}" : $"  {images}{more}  ({detail})");
        }

        if (finding.Groups.Count > MaxGroups)
        {
            StandardOutput.WriteLine($"  … and {NumberFormat.Count(finding.Groups.Count - MaxGroups)} more (all of them: --csv FILE)");
        }

        WriteWrapped(Advice.WithOptions(finding.Advice), Indent);
    }

    /// <summary>Names an image, with its split where the name of the file does not begin with it.</summary>
    private static string Name(CheckedImage image)
    {
        string name = VisibleText.Escape(image.Name);
        return image.Name.StartsWith(image.Split + "/", StringComparison.Ordinal) ? name : $"{image.Split}: {name}";
    }

    private static void WriteWrapped(string text, int indent)
    {
        foreach (string line in TextWrap.Lines(text, Math.Max(MinWidth, Terminal.Out.Profile.Width) - indent))
        {
            StandardOutput.WriteLine(new string(' ', indent) + line);
        }
    }

    private static void Write(Utf8JsonWriter json, string name, ValueRange range)
    {
        json.WriteStartObject(name);
        json.WriteNumber("min", range.Min);
        json.WriteNumber("median", range.Median);
        json.WriteNumber("max", range.Max);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, DataFinding finding)
    {
        json.WriteString("finding", FindingTable.NameOf(finding.Kind));
        json.WriteNumber("count", finding.Count);
        json.WriteString("text", finding.Text);
        json.WriteString("advice", Advice.WithOptions(finding.Advice));
        json.WriteObjects("groups", finding.Groups, group =>
        {
            json.WriteString("detail", group.Detail);
            json.WriteObjects("images", group.Images, image =>
            {
                json.WriteString("split", image.Split);
                json.WriteString("file", image.Name);
                json.WriteString("class", image.Class);
            });
        });
    }

    private static string Describe(DataFindingKind kind) => kind switch
    {
        DataFindingKind.AcrossSplits => "copies in several splits",
        DataFindingKind.ConflictingLabels => "copies with different labels",
        DataFindingKind.Unreadable => "images that cannot be read",
        DataFindingKind.LikelyWrongLabels => "likely wrong labels",
        DataFindingKind.FewImages => "classes with few images",
        DataFindingKind.UnequalClasses => "unequal classes",
        DataFindingKind.Duplicates => "duplicates",
        DataFindingKind.NearDuplicates => "near duplicates",
        _ => "images smaller than the model's input",
    };
}
