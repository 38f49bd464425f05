using Google.Protobuf;
using Lanewise.Files;
using Lanewise.Onnx.Schema;
using Xunit;
using AttributeType = Lanewise.Onnx.Schema.AttributeProto.Types.Type;

namespace Lanewise.Tests.Onnx;

/// <summary>Files that cannot be read are refused with one message that says why.</summary>
public sealed class OnnxRefusalTests
{
    private static readonly ModelFile Small = OnnxModels.Of(
        Network.Define("small", new(3, 8, 8), x => x.Conv2d("conv", 4, kernelSize: 3).ReLU().AdaptiveAvgPool2d().Flatten().Linear("fc", 3)),
        ImageTransform.ImageNet.For(new(3, 8, 8)));

    [Fact]
    public void Truncated_files_are_refused()
    {
        byte[] whole = Proto().ToByteArray();
        for (int i = 0; i < 50; i++)
        {
            byte[] part = whole[..(whole.Length * i / 50)];
            Assert.Throws<ModelFormatException>(() => OnnxFile.Read(part, "cut.onnx"));
        }
    }

    [Theory]
    [InlineData(new byte[] { }, "is empty (0 bytes)")]
    [InlineData(new byte[] { 0x08, 0x08, 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07 }, "is damaged or not an ONNX file")]
    [InlineData(new byte[] { 0x08, 0x08, 0x38, 0x01 }, "it has no graph")]
    [InlineData(new byte[] { 0x50, 0x4B, 0x03, 0x04, 0x00 }, "is damaged or not an ONNX file")]
    public void What_is_no_model_is_refused(byte[] file, string message) =>
        Assert.Contains(
            message, Assert.Throws<ModelFormatException>(() => OnnxFile.Read(file, "x.onnx")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_newer_opset_is_refused_by_its_number() =>
        AssertRefused("of opset 99, and 7 to 25 are read", model => model.OpsetImport[0].Version = 99);

    [Fact]
    public void A_cycle_is_refused() => AssertRefused("the graph has a cycle through", model =>
        model.Graph.Node.First(node => node.OpType == "Relu").Input[0] = "flatten1");

    [Fact]
    public void A_dangling_name_is_refused() => AssertRefused("reads 'nothing', which no node, input or tensor of the file is", model =>
        model.Graph.Node.First(node => node.OpType == "Relu").Input[0] = "nothing");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void An_input_that_is_left_out_is_refused(int inputs) => AssertRefused("it has too few inputs", model =>
    {
        var node = model.Graph.Node.First(node => node.OpType == "GlobalAveragePool");
        node.Input.Clear();
        node.Input.AddRange(Enumerable.Repeat("", inputs));
    });

    [Fact]
    public void An_output_that_is_a_stored_tensor_is_refused() => AssertRefused("'fc.weight' does not depend on the image", model =>
        model.Graph.Output[0].Name = "fc.weight");

    [Fact]
    public void Shapes_that_contradict_are_refused() => AssertRefused("its weight takes 2 channels in 1 groups, and its input", model =>
    {
        var weight = model.Graph.Initializer.First(tensor => tensor.Name == "conv.weight");
        (weight.Dims[0], weight.Dims[1]) = (6, 2);
    });

    [Fact]
    public void Data_that_contradicts_its_shape_is_refused() => AssertRefused("has 108 values where its shape has 135", model =>
        model.Graph.Initializer.First(tensor => tensor.Name == "conv.weight").Dims[0] = 5);

    [Fact]
    public void Infinite_weights_are_refused_by_name() => AssertRefused("fc.bias has values that are infinite or not a number", model =>
    {
        var bias = model.Graph.Initializer.First(tensor => tensor.Name == "fc.bias");
        bias.RawData = ByteString.CopyFrom(BitConverter.GetBytes(float.NaN).Concat(new byte[8]).ToArray());
    });

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("..\\..\\secret")]
    [InlineData("")]
    public void External_data_outside_the_folder_is_refused(string location) => AssertRefused("which is not in the model's folder", model =>
        MakeExternal(model.Graph.Initializer[0], location));

    [Fact]
    public void External_data_that_is_missing_is_named()
    {
        var model = Proto();
        MakeExternal(model.Graph.Initializer[0], "weights.data");
        var e = Assert.Throws<FileAccessException>(() => OnnxFile.Read(model.ToByteArray(), "/tmp/no such folder/model.onnx"));
        Assert.Contains("weights.data could not be read", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void External_data_beside_the_file_is_read()
    {
        using var folder = new TemporaryFolder();
        var model = Proto();
        using (var data = File.Create(folder["model.onnx.data"]))
        {
            foreach (var tensor in model.Graph.Initializer)
            {
                long offset = data.Position;
                data.Write(tensor.RawData.Span);
                MakeExternal(tensor, "model.onnx.data", offset, tensor.RawData.Length);
            }
        }

        var read = OnnxFile.Read(folder.Write("model.onnx", model.ToByteArray()));
        Assert.Equal(Small.Weights["conv.weight"].Values, read.Weights["conv.weight"].Values);
    }

    [Fact]
    public void Every_node_that_is_not_supported_is_listed()
    {
        var model = Proto();
        model.Graph.Node[0].OpType = "Einsum";
        model.Graph.Node[1].OpType = "QLinearAdd";
        model.Graph.Node[2].Domain = "com.microsoft";
        model.Graph.Node[3].Attribute.Add(new AttributeProto { Name = "then_branch", Type = AttributeType.Graph, G = ByteString.Empty });
        string message = Refusal(model).Message;
        Assert.Contains("4 nodes are not supported", message, StringComparison.Ordinal);
        Assert.Contains("'conv' (Einsum): there is no such layer here", message, StringComparison.Ordinal);
        Assert.Contains("(QLinearAdd): a quantized model", message, StringComparison.Ordinal);
        Assert.Contains("an operator of the domain com.microsoft", message, StringComparison.Ordinal);
        Assert.Contains("control flow", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_precision_is_read()
    {
        var model = Proto();
        foreach (var tensor in model.Graph.Initializer)
        {
            float[] values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();
            tensor.DataType = (int)TensorProto.Types.DataType.Float16;
            tensor.RawData = ByteString.CopyFrom(values.SelectMany(value => BitConverter.GetBytes((Half)value)).ToArray());
        }

        model.Graph.Input[0].Type.TensorType.ElemType = (int)TensorProto.Types.DataType.Float16;
        var read = OnnxFile.Read(model.ToByteArray(), "half.onnx");
        Assert.Equal(Small.Weights["fc.weight"].Values.Select(value => (float)(Half)value), read.Weights["fc.weight"].Values);
    }

    [Fact]
    public void A_tensor_without_a_name_is_not_read()
    {
        var model = Proto();
        model.Graph.Initializer.Add(new TensorProto { DataType = (int)TensorProto.Types.DataType.Float, Dims = { 1 }, FloatData = { 1 } });
        Assert.Equal(Small.Network.ParameterCount, OnnxFile.Read(model.ToByteArray(), "model.onnx").Network.ParameterCount);
    }

    [Fact]
    public void Quantized_tensors_are_refused_by_type() => AssertRefused("has the data type float8", model =>
        model.Graph.Initializer.First(tensor => tensor.Name == "conv.weight").DataType = 17);

    [Fact]
    public void Ten_thousand_constants_in_a_row_are_read()
    {
        var model = Proto();
        var bias = model.Graph.Initializer.First(tensor => tensor.Name == "fc.bias");
        (string last, bias.Name) = ("start", "start");
        for (int i = 0; i < 10_000; i++)
        {
            model.Graph.Node.Insert(0, new NodeProto { OpType = "Identity", Input = { last }, Output = { $"c{i}" } });
            last = $"c{i}";
        }

        model.Graph.Node.First(node => node.OpType == "Gemm").Input[2] = last;
        Assert.Equal(Small.Weights["fc.bias"].Values, OnnxFile.Read(model.ToByteArray(), "long.onnx").Weights["fc.bias"].Values);
    }

    [Fact]
    public void Constants_that_would_fill_the_memory_are_refused() => AssertRefused("values", model =>
    {
        model.Graph.Initializer.Add(new TensorProto { Name = "sizes", DataType = 7, Dims = { 2 }, Int64Data = { 60_000, 60_000 } });
        model.Graph.Node.Insert(0, new NodeProto { OpType = "ConstantOfShape", Input = { "sizes" }, Output = { "huge" } });
        model.Graph.Node.First(node => node.OpType == "Gemm").Input[2] = "huge";
    });

    private static void MakeExternal(TensorProto tensor, string location, long offset = 0, long length = 16)
    {
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.RawData = ByteString.Empty;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = $"{offset}" });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = $"{length}" });
    }

    private static void AssertRefused(string message, Action<ModelProto> change)
    {
        var model = Proto();
        change(model);
        Assert.Contains(message, Refusal(model).Message, StringComparison.Ordinal);
    }

    private static ModelFormatException Refusal(ModelProto model) =>
        Assert.Throws<ModelFormatException>(() => OnnxFile.Read(model.ToByteArray(), "/tmp/model.onnx"));

    private static ModelProto Proto()
    {
        using var folder = new TemporaryFolder();
        OnnxFile.Write(folder["model.onnx"], Small, new OnnxExportOptions { BatchSize = 1 });
        return ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder["model.onnx"]));
    }
}
