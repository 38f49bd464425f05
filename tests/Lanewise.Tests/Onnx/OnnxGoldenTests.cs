using Lanewise.Engine;
using Lanewise.Files;
using Lanewise.Tests.Engine;
using Xunit;

namespace Lanewise.Tests.Onnx;

/// <summary>Files that PyTorch's exporter wrote give PyTorch's outputs, train, and can be written again.</summary>
public sealed class OnnxGoldenTests
{
    private const double Tolerance = 1e-5;
    private static readonly string Folder = Path.GetDirectoryName(Golden.PathOf(""))!;

    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(Folder, "onnx-*.onnx").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_file_gives_PyTorchs_outputs(string name)
    {
        var model = OnnxFile.Read(PathOf(name), Options);
        AssertOutput(name, OnnxModels.Run(model.Network, model.Weights, Input(name, model.Transform)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_files_network_trains(string name)
    {
        var model = OnnxFile.Read(PathOf(name));
        float[] images = Input(name, model.Transform);
        int count = images.Length / model.Network.Input.Count;
        var source = new TensorSource(images, [.. Enumerable.Range(0, count).Select(i => (float)i)]);
        using var plan = Plan.Compile(model.Network, new PlanOptions { BatchSize = count, Training = true, Threads = 1 });
        plan.SetWeights(model.Weights);
        plan.ComputeGradients(source, [.. Enumerable.Range(0, count)]);
        Assert.All(plan.Losses.ToArray(), loss => Assert.True(double.IsFinite(loss)));
        var gradients = plan.Gradients().Tensors;
        Assert.All(gradients, gradient => Assert.All(gradient.Values, value => Assert.True(float.IsFinite(value), gradient.Name)));
        Assert.Contains(gradients, gradient => gradient.Values.Any(value => value != 0));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_file_can_be_written_again(string name)
    {
        var model = OnnxFile.Read(PathOf(name), Options);
        string[] classes = [.. Enumerable.Range(0, model.Network.OutputCount).Select(i => $"class {i}")];
        var card = new ModelCard(model.Network.Name, classes, model.Transform, network: model.Network);
        using var folder = new TemporaryFolder();
        foreach (bool folds in new[] { false, true })
        {
            var options = new OnnxExportOptions { FoldBatchNorm = folds };
            var export = OnnxFile.Write(folder["again.onnx"], new(model.Network, model.Weights, card), options);
            Assert.InRange(export.MaxDifference, 0, Tolerance);
            var back = OnnxFile.Read(folder["again.onnx"], Options);
            Assert.Equal(model.Transform, back.Transform);
            AssertOutput(name, OnnxModels.Run(back.Network, back.Weights, Input(name, back.Transform)));
        }
    }

    [Fact]
    public void The_files_are_at_hand() => Assert.Equal(28, Names.Count);

    private static OnnxReadOptions Options => new() { KeepsSoftmax = true };

    private static string PathOf(string name) => Path.Combine(Folder, name + ".onnx");

    /// <summary>Returns the input of the network: pixels that are prepared as the file says, or what the script made of them.</summary>
    private static float[] Input(string name, ImageTransform? transform)
    {
        var golden = Golden.Read(name);
        if (transform is null)
        {
            return golden["input"].Values;
        }

        byte[] pixels = Array.ConvertAll(golden["pixels"].Values, value => (byte)value);
        float[] images = new float[pixels.Length];
        for (int at = 0; at < pixels.Length; at += transform.Input.Count)
        {
            transform.Normalize(pixels.AsSpan(at, transform.Input.Count), images.AsSpan(at, transform.Input.Count));
        }

        return images;
    }

    private static void AssertOutput(string name, float[] actual) =>
        Assert.InRange(OnnxModels.Difference(Golden.Read(name)["output"].Values, actual), 0, Tolerance);
}
