namespace Lanewise.Onnx.Import;

/// <summary>The axes of a batch of activations in a network.</summary>
internal enum Axis
{
    /// <summary>The images of the batch.</summary>
    N,

    /// <summary>Channels, or features.</summary>
    C,

    /// <summary>Rows.</summary>
    H,

    /// <summary>Columns.</summary>
    W,
}

/// <summary>
/// How an ONNX tensor views a batch of activations (N, C, H, W): each of its dimensions runs over some of the axes, in order. Reshapes and
/// transposes change the view and compute nothing: (N, C·H·W) is [N], [C, H, W] and (N, H, W, C) is [N], [H], [W], [C]. Axes of size 1 are
/// left out, so that views that differ in them are equal.
/// </summary>
internal sealed class Layout
{
    private readonly Axis[][] _dims;

    /// <summary>Describes a view.</summary>
    /// <param name="shape">The shape of the activations of an image.</param>
    /// <param name="dims">The axes of each dimension.</param>
    public Layout(Shape shape, IEnumerable<IEnumerable<Axis>> dims)
    {
        Shape = shape;
        _dims = [.. dims.Select(axes => axes.Where(axis => axis == Axis.N || Size(axis) > 1).ToArray())];
    }

    /// <summary>Gets the shape of the activations of an image.</summary>
    public Shape Shape { get; }

    /// <summary>Gets the number of dimensions.</summary>
    public int Rank => _dims.Length;

    /// <summary>Gets whether the view is (N, C, H, W).</summary>
    public bool IsImage => Is([Axis.N], [Axis.C], [Axis.H], [Axis.W]);

    /// <summary>Gets whether the view is (N, C·H·W), in this order.</summary>
    public bool IsFlat => Is([Axis.N], [Axis.C, Axis.H, Axis.W]);

    /// <summary>Returns (N, C, H, W).</summary>
    public static Layout Image(Shape shape) => new(shape, [[Axis.N], [Axis.C], [Axis.H], [Axis.W]]);

    /// <summary>Returns (N, C) for features.</summary>
    public static Layout Features(Shape shape) => new(shape, [[Axis.N], [Axis.C, Axis.H, Axis.W]]);

    /// <summary>Returns the axes of a dimension that are larger than 1.</summary>
    public IReadOnlyList<Axis> this[int dim] => _dims[dim];

    /// <summary>Returns the sizes of the dimensions; <see cref="Constant.Batch"/> for the batch.</summary>
    public long[] Dims() => Array.ConvertAll(
        _dims, axes => axes.Contains(Axis.N) ? Constant.Batch : axes.Aggregate(1L, (product, axis) => product * Size(axis)));

    /// <summary>Returns the view with its dimensions in another order.</summary>
    public Layout Transpose(int[] order) => new(Shape, order.Select(i => _dims[i]));

    /// <summary>Returns the view without some dimensions, which have size 1.</summary>
    public Layout Without(IReadOnlyCollection<int> dims) => new(Shape, _dims.Where((_, i) => !dims.Contains(i)));

    /// <summary>Returns the view with dimensions of size 1 in some positions of the result, which are in ascending order.</summary>
    public Layout With(IEnumerable<int> positions)
    {
        var dims = _dims.ToList<IEnumerable<Axis>>();
        foreach (int i in positions)
        {
            dims.Insert(i, []);
        }

        return new(Shape, dims);
    }

    /// <summary>Returns the same view of activations of another shape.</summary>
    public Layout For(Shape shape, IEnumerable<IEnumerable<Axis>>? dims = null) => new(shape, dims ?? _dims);

    /// <summary>Finds the dimension that runs over exactly these axes (of those larger than 1); −1 if there is none.</summary>
    public int Find(params Axis[] axes)
    {
        var sought = axes.Where(axis => Size(axis) > 1);
        return Array.FindIndex(_dims, dim => dim.SequenceEqual(sought));
    }

    /// <summary>Whether two views of activations of one shape are the same.</summary>
    public bool Matches(Layout other) => Rank == other.Rank && _dims.Zip(other._dims, (a, b) => a.SequenceEqual(b)).All(same => same);

    /// <summary>
    /// Returns the view with other sizes, or null where they split an axis or move values from one image to another.
    /// </summary>
    /// <param name="sizes">The sizes: <see cref="Constant.Batch"/>, numbers, and at most one −1 for the rest.</param>
    /// <param name="batch">The batch size in the file; null if it is not fixed. A size equal to it may stand for the batch.</param>
    public Layout? Reshape(IReadOnlyList<long> sizes, long? batch)
    {
        if (sizes.Count == 0 || _dims.Length == 0 || !_dims[0].SequenceEqual([Axis.N]))
        {
            return null;
        }

        bool isBatch = sizes[0] == Constant.Batch || sizes[0] == batch || (sizes[0] == -1 && !sizes.Skip(1).Contains(-1));
        var axes = new Queue<Axis>(_dims.Skip(1).SelectMany(dim => dim));
        var result = new List<Axis[]> { new[] { Axis.N } };
        long rest = Rest(sizes.Skip(1));
        foreach (long size in sizes.Skip(1))
        {
            long open = size == -1 ? rest : size;
            var dim = new List<Axis>();
            for (; open > 1 && axes.Count > 0 && open % Size(axes.Peek()) == 0; open /= Size(dim[^1]))
            {
                dim.Add(axes.Dequeue());
            }

            isBatch &= open == 1;
            result.Add([.. dim]);
        }

        return isBatch && axes.Count == 0 ? new(Shape, result) : null;
    }

    /// <summary>The size that −1 stands for.</summary>
    private long Rest(IEnumerable<long> sizes)
    {
        long known = 1;
        foreach (long size in sizes.Where(size => size != -1))
        {
            // Anything else does not fit, and is found by the caller.
            known = size >= 1 && size <= Shape.Count ? known * size : 0;
            if (known == 0 || known > Shape.Count)
            {
                return 0;
            }
        }

        return Shape.Count / known;
    }

    private int Size(Axis axis) => axis switch
    {
        Axis.C => Shape.Channels,
        Axis.H => Shape.Height,
        Axis.W => Shape.Width,
        _ => int.MaxValue,
    };

    private bool Is(params Axis[][] dims) => Matches(new Layout(Shape, dims));
}
