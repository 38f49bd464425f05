using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise weights list</c>.</summary>
internal static class WeightsListVerb
{
    private const string Description = "List the pretrained weights, with model, use, size, licence and location on disk.";

    private const string Examples =
        """
          lanewise weights list
          lanewise weights list --json
        """;

    private const string TestedNote =
        "tested: these very weights were run; the others are tested with files of random weights of the same form, from a local server.";

    public static Command Create()
    {
        var dataDir = SharedOptions.WeightsDataDir();
        var asJson = SharedOptions.Json();
        var verb = new Verb("list", Description, Examples) { dataDir, asJson };
        verb.SetAction(parse =>
        {
            var store = new PretrainedStore(parse.GetValue(dataDir));
            var weights = PretrainedCatalog.All.Select(entry => (Entry: entry, Stored: store.Locate(entry))).ToArray();
            if (parse.GetValue(asJson))
            {
                JsonOutput.Print(json => json.WriteObjects("weights", weights, row => Write(json, row.Entry, row.Stored)));
                return ExitCode.Done;
            }

            var table = new ConsoleTable("weights", "model", "use", ">size", "licence", "tested", "location");
            foreach (var (entry, stored) in weights)
            {
                string size = string.Create(CultureInfo.InvariantCulture, $"{entry.Bytes / 1e6:F1} MB");
                string location = entry.IsBuiltIn ? "built in" : stored?.Path ?? $"not on disk; lanewise weights fetch {entry.Name}";
                table.Add(entry.Name, entry.Model, UseOf(entry), size, entry.License, entry.IsTested ? "yes" : "no", location);
            }

            table.Print();
            StandardOutput.WriteLine();
            StandardOutput.WriteLine(TestedNote);
            return ExitCode.Done;
        });
        return verb;
    }

    private static string UseOf(PretrainedEntry entry) =>
        entry.Use == PretrainedUse.Body ? "body to fine-tune" : $"classifier of {NumberFormat.Count(entry.Classes)} classes";

    private static void Write(Utf8JsonWriter json, PretrainedEntry entry, StoredWeights? stored)
    {
        json.WriteString("name", entry.Name);
        json.WriteString("model", entry.Model);
        json.WriteString("use", entry.Use == PretrainedUse.Body ? "body" : "classifier");
        json.WriteNumber("classes", entry.Classes);
        json.WriteNumber("bytes", entry.Bytes);
        json.WriteString("sha256", entry.Sha256);
        json.WriteString("license", entry.License);
        json.WriteString("license_note", entry.LicenseNote);
        json.WriteString("origin", entry.Origin);
        json.WriteString("source", entry.Source);
        json.WriteBoolean("tested", entry.IsTested);
        json.WriteBoolean("available", entry.IsBuiltIn || stored is not null);
        json.WriteString("path", stored?.Path);
    }
}
