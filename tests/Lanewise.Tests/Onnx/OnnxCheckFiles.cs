using Lanewise.Files;
using Xunit;

namespace Lanewise.Tests.Onnx;

/// <summary>Writes the files that tests/goldens/onnx_check.py checks; that script runs it.</summary>
public sealed class OnnxCheckFiles
{
    // What Debian's python3-onnx knows.
    private const int MaxOpset = 17;

    [Fact(Explicit = true)]
    public void Files_of_all_families_and_ops_are_written()
    {
        string folder = Environment.GetEnvironmentVariable("LANEWISE_ONNX_FILES")
            ?? throw new InvalidOperationException("LANEWISE_ONNX_FILES is not set; it names the folder to write to.");
        for (int opset = OnnxExportOptions.MinOpset; opset <= MaxOpset; opset++)
        {
            foreach (var network in OnnxNetworks.All.Where(network => opset >= OnnxNetworks.MinOpset(network)))
            {
                Write(folder, OnnxModels.Of(network, null), new OnnxExportOptions { Opset = opset });
            }

            foreach (var entry in ModelCatalog.All.Where(entry => !OnnxExportTests.IsDeep(entry.Name)))
            {
                var model = OnnxModels.Small(entry.Name);
                Write(folder, model, new OnnxExportOptions { Opset = opset });
                Write(folder, model, new OnnxExportOptions { Opset = opset, FoldBatchNorm = true, BatchSize = 1 });
                Write(folder, model, new OnnxExportOptions { Opset = opset, Input = OnnxInput.UInt8, Probabilities = true });
            }
        }
    }

    private static void Write(string folder, ModelFile model, OnnxExportOptions options)
    {
        string form = $"{options.Opset} {options.Input} {(options.FoldBatchNorm ? "folded" : "kept")} {options.BatchSize}";
        OnnxFile.Write(Path.Combine(folder, $"{model.Network.Name} {form}.onnx"), model, options);
    }
}
