// Compares ONNX Runtime's logits with Lanewise's: Lanewise.OnnxCheck [MODEL...]
// Each model of the catalog at its own size and number of classes, with random weights and batch statistics, is exported for a batch of 1
// and of 5, with batch norm kept and folded, for normalized floats and for pixels. Prints a Markdown table of the largest differences,
// each divided by the largest logit; exit code 1 if one is above the limit.
using System.Globalization;
using Lanewise;
using Lanewise.OnnxCheck;

const double Limit = 1e-4;
const int Many = 5;
OnnxExportOptions single = new() { BatchSize = 1 }, several = new() { BatchSize = Many };
OnnxExportOptions[] floats = [single, several, single with { FoldBatchNorm = true }, several with { FoldBatchNorm = true }];
OnnxExportOptions[] columns = [.. floats, .. floats.Select(options => options with { Input = OnnxInput.UInt8 })];
string[] names = args.Length > 0 ? args : [.. ModelCatalog.All.Select(entry => entry.Name)];
Print(["model", "input", .. columns.Select(Title)]);
Print(["---", "---", .. columns.Select(_ => "---:")]);
double largest = 0;
foreach (string name in names)
{
    using var comparison = new Comparison(ModelCatalog.Find(name));
    double[] differences = [.. columns.Select(comparison.Difference)];
    Print([name, $"{comparison.Input}", .. differences.Select(value => value.ToString("0.0e+0", CultureInfo.InvariantCulture))]);
    largest = Math.Max(largest, differences.Max());
}

Console.WriteLine();
int files = names.Length * columns.Length;
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture, $"{names.Length} models, {files} files; largest {largest:0.0e+0}, limit {Limit:0e+0}."));
return largest <= Limit ? 0 : 1;

static string Title(OnnxExportOptions options) =>
    $"{options.Input.ToString().ToLowerInvariant()}{(options.FoldBatchNorm ? ", folded" : "")}, batch {options.BatchSize}";

static void Print(IEnumerable<string> cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");
