using System.CommandLine;
using System.Text.Json;
using Lanewise.Cli.Terminals;
using Lanewise.Data;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise data list</c>.</summary>
internal static class DataListVerb
{
    private const string Examples =
        """
          lanewise data list
          lanewise data list --data-dir /srv/datasets --json
        """;

    public static Command Create()
    {
        var dataDir = Options.DataDir();
        var json = Options.Json();
        var verb = new Verb("list", "List the datasets: what they show, and whether and where they are here.", Examples) { dataDir, json };
        verb.SetAction(parse =>
        {
            var roots = DatasetRoots.From(parse.GetValue(dataDir));
            var found = DatasetCatalog.All.Select(entry => (Entry: entry, Location: entry.Locate(roots))).ToArray();
            if (parse.GetValue(json))
            {
                JsonOutput.Print(writer => writer.WriteObjects("datasets", found, dataset => Write(writer, dataset.Entry, dataset.Location)));
                return ExitCode.Done;
            }

            var table = new ReportTable("dataset", "shows", ">image", ">classes", "where");
            foreach (var (entry, location) in found)
            {
                table.Add(entry.Name, entry.Title, entry.Shape.ToString(), Report.Count(entry.Classes.Count), Where(entry, location));
            }

            table.Print();
            return ExitCode.Done;
        });
        return verb;
    }

    private static void Write(Utf8JsonWriter json, DatasetEntry entry, DatasetLocation? location)
    {
        json.WriteString("name", entry.Name);
        json.WriteString("title", entry.Title);
        json.WriteNumbers("image", [entry.Shape.Channels, entry.Shape.Height, entry.Shape.Width]);
        json.WriteNumber("classes", entry.Classes.Count);
        json.WriteBoolean("built_in", entry.IsBuiltIn);
        json.WriteBoolean("available", entry.IsBuiltIn || location is { IsComplete: true });
        json.WriteString("folder", location?.Folder);
    }

    private static string Where(DatasetEntry entry, DatasetLocation? location) => (entry.IsBuiltIn, location) switch
    {
        (true, _) => "built in",
        (_, null) => $"not on disk; lanewise data fetch {entry.Name}",
        (_, { IsComplete: true }) => location.Folder,
        _ => $"{location.Folder} (incomplete)",
    };
}
