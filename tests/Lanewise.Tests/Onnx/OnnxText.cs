using System.Globalization;
using Google.Protobuf;
using Lanewise.Onnx.Schema;
using AttributeType = Lanewise.Onnx.Schema.AttributeProto.Types.Type;
using DataType = Lanewise.Onnx.Schema.TensorProto.Types.DataType;

namespace Lanewise.Tests.Onnx;

/// <summary>
/// Writes a graph from a text such as <c>t = Transpose x perm=0,1,3,2; y = Add t f:1,4,1,1</c>: nodes, each with a name, an operator,
/// inputs and attributes. The graph's input is x, its output the last node. An input <c>f:SIZES</c> is a stored tensor of random floats of
/// these sizes, <c>i:VALUES</c> of whole numbers, <c>-</c> one that is left out; an attribute with a comma is a list.
/// </summary>
internal static class OnnxText
{
    /// <summary>Writes the graph.</summary>
    /// <param name="text">The text.</param>
    /// <param name="opset">The version of the operators.</param>
    /// <param name="sizes">The sizes of the input, the batch included.</param>
    public static ModelProto Parse(string text, int opset, params IReadOnlyList<int> sizes)
    {
        var model = new ModelProto { IrVersion = OperatorSignatures.IrVersion(opset), Graph = new GraphProto { Name = "text" } };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = opset });
        model.Graph.Input.Add(Describe("x", sizes));
        foreach (string line in text.Split(';', StringSplitOptions.TrimEntries))
        {
            string[] words = line.Split(' ');
            var node = new NodeProto { Name = words[0], OpType = words[2], Output = { words[0] } };
            node.Input.AddRange(words.Skip(3).Where(word => !word.Contains('=')).Select(word => Name(model.Graph, word)));
            node.Attribute.AddRange(words.Skip(3).Where(word => word.Contains('=')).Select(Attribute));
            model.Graph.Node.Add(node);
        }

        model.Graph.Output.Add(Describe(model.Graph.Node[^1].Output[0], null));
        return model;
    }

    private static string Name(GraphProto graph, string word)
    {
        if (word is not (['f' or 'i', ':', ..]))
        {
            return word == "-" ? "" : word;
        }

        int[] numbers = Numbers(word[2..]);
        var tensor = new TensorProto { Name = $"{word} {graph.Initializer.Count}" };
        if (word[0] == 'i')
        {
            (tensor.DataType, tensor.RawData) = ((int)DataType.Int64, Bytes(numbers.SelectMany(n => BitConverter.GetBytes((long)n))));
            tensor.Dims.Add(numbers.Length);
        }
        else
        {
            var random = new Random(graph.Initializer.Count);
            var values = Enumerable.Range(0, numbers.Aggregate(1, (a, b) => a * b)).Select(_ => random.NextSingle() + 0.25f);
            (tensor.DataType, tensor.RawData) = ((int)DataType.Float, Bytes(values.SelectMany(BitConverter.GetBytes)));
            tensor.Dims.AddRange(numbers.Select(n => (long)n));
        }

        graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    private static AttributeProto Attribute(string word)
    {
        string name = word[..word.IndexOf('=')], value = word[(name.Length + 1)..];
        var attribute = new AttributeProto { Name = name };
        if (value.Contains(','))
        {
            attribute.Type = AttributeType.Ints;
            attribute.Ints.AddRange(Numbers(value).Select(n => (long)n));
        }
        else if (char.IsLetter(value[0]))
        {
            (attribute.Type, attribute.S) = (AttributeType.String, ByteString.CopyFromUtf8(value));
        }
        else if (value.Contains('.'))
        {
            (attribute.Type, attribute.F) = (AttributeType.Float, float.Parse(value, CultureInfo.InvariantCulture));
        }
        else
        {
            (attribute.Type, attribute.I) = (AttributeType.Int, long.Parse(value, CultureInfo.InvariantCulture));
        }

        return attribute;
    }

    private static int[] Numbers(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(number => int.Parse(number, CultureInfo.InvariantCulture))];

    private static ByteString Bytes(IEnumerable<byte> bytes) => ByteString.CopyFrom([.. bytes]);

    private static ValueInfoProto Describe(string name, IReadOnlyList<int>? sizes)
    {
        var type = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float };
        if (sizes is not null)
        {
            type.Shape = new TensorShapeProto();
            type.Shape.Dim.AddRange(sizes.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = type } };
    }
}
