using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Reports;

/// <summary>Prints the tensors of a weights file, of whatever model, without their values.</summary>
internal static class TensorList
{
    /// <summary>Reads what the file says about its tensors, and prints it on stdout.</summary>
    /// <exception cref="LanewiseException">The file cannot be read.</exception>
    public static void Print(string path, bool json)
    {
        var tensors = PretrainedFile.List(path);
        if (json)
        {
            JsonOutput.Print(document =>
            {
                document.WriteString("input", path);
                document.WriteObjects("tensors", tensors, tensor =>
                {
                    document.WriteString("set", tensor.Set);
                    document.WriteString("name", tensor.Name);
                    document.WriteStartArray("shape");
                    foreach (long size in tensor.Shape)
                    {
                        document.WriteNumberValue(size);
                    }

                    document.WriteEndArray();
                    document.WriteString("dtype", tensor.Type);
                });
            });
            return;
        }

        foreach (var set in tensors.GroupBy(tensor => tensor.Set, StringComparer.Ordinal))
        {
            string title = set.Key.Length == 0 ? Visible(path) : $"{Visible(path)}, --key {Visible(set.Key)}";
            StandardOutput.WriteLine($"{title}: {NumberFormat.Count(set.Count())} tensors");
            var table = new ConsoleTable("name", "shape", "type");
            foreach (var tensor in set)
            {
                table.Add(Visible(tensor.Name), tensor.Shape.Length == 0 ? "scalar" : string.Join('×', tensor.Shape), Visible(tensor.Type));
            }

            table.Print();
        }
    }

    private static string Visible(string text) => VisibleText.Escape(text);
}
