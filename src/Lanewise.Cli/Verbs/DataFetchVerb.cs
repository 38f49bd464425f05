using System.CommandLine;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Terminals;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise data fetch NAME</c>.</summary>
internal static class DataFetchVerb
{
    private const string Examples =
        """
          lanewise data fetch mnist
          lanewise data fetch fashion-mnist --data-dir /srv/datasets
        """;

    public static Command Create()
    {
        var name = SharedOptions.DatasetName();
        var dataDir = OptionFactory.Text("--data-dir", "FOLDER", "Folder to store the dataset in.", "the cache");
        var json = SharedOptions.Json();
        var verb = new Verb("fetch", "Download a dataset unless it is on disk already, and verify it.", Examples) { name, dataDir, json };
        verb.SetAction(async (parse, cancellation) =>
        {
            var entry = DatasetCatalog.Find(parse.GetRequiredValue(name));
            var roots = DatasetRoots.From(parse.GetValue(dataDir));
            bool present = entry.Locate(roots) is { IsComplete: true } here && entry.Verify(here).All(check => check.IsGood);
            string? folder = entry.IsBuiltIn ? null
                : present ? entry.Locate(roots)!.Folder
                : await FetchAsync(entry, roots, cancellation).ConfigureAwait(false);
            if (parse.GetValue(json))
            {
                JsonOutput.Print(writer =>
                {
                    writer.WriteString("name", entry.Name);
                    writer.WriteString("folder", folder);
                    writer.WriteBoolean("built_in", entry.IsBuiltIn);
                    writer.WriteBoolean("downloaded", !present && !entry.IsBuiltIn);
                });
                return ExitCode.Done;
            }

            StandardOutput.WriteLine(folder is null ? $"{entry.Name} is built in; there is nothing to download."
                : present ? $"{entry.Name} is on disk and complete: {folder}"
                : $"{entry.Name} was downloaded to {folder}.");
            return ExitCode.Done;
        });
        return verb;
    }

    private static async Task<string> FetchAsync(DatasetEntry entry, DatasetRoots roots, CancellationToken cancellation)
    {
        using var display = new DownloadDisplay();
        var location = await entry.FetchAsync(new DatasetOptions { Roots = roots, Progress = display }, cancellation).ConfigureAwait(false);
        return location.Folder;
    }
}
