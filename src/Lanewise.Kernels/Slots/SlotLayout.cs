using System.Numerics;
using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>
/// How the sums over the images of a call are divided. A slot is an aligned group of 8·2ᵍ consecutive images; the sums of the slots are
/// added as <see cref="SlotTree{T}"/> does. Within a slot, images are taken in pieces of at most sixteen: whatever the lane width, a
/// piece is summed band by band, and within a band four images after four.
/// </summary>
/// <param name="Images">The images of a slot.</param>
/// <param name="Count">The maximum number of slots that a call sums over.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SlotLayout(int Images, int Count)
{
    /// <summary>The images of the smallest slot.</summary>
    public const int MinImages = 8;

    /// <summary>The images of the largest piece, those of the widest block.</summary>
    public const int MaxPiece = 16;

    /// <summary>The images of a piece.</summary>
    public int PieceImages => Math.Min(Images, MaxPiece);

    /// <summary>The maximum number of sums of slots that wait for their neighbour.</summary>
    public int Levels => BitOperations.Log2((uint)Count) + 1;

    /// <summary>The blocks of a piece; 1 where a block holds several pieces.</summary>
    public int PieceBlocks(int laneWidth) => Math.Max(1, PieceImages / laneWidth);

    /// <summary>The blocks of a slot; 1 where a block holds several slots.</summary>
    public int SlotBlocks(int laneWidth) => Math.Max(1, Images / laneWidth);

    /// <summary>The blocks of all slots.</summary>
    public int Blocks(int laneWidth) => SlotBlocks(laneWidth) * Count;

    /// <summary>The number of slots of a number of blocks, where no block holds several.</summary>
    public int SlotsOf(int blocks, int laneWidth) => (blocks - 1) / SlotBlocks(laneWidth) + 1;

    /// <summary>The blocks of a slot among those of a batch.</summary>
    public ReadOnlySpan<BlockMemory> Slot(ReadOnlySpan<BlockMemory> blocks, int slot, int laneWidth) =>
        Range(blocks, slot, SlotBlocks(laneWidth));

    /// <summary>The blocks of a piece among those of a slot.</summary>
    public ReadOnlySpan<BlockMemory> Piece(ReadOnlySpan<BlockMemory> blocks, int piece, int laneWidth) =>
        Range(blocks, piece, PieceBlocks(laneWidth));

    private static ReadOnlySpan<BlockMemory> Range(ReadOnlySpan<BlockMemory> blocks, int index, int length)
    {
        int first = Math.Min(index * length, blocks.Length);
        return blocks[first..Math.Min(first + length, blocks.Length)];
    }
}
