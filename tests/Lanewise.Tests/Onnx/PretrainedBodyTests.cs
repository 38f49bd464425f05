using Lanewise.Imaging;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit;
using Runtime = Microsoft.ML.OnnxRuntime;

namespace Lanewise.Tests.Onnx;

/// <summary>The published ONNX file of CNTK's ResNet-18, where it was fetched ('lanewise weights fetch resnet18-cntk').</summary>
public sealed class PretrainedBodyTests(ITestOutputHelper output)
{
    private static string File => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache/lanewise/weights/resnet18-cntk/ResNet18.onnx");

    private static string Photographs =>
        Path.Combine(Environment.GetEnvironmentVariable("LANEWISE_DATA") ?? "", "hymenoptera_data/val/bees");

    [Fact]
    public void Features_of_ten_photographs_are_those_of_a_runtime()
    {
        Assert.SkipUnless(System.IO.File.Exists(File) && Directory.Exists(Photographs), "The weights or the photographs are not here.");
        var read = OnnxFile.Read(File);
        var entry = ModelCatalog.Find("resnet18-cntk");
        var transform = entry.Transform.For(read.Network.Input);
        string[] files = [.. Directory.GetFiles(Photographs).Order(StringComparer.Ordinal).Take(10)];
        int size = read.Network.Input.Count;
        float[] images = new float[files.Length * size];
        foreach (var (i, file) in files.Index())
        {
            transform.Normalize(transform.Apply(ImageDecoder.Decode(file)).Pixels, images.AsSpan(i * size, size));
        }

        float[] features = OnnxModels.Run(read.Network, read.Weights, images);
        using var session = new Runtime.InferenceSession(File);
        double worst = 0;
        for (int i = 0; i < files.Length; i++)
        {
            var tensor = new DenseTensor<float>(images.AsMemory(i * size, size), [1, 3, 224, 224]);
            using var results = session.Run([NamedOnnxValue.CreateFromTensor(session.InputNames[0], tensor)]);
            float[] expected = [.. results[0].AsEnumerable<float>()];
            worst = Math.Max(worst, OnnxModels.Difference(expected, features.AsSpan(i * 512, 512).ToArray()));
        }

        output.WriteLine(FormattableString.Invariant($"largest difference {worst:E1} of the largest feature"));
        Assert.InRange(worst, 0, 1e-4);

        // Under the names of the catalog it is the same network.
        var network = entry.ForClasses(2);
        var body = network.UpTo(GraphWalk.Classifier(network.Output)!.Inputs[0]);
        var weights = new Weights(StructuralMatch.Rename(read.Network, read.Weights, body)!
            .Concat(body.Parameters.Where(p => p.IsOptional).Select(p => new Tensor(p.Name, p.Dimensions, new float[p.Count])))
            .DistinctBy(tensor => tensor.Name));
        Assert.InRange(OnnxModels.Difference(features, OnnxModels.Run(body, weights.Of(body), images)), 0, 1e-5);
    }
}
