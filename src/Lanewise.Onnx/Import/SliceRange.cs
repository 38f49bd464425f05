namespace Lanewise.Onnx.Import;

/// <summary>The part of a dimension that Slice takes.</summary>
/// <param name="Start">The first index.</param>
/// <param name="Count">The number of indices; −1 for all of a dimension whose size is not known.</param>
/// <param name="Step">The step between them; negative for the reverse order.</param>
/// <param name="Size">The size of the dimension.</param>
internal readonly record struct SliceRange(long Start, long Count, long Step, long Size)
{
    /// <summary>Gets whether all is taken, in order.</summary>
    public bool IsWhole => Start == 0 && Step == 1 && Count == Size;

    /// <summary>Gets whether nothing could be taken beyond the last index.</summary>
    public bool ReachesEnd => Start + (Count - 1) * Step + Step >= Size;

    /// <summary>Returns all of a dimension.</summary>
    public static SliceRange Whole(long size) => new(0, size, 1, size);

    /// <summary>Returns the part from one index to before another, both perhaps counted from the end.</summary>
    /// <exception cref="NotSupportedException">The step is 0, or the batch is cut.</exception>
    public static SliceRange Of(long start, long end, long step, long size)
    {
        if (size == Constant.Batch)
        {
            return start == 0 && step == 1 && end > int.MaxValue / 2
                ? Whole(size)
                : throw new NotSupportedException("it cuts the batch");
        }

        if (step is 0 or long.MinValue)
        {
            throw new NotSupportedException($"its step is {step}");
        }

        start = Math.Clamp(start < 0 ? start + size : start, step > 0 ? 0 : -1, step > 0 ? size : size - 1);
        end = Math.Clamp(end < 0 ? Math.Max(end, -size - 1) + size : end, step > 0 ? 0 : -1, step > 0 ? size : size - 1);
        long count = step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step;
        return new(start, Math.Max(0, count), step, size);
    }

    /// <summary>Returns the indices.</summary>
    public IEnumerable<int> Indices(int size)
    {
        for (long i = 0; i < Count; i++)
        {
            long index = Start + i * Step;
            yield return index >= 0 && index < size ? (int)index : throw new NotSupportedException("it takes what does not exist");
        }
    }
}
