namespace Lanewise.Kernels;

/// <summary>The properties in which the kinds of table differ: forward in either layout, and the gradient to the input.</summary>
internal sealed record TapTableOptions
{
    public required Planes Source { get; init; }

    /// <summary>The taps of each output row.</summary>
    public required AxisTap[][] Rows { get; init; }

    /// <summary>The taps of each output column.</summary>
    public required AxisTap[][] Columns { get; init; }

    /// <summary>Source columns between neighbouring pixels of a tile.</summary>
    public required int SourceStep { get; init; }

    /// <summary>Output columns between neighbouring pixels of a tile.</summary>
    public required int OutputStep { get; init; }

    /// <summary>The number of source channels that each output sums.</summary>
    public required int Channels { get; init; }

    /// <summary>The number of channels that a chunk must be a multiple of.</summary>
    public required int ChannelMultiple { get; init; }

    /// <summary>Gets the offset of a source channel, in floats.</summary>
    public required Func<int, int> InputOf { get; init; }

    /// <summary>Gets the pitch of a source channel where channels differ in it; else null.</summary>
    public Func<int, int>? PitchOf { get; init; }

    /// <summary>Gets the first weight of a source channel.</summary>
    public required Func<int, int> WeightOf { get; init; }

    /// <summary>Gets the offset of a kernel position's weight from the channel's first.</summary>
    public required Func<int, int, int> PositionWeight { get; init; }

    /// <summary>The output planes of a micro-kernel call.</summary>
    public required int Group { get; init; }

    /// <summary>The maximum pixels of a micro-kernel call.</summary>
    public required int MaxPixels { get; init; }

    public required int LaneWidth { get; init; }
}
