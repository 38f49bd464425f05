namespace Lanewise.Tests.Onnx;

/// <summary>Whole files, small, with every operator that is written.</summary>
internal static class OnnxSeeds
{
    /// <summary>Writes the files.</summary>
    public static byte[][] All()
    {
        using var folder = new TemporaryFolder();
        var files = new List<byte[]>();
        foreach (var network in OnnxNetworks.All)
        {
            files.Add(Write(folder, network, null, new OnnxExportOptions { Opset = 21 }));
        }

        var photos = Network.Define("photos", new(3, 8, 8), x => x
            .Conv2d("conv", 4, kernelSize: 3).BatchNorm2d("norm").ReLU().AdaptiveAvgPool2d().Flatten().Linear("fc", 3));
        files.Add(Write(folder, photos, ImageTransform.ImageNet.For(photos.Input), new OnnxExportOptions { Input = OnnxInput.UInt8 }));
        var folded = new OnnxExportOptions { FoldBatchNorm = true, Probabilities = true };
        files.Add(Write(folder, photos, ImageTransform.ImageNet.For(photos.Input), folded));
        return [.. files];
    }

    private static byte[] Write(TemporaryFolder folder, Network network, ImageTransform? transform, OnnxExportOptions options)
    {
        OnnxFile.Write(folder["seed.onnx"], OnnxModels.Of(network, transform), options);
        return File.ReadAllBytes(folder["seed.onnx"]);
    }
}
