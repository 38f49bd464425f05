using System.CommandLine;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise weights verify NAME</c>.</summary>
internal static class WeightsVerifyVerb
{
    private const string Examples =
        """
          lanewise weights verify resnet18-cntk
          lanewise weights verify resnet18-cntk --json
        """;

    public static Command Create()
    {
        var name = SharedOptions.WeightsName();
        var dataDir = SharedOptions.WeightsDataDir();
        var json = SharedOptions.Json();
        var verb = new Verb("verify", "Compare the file of pretrained weights with its checksum.", Examples) { name, dataDir, json };
        verb.SetAction(parse => Verify(
            PretrainedCatalog.Find(parse.GetRequiredValue(name)), new PretrainedStore(parse.GetValue(dataDir)), parse.GetValue(json)));
        return verb;
    }

    private static int Verify(PretrainedEntry entry, PretrainedStore store, bool asJson)
    {
        var (stored, sha256, isGood) = store.Verify(entry);
        if (asJson)
        {
            JsonOutput.Print(json =>
            {
                json.WriteString("name", entry.Name);
                json.WriteString("path", stored.Path);
                json.WriteBoolean("ok", isGood);
                json.WriteString("sha256", sha256);
                json.WriteString("expected_sha256", entry.Sha256);
            });
        }
        else
        {
            StandardOutput.WriteLine($"{stored.Path}: {(isGood ? "ok" : "wrong content")} (SHA-256 {sha256})");
        }

        return isGood
            ? ExitCode.Done
            : throw new PretrainedException(
                $"{entry.Name}: the SHA-256 of {stored.Path} is {sha256}, not {entry.Sha256}; the file is damaged or another one.",
                PretrainedError.Damaged,
                entry)
            {
                Root = store.Root,
            };
    }
}
