namespace Lanewise.Kernels;

/// <summary>What tells one kind of table from another: forward, backward, and forward where lanes are channels.</summary>
internal sealed record TapTableOptions
{
    public required Planes Source { get; init; }

    public required AxisTap[][] Rows { get; init; }

    public required AxisTap[][] Columns { get; init; }

    /// <summary>Source columns between neighbouring pixels of a tile.</summary>
    public required int SourceStep { get; init; }

    /// <summary>Output columns between neighbouring pixels of a tile.</summary>
    public required int OutputStep { get; init; }

    /// <summary>The source's channels, over which each output sums.</summary>
    public required int Channels { get; init; }

    /// <summary>A chunk holds a multiple of so many channels.</summary>
    public required int ChannelMultiple { get; init; }

    /// <summary>Where a source channel lies, in floats from the first.</summary>
    public required Func<int, int> InputOf { get; init; }

    /// <summary>From one row of a source channel to the next, where that is not the source's pitch for all; else null.</summary>
    public Func<int, int>? PitchOf { get; init; }

    /// <summary>A source channel's first weight.</summary>
    public required Func<int, int> WeightOf { get; init; }

    /// <summary>A kernel position's weight, from the channel's first.</summary>
    public required Func<int, int, int> PositionWeight { get; init; }

    public required int Group { get; init; }

    public required int MaxPixels { get; init; }

    public required int LaneWidth { get; init; }
}
