using Lanewise.Files;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit;
using Runtime = Microsoft.ML.OnnxRuntime;

namespace Lanewise.Tests.Onnx;

/// <summary>ONNX Runtime computes what the network computes, for every model of the catalog and every op.</summary>
public sealed class OnnxExportTests
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Models => [.. ModelCatalog.All.Select(entry => entry.Name).Where(name => !IsDeep(name))];

    [Theory]
    [MemberData(nameof(Models))]
    public void A_runtime_gives_the_networks_logits(string name)
    {
        var model = OnnxModels.Small(name);
        foreach (bool folds in new[] { false, true })
        {
            AssertAgrees(model, new OnnxExportOptions { FoldBatchNorm = folds }, count: 5);
            AssertAgrees(model, new OnnxExportOptions { FoldBatchNorm = folds, BatchSize = 1 }, count: 1);
            AssertAgrees(model, new OnnxExportOptions { FoldBatchNorm = folds, Input = OnnxInput.UInt8 }, count: 5);
        }
    }

    [Theory]
    [InlineData(13)]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(18)]
    [InlineData(19)]
    [InlineData(20)]
    [InlineData(21)]
    public void Every_opset_holds(int opset)
    {
        foreach (string name in new[] { "inception", "residual", "googlenet", "googlenet-paper", "resnet18", "resnet20" })
        {
            AssertAgrees(OnnxModels.Small(name), new OnnxExportOptions { Opset = opset, Input = OnnxInput.UInt8 }, count: 2);
        }

        foreach (var network in OnnxNetworks.All.Where(network => opset >= OnnxNetworks.MinOpset(network)))
        {
            AssertAgrees(OnnxModels.Of(network, null), new OnnxExportOptions { Opset = opset }, count: 2);
        }
    }

    [Fact]
    public void Layers_may_have_the_names_of_other_values()
    {
        var network = Network.Define("names", new(3, 8, 8), x => x
            .Conv2d("logits", 4, 3).Then(new SiLU(), "a").Conv2d("a.gate", 4, 1).Then(new Hardtanh(0, 6), "b").Then(new ReLU(), "b.min")
            .Conv2d("normalize", 4, 1).Then(new ReLU(), "fc.weight").Then(new Flatten(), "output").Linear("probabilities", 5)
            .Linear("fc", 3));
        var model = OnnxModels.Of(network, ImageTransform.ImageNet.For(network.Input));
        AssertAgrees(model, new OnnxExportOptions { Input = OnnxInput.UInt8 }, count: 2);
        float[] output = Run(model, new OnnxExportOptions { Probabilities = true }, OnnxModels.Images(network, 2), "probabilities");
        Assert.Equal(2 * 3, output.Length);
    }

    [Fact]
    public void Probabilities_are_the_softmax_of_the_logits()
    {
        var model = OnnxModels.Small("residual");
        float[] images = OnnxModels.Images(model.Network, 3);
        float[] logits = OnnxModels.Run(model.Network, model.Weights, images);
        float[] probabilities = Run(model, new OnnxExportOptions { Probabilities = true }, images, "probabilities");
        for (int i = 0; i < 3; i++)
        {
            var row = logits.Skip(i * 7).Take(7).ToArray();
            double sum = row.Sum(z => Math.Exp(z));
            Assert.All(row.Index(), z => Assert.Equal(Math.Exp(z.Item) / sum, probabilities[i * 7 + z.Index], 1e-5));
        }
    }

    [Fact]
    public void Every_op_is_written() => Assert.All(
        Lanewise.Engine.OpTable.Rows.Where(row => row.Type != typeof(Input)),
        row => Assert.True(Lanewise.Onnx.Export.ExportTable.Contains(row.Type), row.Type.Name));

    internal static bool IsDeep(string name) =>
        name is "resnet101" or "resnet152" or "resnet110" or "plain110" or "plain56" or "resnet56" or "resnet1202";

    private static void AssertAgrees(ModelFile model, OnnxExportOptions options, int count)
    {
        float[] images, actual;
        if (options.Input == OnnxInput.UInt8)
        {
            byte[] pixels = OnnxModels.Pixels(model.Network, count);
            images = new float[pixels.Length];
            int size = model.Network.Input.Count;
            for (int i = 0; i < count; i++)
            {
                model.Card.Transform!.Normalize(pixels.AsSpan(i * size, size), images.AsSpan(i * size, size));
            }

            actual = Run(model, options, pixels, null);
        }
        else
        {
            images = OnnxModels.Images(model.Network, count);
            actual = Run(model, options, images, null);
        }

        double difference = OnnxModels.Difference(OnnxModels.Run(model.Network, model.Weights, images), actual);
        Assert.True(difference < Tolerance, $"{model.Network.Name}, {options}: {difference}");
    }

    private static float[] Run<T>(ModelFile model, OnnxExportOptions options, T[] input, string? output)
    {
        using var folder = new TemporaryFolder();
        string path = folder["model.onnx"];
        var export = OnnxFile.Write(path, model, options);
        Assert.InRange(export.MaxDifference, 0, Tolerance);
        using var session = new Runtime.InferenceSession(path);
        Assert.Equal(["input"], session.InputNames);
        if (output is not null)
        {
            Assert.Equal([output], session.OutputNames);
        }

        var shape = model.Network.Input;
        var tensor = new DenseTensor<T>(input, [input.Length / shape.Count, shape.Channels, shape.Height, shape.Width]);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("input", tensor)]);
        return [.. results[0].AsEnumerable<float>()];
    }
}
