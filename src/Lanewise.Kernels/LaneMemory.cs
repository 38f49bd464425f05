namespace Lanewise.Kernels;

/// <summary>
/// Floats that the garbage collector never moves, aligned to 64 bytes and initially zero. They are collected like any object, so that
/// nothing has to be disposed of.
/// </summary>
internal sealed unsafe class LaneMemory
{
    private const int Alignment = 64;
    private readonly float[] _pinned;
    private readonly int _start;

    /// <summary>Allocates <paramref name="length"/> floats.</summary>
    /// <exception cref="OutOfMemoryException">There is not that much memory.</exception>
    public LaneMemory(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        _pinned = GC.AllocateArray<float>(checked(length + Alignment / sizeof(float)), pinned: true);
        fixed (float* first = _pinned)
        {
            _start = (int)((Alignment - (nint)first % Alignment) % Alignment / sizeof(float));
            Pointer = first + _start;
        }
    }

    /// <summary>A memory of no floats.</summary>
    public static LaneMemory Empty { get; } = new(0);

    /// <summary>The number of floats.</summary>
    public int Length { get; }

    /// <summary>The first float; valid as long as this object is.</summary>
    public float* Pointer { get; }

    /// <summary>Gets a view of <paramref name="count"/> floats from <paramref name="offset"/> on.</summary>
    public Span<float> Slice(int offset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Length - offset);
        return _pinned.AsSpan(_start + offset, count);
    }

    /// <summary>Returns a copy.</summary>
    public LaneMemory Copy()
    {
        var copy = new LaneMemory(Length);
        Slice(0, Length).CopyTo(copy.Slice(0, Length));
        return copy;
    }

    /// <summary>Sets every float to zero.</summary>
    public void Clear() => Slice(0, Length).Clear();
}
