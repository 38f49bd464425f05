using System.CommandLine;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise weights fetch NAME</c>.</summary>
internal static class WeightsFetchVerb
{
    private const string Description =
        "Fetch pretrained weights unless they are on disk already, and verify them. Weights in a NuGet package are fetched by the .NET SDK "
        + "('dotnet package download'), with its package sources, proxies and credentials; the others by HTTP.";

    private const string Examples =
        """
          lanewise weights fetch resnet18-cntk
          lanewise weights fetch resnet18-cntk --accept-license    without a question, as in scripts
          lanewise weights fetch resnet18-cntk --from microsoft.ml.dnnimagefeaturizer.resnet18.0.23.1.nupkg
          lanewise weights fetch resnet50-v2 --from resnet50-11ad3fa6.pth
        """;

    public static Command Create()
    {
        var name = SharedOptions.WeightsName();
        var from = OptionFactory.Text(
            "--from", "FILE", "Take a file that was fetched by hand: the weights, or the NuGet package (.nupkg) that holds them.");
        var accept = new Option<bool>("--accept-license") { Description = "Accept the licence, where the publisher asks for it." };
        var dataDir = SharedOptions.WeightsDataDir();
        var json = SharedOptions.Json();
        var verb = new Verb("fetch", Description, Examples) { name, from, accept, dataDir, json };
        verb.SetAction(async (parse, cancellation) =>
        {
            var entry = PretrainedCatalog.Find(parse.GetRequiredValue(name));
            var store = new PretrainedStore(parse.GetValue(dataDir));
            bool present = store.Locate(entry) is not null && store.Verify(entry).IsGood;
            bool isAccepted = parse.GetValue(accept);
            var consent = LicensePrompt.Create(isAccepted);
            if (!present && (isAccepted || !entry.AsksForAcceptance))
            {
                LicensePrompt.Show(entry);
            }

            using var display = new DownloadDisplay();
            var options = new PretrainedFetchOptions
            {
                From = parse.GetValue(from),
                Consent = consent,
                Progress = display,
                Notices = new Notices(),
            };
            var stored = await store.FetchAsync(entry, options, cancellation).ConfigureAwait(false);
            Print(stored, present, parse.GetValue(json));
            return ExitCode.Done;
        });
        return verb;
    }

    private static void Print(StoredWeights stored, bool present, bool asJson)
    {
        var entry = stored.Entry;
        if (asJson)
        {
            JsonOutput.Print(json =>
            {
                json.WriteString("name", entry.Name);
                json.WriteString("path", stored.Path);
                json.WriteString("license", entry.License);
                json.WriteBoolean("fetched", !present);
            });
            return;
        }

        StandardOutput.WriteLine(present
            ? $"{entry.Name} is on disk and complete: {stored.Path}"
            : $"{entry.Name} was fetched to {stored.Path}.");
    }

    private sealed class Notices : IProgress<string>
    {
        public void Report(string value) => Terminal.Notice(value);
    }
}
