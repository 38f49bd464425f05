namespace Lanewise.OnnxPeer;

/// <summary>An ONNX file's initialisers, the values that a graph has stored: read from the protocol buffer, since the runtime does not tell.</summary>
internal static class Initialisers
{
    // The fields' numbers, and the types of a tensor, as onnx.proto has them.
    private const int Graph = 7, Initialiser = 5, Dimensions = 1, DataType = 2, Name = 8;
    private const int Float32 = 1, Int32 = 6, Int64 = 7, Bool = 9;

    /// <summary>How many float32 values there are. Whole numbers are shapes and indices, not parameters.</summary>
    /// <exception cref="InvalidDataException">Some are of another floating or quantised type.</exception>
    public static long CountParameters(byte[] model) => Fields(model)
        .Where(field => field.Number == Graph)
        .SelectMany(graph => Fields(graph.Content))
        .Where(field => field.Number == Initialiser)
        .Sum(field => Count([.. Fields(field.Content)]));

    private static long Count(Field[] tensor)
    {
        long type = tensor.Single(field => field.Number == DataType).Value;
        return type switch
        {
            Float32 => tensor.Where(field => field.Number == Dimensions).Aggregate(1L, (count, field) => count * Dimension(field)),
            Int32 or Int64 or Bool => 0,
            _ => throw new InvalidDataException($"the initialiser {System.Text.Encoding.UTF8.GetString(tensor.Single(field => field.Number == Name).Content.Span)} is of ONNX's type {type}, not float32"),
        };
    }

    /// <summary>Dimensions are written one by one, or packed into one field.</summary>
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
                default: throw new InvalidDataException("this is no ONNX file");
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
