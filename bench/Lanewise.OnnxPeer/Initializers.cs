namespace Lanewise.OnnxPeer;

/// <summary>Reads the initializers of an ONNX file from its protocol buffer, since ONNX Runtime does not expose them.</summary>
internal static class Initializers
{
    // Field numbers and tensor types of onnx.proto.
    private const int Graph = 7, Initializer = 5, Dimensions = 1, DataType = 2, Name = 8;
    private const int Float32 = 1, Int32 = 6, Int64 = 7, Bool = 9;

    /// <summary>Counts the float32 values. Integers are shapes and indices, not parameters.</summary>
    /// <exception cref="InvalidDataException">An initializer has another floating-point or a quantised type.</exception>
    public static long CountParameters(byte[] model) => Fields(model)
        .Where(field => field.Number == Graph)
        .SelectMany(graph => Fields(graph.Content))
        .Where(field => field.Number == Initializer)
        .Sum(field => Count([.. Fields(field.Content)]));

    private static long Count(Field[] tensor)
    {
        long type = tensor.Single(field => field.Number == DataType).Value;
        return type switch
        {
            Float32 => tensor.Where(field => field.Number == Dimensions).Aggregate(1L, (count, field) => count * Dimension(field)),
            Int32 or Int64 or Bool => 0,
            _ => throw new InvalidDataException($"initializer {NameOf(tensor)} has ONNX type {type}, not float32"),
        };
    }

    private static string NameOf(Field[] tensor) =>
        System.Text.Encoding.UTF8.GetString(tensor.Single(field => field.Number == Name).Content.Span);

    /// <summary>Gets a dimension, or the product of all where they are packed into one field.</summary>
    private static long Dimension(Field field)
    {
        long product = field.Content.IsEmpty ? field.Value : 1;
        for (var rest = field.Content; !rest.IsEmpty;)
        {
            product *= (long)Number(ref rest);
        }

        return product;
    }

    private static IEnumerable<Field> Fields(ReadOnlyMemory<byte> message)
    {
        while (!message.IsEmpty)
        {
            ulong key = Number(ref message);
            int number = (int)(key >> 3);
            switch (key & 7)
            {
                case 0: yield return new(number, (long)Number(ref message), default); break;
                case 1: Take(ref message, 8); break;
                case 2: yield return new(number, 0, Take(ref message, checked((int)Number(ref message)))); break;
                case 5: Take(ref message, 4); break;
                default: throw new InvalidDataException("this is not an ONNX file");
            }
        }
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> message, int count)
    {
        var taken = message[..count];
        message = message[count..];
        return taken;
    }

    private static ulong Number(ref ReadOnlyMemory<byte> message)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = Take(ref message, 1).Span[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    private readonly record struct Field(int Number, long Value, ReadOnlyMemory<byte> Content);
}
