namespace Lanewise.Kernels;

/// <summary>
/// The sums of the slots of one convolution's weight gradients, which several calls computed slot by slot in shared memory: adds the sum
/// of a slot to those before it as <see cref="SlotTree{T}"/> does, the total of the last one to the gradients, and zeroes the memory of
/// the next.
/// </summary>
internal sealed class SlotSumCall : Conv2dGradientCall
{
    private const int Parts = 64;

    /// <summary>Prepares the call.</summary>
    /// <param name="input">x, the input of the layer.</param>
    /// <param name="gradient">dy, the gradient to the output of the layer.</param>
    /// <param name="slots">How the sums over images are divided.</param>
    /// <param name="slot">The slot that has been summed; −1 before the first.</param>
    /// <param name="length">The floats of a sum, those of the packed weights.</param>
    public SlotSumCall(Planes input, Planes gradient, SlotLayout slots, int slot, int length)
        : base(input, gradient)
    {
        (Slots, Slot, Length) = (slots, slot, length);
        SharedFloats = checked(slots.Levels * length);
    }

    /// <summary>The slot that has been summed; −1 before the first.</summary>
    public int Slot { get; }

    /// <summary>The floats of a sum.</summary>
    public int Length { get; }

    public override int Units => Math.Min(Parts, Length);

    public override string? Tile => null;
}

/// <summary>Runs <see cref="SlotSumCall"/>.</summary>
internal static unsafe class SlotSum<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Adds and zeroes the floats of the part.</summary>
    public static void Run(SlotSumCall call, ReadOnlySpan<BlockMemory> blocks, Part part)
    {
        int slots = call.Slots.SlotsOf(blocks.Length, L.Width);
        if (call.Slot >= slots)
        {
            return;
        }

        var (units, unitEnd) = part.Of(call.Units);
        int first = new Part(units, call.Units).Of(call.Length).First, count = new Part(unitEnd, call.Units).Of(call.Length).First - first;
        float* sums = blocks[0].Shared.Pointer + first;
        int waiting = SlotTree.WaitingBefore(call.Slot + 1), before = call.Slot < 0 ? 0 : SlotTree.WaitingBefore(call.Slot) + 1;
        bool isLast = call.Slot + 1 == slots;
        for (int depth = before; depth > (isLast ? 1 : waiting); depth--)
        {
            SlotBuffers<L, V>.Accumulate(sums + (nint)(depth - 1) * call.Length, sums + (nint)(depth - 2) * call.Length, count);
        }

        if (isLast)
        {
            SlotBuffers<L, V>.Accumulate(sums, blocks[0].Gradients.Pointer + call.Weights + first, count);
        }
        else
        {
            new Span<float>(sums + (nint)waiting * call.Length, count).Clear();
        }
    }
}
