namespace Lanewise.Onnx.Import;

/// <summary>A tensor that is known when the file is read: numbers, or the sizes of a shape.</summary>
internal sealed class Constant
{
    // PyTorch ends slices that run backwards at the second lowest number.
    /// <summary>Stands for the batch size among the sizes of a shape; it is not known, and no number of a file that is in use.</summary>
    public const long Batch = long.MinValue + 0x6261746368;

    private Constant(int[] dims, float[]? floats, long[]? integers) => (Dims, Floats, Integers) = (dims, floats, integers);

    /// <summary>Gets the sizes, outermost first; none for a scalar.</summary>
    public int[] Dims { get; }

    /// <summary>Gets the values in row-major order; null for integers.</summary>
    public float[]? Floats { get; }

    /// <summary>Gets the values in row-major order; null for floats.</summary>
    public long[]? Integers { get; }

    /// <summary>Gets the number of values.</summary>
    public int Count => Floats?.Length ?? Integers!.Length;

    /// <summary>Gets whether one of the values is the unknown batch size.</summary>
    public bool HasBatch => Integers?.Contains(Batch) == true;

    /// <summary>Creates a tensor of floats.</summary>
    public static Constant Of(int[] dims, float[] values) => new(dims, values, null);

    /// <summary>Creates a tensor of integers.</summary>
    public static Constant Of(int[] dims, long[] values) => new(dims, null, values);

    /// <summary>Returns the sizes as operators compute with them.</summary>
    public long[] Sizes() => Array.ConvertAll(Dims, size => (long)size);

    /// <summary>Returns the same values with other sizes.</summary>
    public Constant Reshape(int[] dims) => new(dims, Floats, Integers);

    /// <summary>Returns a tensor of some of the values, in another order or repeated.</summary>
    /// <param name="dims">The sizes of the result.</param>
    /// <param name="source">The index of the value for each position of the result.</param>
    public Constant Pick(int[] dims, int[] source) => new(
        dims,
        Floats is null ? null : Array.ConvertAll(source, i => Floats[i]),
        Integers is null ? null : Array.ConvertAll(source, i => Integers[i]));

    /// <summary>Returns the values as floats.</summary>
    /// <exception cref="NotSupportedException">One of them is the unknown batch size.</exception>
    public float[] ToFloats() => Floats ?? Array.ConvertAll(Known(), value => (float)value);

    /// <summary>Returns the values as integers, among them perhaps <see cref="Batch"/>.</summary>
    /// <exception cref="NotSupportedException">They are not whole numbers.</exception>
    public long[] ToIntegers() => Integers ?? Array.ConvertAll(Floats!, value => float.IsInteger(value) && MathF.Abs(value) < 1e18f
        ? (long)value
        : throw new NotSupportedException("it has numbers where whole ones are needed"));

    /// <summary>Returns integers none of which is the unknown batch size.</summary>
    /// <exception cref="NotSupportedException">One of them is.</exception>
    public long[] Known() => HasBatch
        ? throw new NotSupportedException("it computes with the batch size, which is not fixed")
        : ToIntegers();

    /// <summary>Returns the only value.</summary>
    /// <exception cref="NotSupportedException">There are several, or none.</exception>
    public float Scalar() => Count == 1
        ? ToFloats()[0]
        : throw new NotSupportedException($"{Count} numbers where one is needed");

    /// <summary>Computes the number of values of a shape.</summary>
    /// <exception cref="NotSupportedException">There are more than are supported.</exception>
    public static int CountOf(IEnumerable<int> dims)
    {
        // More than any layer of a classifier has; 4 bytes each.
        const long Max = 1L << 29;
        long count = 1;
        foreach (int size in dims)
        {
            count = size < 0 || size > Max ? Max + 1 : count * size;
            if (count > Max)
            {
                throw new NotSupportedException($"a tensor of more than {Max} values");
            }
        }

        return (int)count;
    }
}
