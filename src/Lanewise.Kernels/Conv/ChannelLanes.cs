namespace Lanewise.Kernels;

/// <summary>
/// Where lanes hold channels of one image instead of one channel of many: how many channels each vector of a pixel holds. A
/// concatenation's vectors are those of its branches, so that it needs no copy, whatever the branches' numbers of channels.
/// </summary>
internal sealed class ChannelLanes : IEquatable<ChannelLanes>
{
    private readonly int[] _counts;
    private readonly (int Vector, int Lane)[] _positions;

    private ChannelLanes(int[] counts)
    {
        _counts = counts;
        _positions = [.. counts.SelectMany((count, vector) => Enumerable.Range(0, count).Select(lane => (vector, lane)))];
    }

    /// <summary>Vectors of a pixel.</summary>
    public int Vectors => _counts.Length;

    /// <summary>Channels in all.</summary>
    public int Channels => _positions.Length;

    /// <summary>As few vectors of <paramref name="laneWidth"/> lanes as hold so many channels.</summary>
    public static ChannelLanes Of(int channels, int laneWidth) =>
        new([.. Enumerable.Range(0, (channels + laneWidth - 1) / laneWidth).Select(v => Math.Min(laneWidth, channels - v * laneWidth))]);

    /// <summary>The vectors of several values, one behind the other.</summary>
    public static ChannelLanes Concat(IEnumerable<ChannelLanes> parts) => new([.. parts.SelectMany(p => p._counts)]);

    /// <inheritdoc/>
    public bool Equals(ChannelLanes? other) => other is not null && _counts.AsSpan().SequenceEqual(other._counts);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ChannelLanes);

    /// <inheritdoc/>
    public override int GetHashCode() => Channels;

    /// <summary>Whether every vector is full, so that equal steps lead from one to the next.</summary>
    public bool AreFull(int laneWidth) => _counts.All(c => c == laneWidth);

    /// <summary>Where a channel lies, in floats from the first channel.</summary>
    public int Offset(int channel, int planeStride, int laneWidth)
    {
        var (vector, lane) = _positions[channel];
        return vector * planeStride * laneWidth + lane;
    }
}
