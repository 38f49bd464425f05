using Google.Protobuf;
using Lanewise.Onnx.Schema;

namespace Lanewise.Tests.Onnx;

/// <summary>
/// Makes damaged ONNX files from whole ones, each determined by its number: bytes, lengths, fields, names and shapes are changed.
/// </summary>
internal sealed class OnnxMutator(byte[][] seeds)
{
    private static readonly long[] Sizes = [0, 1, -1, 2, 7, 255, 65536, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue];

    private static readonly string[] Ops =
    [
        "Conv", "Gemm", "MatMul", "Add", "Mul", "Reshape", "Transpose", "Concat", "Slice", "Split", "Gather", "Pad", "Expand", "Shape",
        "Constant", "ConstantOfShape", "Softmax", "MaxPool", "AveragePool", "ReduceMean", "Squeeze", "Unsqueeze", "Cast", "If", "Resize",
        "BatchNormalization", "Sum", "Div", "Clip", "Flatten",
    ];

    /// <summary>Makes a file.</summary>
    public byte[] Make(int number)
    {
        var random = new Random(number);
        byte[] seed = seeds[random.Next(seeds.Length)];
        byte[] file = random.Next(2) == 0 ? [.. seed] : Fields(seed, random);
        for (int i = random.Next(4); i > 0 && file.Length > 0; i--)
        {
            file = Bytes(file, random);
        }

        return file;
    }

    private static byte[] Bytes(byte[] file, Random random)
    {
        int at = random.Next(file.Length);
        switch (random.Next(6))
        {
            case 0:
                file[at] ^= (byte)(1 << random.Next(8));
                return file;
            case 1:
                file[at] = (byte)random.Next(256);
                return file;
            case 2:
                return file[..at];
            case 3:
                // A length prefix of 2 GB.
                return [.. file[..at], 0xFF, 0xFF, 0xFF, 0xFF, 0x07, .. file[at..]];
            case 4:
                int end = Math.Min(file.Length, at + random.Next(64));
                return [.. file[..end], .. file[at..end], .. file[end..]];
            default:
                return [.. file[..at], .. file[Math.Min(file.Length, at + random.Next(16))..]];
        }
    }

    private static byte[] Fields(byte[] seed, Random random)
    {
        var model = ModelProto.Parser.ParseFrom(seed);
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            Change(model, random);
        }

        return model.ToByteArray();
    }

    private static void Change(ModelProto model, Random random)
    {
        var graph = model.Graph;
        var node = graph.Node[random.Next(graph.Node.Count)];
        switch (random.Next(10))
        {
            case 0: node.OpType = Ops[random.Next(Ops.Length)]; break;
            case 1 when node.Input.Count > 0: node.Input[random.Next(node.Input.Count)] = AnyName(graph, random); break;
            case 2 when node.Input.Count > 0: node.Input.RemoveAt(random.Next(node.Input.Count)); break;
            case 3: node.Input.Add(AnyName(graph, random)); break;
            case 4 when node.Attribute.Count > 0: Change(node.Attribute[random.Next(node.Attribute.Count)], random); break;
            case 5 when graph.Initializer.Count > 0: Change(graph.Initializer[random.Next(graph.Initializer.Count)], random); break;
            case 6: model.OpsetImport[0].Version = random.Next(0, 40); break;
            case 7: graph.Node.Add(node.Clone()); break;
            case 8: node.Output[0] = AnyName(graph, random); break;
            default:
                var dims = graph.Input[0].Type.TensorType.Shape.Dim;
                dims[random.Next(dims.Count)].DimValue = Sizes[random.Next(Sizes.Length)];
                break;
        }
    }

    private static void Change(AttributeProto attribute, Random random)
    {
        if (attribute.Ints.Count > 0)
        {
            attribute.Ints[random.Next(attribute.Ints.Count)] = Sizes[random.Next(Sizes.Length)];
        }
        else if (attribute.HasI)
        {
            attribute.I = Sizes[random.Next(Sizes.Length)];
        }
        else
        {
            attribute.F = random.Next(3) switch { 0 => float.NaN, 1 => float.PositiveInfinity, _ => -1 };
        }
    }

    private static void Change(TensorProto tensor, Random random)
    {
        switch (random.Next(4))
        {
            case 0 when tensor.Dims.Count > 0: tensor.Dims[random.Next(tensor.Dims.Count)] = Sizes[random.Next(Sizes.Length)]; break;
            case 1: tensor.DataType = random.Next(24); break;
            case 2: tensor.DataLocation = TensorProto.Types.DataLocation.External; break;
            default: tensor.RawData = ByteString.CopyFrom(new byte[random.Next(64)]); break;
        }
    }

    private static string AnyName(GraphProto graph, Random random) => random.Next(3) switch
    {
        0 => graph.Node[random.Next(graph.Node.Count)].Output[0],
        1 when graph.Initializer.Count > 0 => graph.Initializer[random.Next(graph.Initializer.Count)].Name,
        _ => graph.Input[0].Name,
    };
}
