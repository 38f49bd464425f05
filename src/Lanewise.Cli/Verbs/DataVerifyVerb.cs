using System.CommandLine;
using System.Text.Json;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise data verify NAME</c>.</summary>
internal static class DataVerifyVerb
{
    private const string Examples =
        """
          lanewise data verify mnist
          lanewise data verify fashion-mnist --data-dir /srv/datasets --json
        """;

    public static Command Create()
    {
        var name = SharedOptions.DatasetName();
        var dataDir = SharedOptions.DataDir();
        var json = SharedOptions.Json();
        var verb = new Verb("verify", "Compare the files of a dataset with their known checksums.", Examples) { name, dataDir, json };
        verb.SetAction(parse => Verify(
            DatasetCatalog.Find(parse.GetRequiredValue(name)), DatasetRoots.From(parse.GetValue(dataDir)), parse.GetValue(json)));
        return verb;
    }

    private static int Verify(DatasetEntry entry, DatasetRoots roots, bool json)
    {
        var location = entry.Locate(roots);
        if (location is null && !entry.IsBuiltIn)
        {
            string option = roots.Explicit is { } folder ? $" --data-dir {Shell.Quote(folder)}" : "";
            throw new LanewiseException(
                $"{entry.Name}: none of its files is in {string.Join(", ", roots.Folders)}; "
                + $"download them with 'lanewise data fetch {entry.Name}{option}'.");
        }

        var checks = location is null ? [] : entry.Verify(location);
        int bad = checks.Count(check => !check.IsGood);
        if (json)
        {
            JsonOutput.Print(writer =>
            {
                writer.WriteString("name", entry.Name);
                writer.WriteString("folder", location?.Folder);
                writer.WriteBoolean("ok", bad == 0);
                writer.WriteObjects("files", checks, check => Write(writer, check));
            });
        }
        else
        {
            Print(entry, location, checks);
        }

        return bad == 0
            ? ExitCode.Done
            : throw new DatasetException(
                $"{entry.Name} in {location!.Folder}: {bad} of {checks.Count} files failed verification; {entry.Remedy(roots, location)}.",
                DatasetError.Damaged,
                entry.Name)
            {
                Folder = location.Folder,
                Root = entry.DownloadRoot(roots, location),
            };
    }

    private static void Print(DatasetEntry entry, DatasetLocation? location, IReadOnlyList<FileCheck> checks)
    {
        StandardOutput.WriteLine(location is null
            ? $"{entry.Name} is built in; there is nothing to verify."
            : $"{entry.Name} in {location.Folder}");
        foreach (var check in checks)
        {
            StandardOutput.WriteLine($"  {check}");
        }
    }

    private static void Write(Utf8JsonWriter json, FileCheck check)
    {
        json.WriteString("file", check.Name);
        json.WriteString("path", check.Path);
        json.WriteString("status", check.Status switch
        {
            FileStatus.Ok => "ok",
            FileStatus.Missing => "missing",
            FileStatus.WrongChecksum => "wrong_checksum",
            FileStatus.Unreadable => "unreadable",
            _ => "no_checksum_known",
        });
        json.WriteString("expected_md5", check.Expected);
        json.WriteString("actual_md5", check.Actual);
        json.WriteString("error", check.Error);
    }
}
