using System.CommandLine;
using System.Text.Json;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise data list</c>.</summary>
internal static class DataListVerb
{
    private const string Description = "List the datasets, with content, image shape, number of classes and location on disk.";

    private const string Examples =
        """
          lanewise data list
          lanewise data list --data-dir /srv/datasets --json
        """;

    public static Command Create()
    {
        var dataDir = SharedOptions.DataDir();
        var asJson = SharedOptions.Json();
        var verb = new Verb("list", Description, Examples) { dataDir, asJson };
        verb.SetAction(parse =>
        {
            var roots = DatasetRoots.From(parse.GetValue(dataDir));
            var datasets = DatasetCatalog.All.Select(entry => (Entry: entry, Location: entry.Locate(roots))).ToArray();
            if (parse.GetValue(asJson))
            {
                JsonOutput.Print(json => json.WriteObjects("datasets", datasets, dataset => Write(json, dataset.Entry, dataset.Location)));
                return ExitCode.Done;
            }

            var table = new ConsoleTable("dataset", "content", ">image", ">classes", "location");
            foreach (var (entry, location) in datasets)
            {
                string classes = NumberFormat.Count(entry.Classes.Count);
                table.Add(entry.Name, entry.Title, entry.Shape.ToString(), classes, DescribeLocation(entry, location));
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

    private static string DescribeLocation(DatasetEntry entry, DatasetLocation? location) => (entry.IsBuiltIn, location) switch
    {
        (true, _) => "built in",
        (_, null) => $"not on disk; lanewise data fetch {entry.Name}",
        (_, { IsComplete: true }) => location.Folder,
        _ => $"{location.Folder} (incomplete)",
    };
}
