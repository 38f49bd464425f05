using System.CommandLine;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Reports;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise weights remove NAME</c>.</summary>
internal static class WeightsRemoveVerb
{
    private const string Description =
        "Remove pretrained weights that were fetched, an unfinished download too. Files that were put there by hand are kept.";

    private const string Examples =
        """
          lanewise weights remove resnet18-cntk
          lanewise weights remove resnet18-cntk --json
        """;

    public static Command Create()
    {
        var name = SharedOptions.WeightsName();
        var dataDir = SharedOptions.WeightsDataDir();
        var json = SharedOptions.Json();
        var verb = new Verb("remove", Description, Examples) { name, dataDir, json };
        verb.SetAction(parse =>
        {
            var entry = PretrainedCatalog.Find(parse.GetRequiredValue(name));
            var removed = new PretrainedStore(parse.GetValue(dataDir)).Remove(entry);
            RemovalReport.Print(entry.Name, removed.Paths, removed.Bytes, parse.GetValue(json));
            return ExitCode.Done;
        });
        return verb;
    }
}
