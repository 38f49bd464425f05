using System.CommandLine;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Reports;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise data remove NAME</c>.</summary>
internal static class DataRemoveVerb
{
    private const string Description =
        "Remove the files of a dataset that 'lanewise data fetch' or a training downloaded to the cache. Files elsewhere are kept.";

    private const string Examples =
        """
          lanewise data remove mnist
          lanewise data remove mnist --json
        """;

    public static Command Create()
    {
        var name = SharedOptions.DatasetName();
        var json = SharedOptions.Json();
        var verb = new Verb("remove", Description, Examples) { name, json };
        verb.SetAction(parse =>
        {
            var entry = DatasetCatalog.Find(parse.GetRequiredValue(name));
            var (paths, bytes) = DatasetRemoval.Remove(entry, DatasetRoots.From());
            RemovalReport.Print(entry.Name, paths, bytes, parse.GetValue(json));
            return ExitCode.Done;
        });
        return verb;
    }
}
