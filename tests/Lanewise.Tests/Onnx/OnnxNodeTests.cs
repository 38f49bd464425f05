using Google.Protobuf;
using Lanewise.Onnx.Import;
using Lanewise.Onnx.Schema;
using Xunit;

namespace Lanewise.Tests.Onnx;

/// <summary>
/// The node tests of the ONNX backend (release 1.20), where they are at hand: each runs as a network, is computed as a constant, or is
/// refused with a reason; none gives a wrong number.
/// </summary>
public sealed class OnnxNodeTests(ITestOutputHelper output)
{
    private const double RelativeTolerance = 1e-3, AbsoluteTolerance = 1e-7;
    private static readonly string? Folder = Find();

    private enum Outcome
    {
        Network,
        Constant,
        Refused,
    }

    [Fact]
    public void No_node_test_gives_a_wrong_number()
    {
        Assert.SkipWhen(Folder is null, "The folder onnx-node is not in LANEWISE_DATA.");
        var results = Directory.GetDirectories(Folder!).Order(StringComparer.Ordinal)
            .Select(folder => (Name: Path.GetFileName(folder), Result: Run(folder))).ToArray();
        foreach (var group in results.GroupBy(result => result.Result.Outcome))
        {
            output.WriteLine($"{group.Key}: {group.Count()}");
        }

        foreach (var (name, (outcome, reason)) in results)
        {
            output.WriteLine($"{name}: {outcome} {reason}");
        }

        string[] wrong = [.. results.Where(r => r.Result.Reason.StartsWith("WRONG", StringComparison.Ordinal)).Select(r => r.Name)];
        Assert.Empty(wrong);
        string[] networks = [.. results.Where(result => result.Result.Outcome == Outcome.Network).Select(result => result.Name)];
        Assert.All(Expected, name => Assert.Contains(name, networks));
    }

    private static string[] Expected => [.. Directory.GetDirectories(Folder!).Select(path => Path.GetFileName(path)!)
        .Where(name => ExpectedPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
        .Where(name => !name.Contains("1d", StringComparison.Ordinal) && !name.Contains("3d", StringComparison.Ordinal)
            && !name.Contains("training_mode", StringComparison.Ordinal) && !name.Contains("transposeA", StringComparison.Ordinal))];

    private static readonly string[] ExpectedPrefixes =
    [
        "test_basic_conv", "test_conv_with", "test_maxpool_2d", "test_averagepool_2d", "test_globalaveragepool", "test_globalmaxpool",
        "test_batchnorm_e", "test_gelu_default_2", "test_gelu_tanh_2",
    ];

    private static string? Find()
    {
        string? data = Environment.GetEnvironmentVariable("LANEWISE_DATA");
        string folder = Path.Combine(data ?? "", "onnx-node");
        return data is not null && Directory.Exists(folder) ? folder : null;
    }

    private static (Outcome Outcome, string Reason) Run(string folder)
    {
        string set = Path.Combine(folder, "test_data_set_0"), reason;
        TensorProto[] inputs, outputs;
        try
        {
            inputs = Read(set, "input");
            outputs = Read(set, "output");
        }
        catch (InvalidProtocolBufferException)
        {
            return (Outcome.Refused, "a sequence or an optional value");
        }

        try
        {
            return (Outcome.Network, Compare(outputs, RunNetwork(folder, inputs), isNetwork: true));
        }
        catch (ModelFormatException e)
        {
            reason = e.Message;
        }

        try
        {
            return (Outcome.Constant, Compare(outputs, RunConstant(folder, inputs), isNetwork: false));
        }
        catch (Exception e) when (e is NotSupportedException or ModelFormatException)
        {
            return (Outcome.Refused, $"{reason}; as constants: {e.Message}");
        }
    }

    /// <summary>Runs the model with its first input as a batch of images, the others as stored tensors.</summary>
    private static Constant[] RunNetwork(string folder, TensorProto[] inputs)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(folder, "model.onnx")));
        var names = model.Graph.Input.Select(input => input.Name).ToArray();
        Store(model, inputs.Skip(1).Zip(names.Skip(1)));
        using var temporary = new TemporaryFolder();
        string path = temporary["model.onnx"];
        using (var stream = File.Create(path))
        {
            model.WriteTo(stream);
        }

        var read = OnnxFile.Read(path, new OnnxReadOptions { KeepsSoftmax = true });
        var images = new TensorReader(path).Read(inputs[0]);
        if (images.Dims is not [> 0, ..])
        {
            throw new NotSupportedException("no batch");
        }

        float[] result = OnnxModels.Run(read.Network, read.Weights, Transposed(images, read.Network));
        return [Constant.Of([images.Dims[0], read.Network.OutputCount], result)];
    }

    private static float[] Transposed(Constant images, Network network) => images.Count == images.Dims[0] * network.Input.Count
        ? images.ToFloats()
        : throw new NotSupportedException("the images have another size than the input");

    private static Constant[] RunConstant(string folder, TensorProto[] inputs)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(folder, "model.onnx")));
        var names = model.Graph.Input.Select(input => input.Name).ToArray();
        Store(model, inputs.Zip(names));
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(new[] { 1L, 3, 8, 8 }.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        var tensor = new TypeProto.Types.Tensor { ElemType = 1, Shape = shape };
        model.Graph.Input.Add(new ValueInfoProto { Name = "unused image", Type = new TypeProto { TensorType = tensor } });
        var graph = new GraphImport(
            model.Graph, Path.Combine(folder, "model.onnx"), model.OpsetImport[0].Version, new OnnxReadOptions { KeepsSoftmax = true });
        var constants = graph.ToConstants(model.Graph.Output.Select(output => output.Name));
        return constants.Count > 0 ? [.. constants] : throw new NotSupportedException("its output is not known");
    }

    private static void Store(ModelProto model, IEnumerable<(TensorProto Tensor, string Name)> tensors)
    {
        foreach (var (tensor, name) in tensors)
        {
            tensor.Name = name;
            model.Graph.Initializer.Add(tensor);
        }
    }

    private static TensorProto[] Read(string folder, string kind) => [.. Enumerable.Range(0, 20)
        .Select(i => Path.Combine(folder, $"{kind}_{i}.pb")).Where(File.Exists)
        .Select(path => TensorProto.Parser.ParseFrom(File.ReadAllBytes(path)))];

    private static string Compare(TensorProto[] expected, Constant[] actual, bool isNetwork)
    {
        var reader = new TensorReader("");
        // A network has one output; further ones, such as a dropout's mask, are not read.
        foreach (var (tensor, result) in expected.Select(reader.Read).Zip(actual))
        {
            float[] a = tensor.ToFloats(), b = result.ToFloats();
            bool hasShape = isNetwork || tensor.Dims.SequenceEqual(result.Dims);
            bool agrees = a.Length == b.Length && hasShape
                && a.Zip(b).All(pair => Math.Abs(pair.First - pair.Second) <= AbsoluteTolerance + RelativeTolerance * Math.Abs(pair.First));
            if (!agrees)
            {
                return $"WRONG ({string.Join(", ", tensor.Dims)}) {string.Join(' ', a.Take(8))} … is "
                    + $"({string.Join(", ", result.Dims)}) {string.Join(' ', b.Take(8))} …";
            }
        }

        return "";
    }
}
