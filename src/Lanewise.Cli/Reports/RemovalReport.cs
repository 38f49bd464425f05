using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Reports;

/// <summary>Reports removed files.</summary>
internal static class RemovalReport
{
    /// <summary>Prints the files and the sum of their lengths.</summary>
    public static void Print(string name, IReadOnlyList<string> paths, long bytes, bool asJson)
    {
        if (asJson)
        {
            JsonOutput.Print(json =>
            {
                json.WriteString("name", name);
                json.WriteValues("removed", paths, json.WriteStringValue);
                json.WriteNumber("bytes", bytes);
            });
            return;
        }

        foreach (string path in paths)
        {
            StandardOutput.WriteLine($"removed {path}");
        }

        StandardOutput.WriteLine($"{name}: {NumberFormat.Count(paths.Count)} files, {NumberFormat.Count(bytes)} bytes");
    }
}
