namespace Lanewise.Kernels;

/// <summary>
/// The channel-interleaved layout, in which the lanes hold channels of one image instead of one channel of many images: the number of
/// channels in each vector of a pixel. A concatenation has the vectors of its branches one after the other, full or not, so that it needs
/// no copy.
/// </summary>
internal sealed class ChannelLanes : IEquatable<ChannelLanes>
{
    private readonly int[] _counts;
    private readonly int[] _firsts;
    private readonly (int Vector, int Lane)[] _positions;

    private ChannelLanes(int[] counts)
    {
        _counts = counts;
        _firsts = new int[counts.Length];
        for (int vector = 1; vector < counts.Length; vector++)
        {
            _firsts[vector] = _firsts[vector - 1] + counts[vector - 1];
        }

        _positions = [.. counts.SelectMany((count, vector) => Enumerable.Range(0, count).Select(lane => (vector, lane)))];
    }

    /// <summary>The vectors of a pixel.</summary>
    public int Vectors => _counts.Length;

    /// <summary>The number of channels.</summary>
    public int Channels => _positions.Length;

    /// <summary>Gets ⌈channels / laneWidth⌉ vectors, all full but the last.</summary>
    public static ChannelLanes Of(int channels, int laneWidth) =>
        new([.. Enumerable.Range(0, (channels + laneWidth - 1) / laneWidth).Select(v => Math.Min(laneWidth, channels - v * laneWidth))]);

    /// <summary>Gets the vectors of several activations, one after the other.</summary>
    public static ChannelLanes Concat(IEnumerable<ChannelLanes> parts) => new([.. parts.SelectMany(p => p._counts)]);

    /// <inheritdoc/>
    public bool Equals(ChannelLanes? other) => other is not null && _counts.AsSpan().SequenceEqual(other._counts);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ChannelLanes);

    /// <inheritdoc/>
    public override int GetHashCode() => Channels;

    /// <summary>Whether every vector is full, so that the channels of all vectors are equally far apart.</summary>
    public bool AreFull(int laneWidth) => _counts.All(c => c == laneWidth);

    /// <summary>Gets the channels of a vector: the first, and how many it holds.</summary>
    public (int First, int Count) ChannelsOf(int vector) => (_firsts[vector], _counts[vector]);

    /// <summary>Gets the offset of a channel from the first, in floats.</summary>
    public int Offset(int channel, int planeStride, int laneWidth)
    {
        var (vector, lane) = _positions[channel];
        return vector * planeStride * laneWidth + lane;
    }
}
