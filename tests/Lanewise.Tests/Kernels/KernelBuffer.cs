using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>
/// A block's memories for a kernel call: activations between guard bands, weights, gradients and working memory. Runs a call and
/// checks that it wrote nothing but its destinations: no border, no guard, no input.
/// </summary>
internal sealed class KernelBuffer(int laneWidth)
{
    private const int GuardVectors = 8;
    private readonly List<Planes> _planes = [];
    private int _vectors = GuardVectors;
    private LaneMemory? _activations;

    public GuardedMemory Weights { get; set; } = new(0);

    public GuardedMemory Gradients { get; set; } = new(0);

    public GuardedMemory Scratch { get; set; } = new(0, leading: false);

    public GuardedMemory Shared { get; set; } = new(0, leading: false);

    /// <summary>Images in the block; as many as there are lanes unless it is set.</summary>
    public int Images { get => field == 0 ? laneWidth : field; set; }

    /// <summary>The place in the batch of the first image.</summary>
    public int First { get; set; }

    public BlockMemory Block => new(Activations, Weights.Memory, Gradients.Memory)
    {
        Scratch = Scratch.Memory,
        Shared = Shared.Memory,
        Images = Images,
        First = First,
        Place = First,
    };

    private LaneMemory Activations => _activations ??= Take();

    /// <summary>Lays out an activation, its border zero; before its memory is used.</summary>
    public Planes Lay(int channels, int height, int width, int border = 0)
    {
        Assert.Null(_activations);
        var planes = Planes.Lay(channels, height, width, border, _vectors);
        _vectors += planes.Size + GuardVectors;
        _planes.Add(planes);
        return planes;
    }

    /// <summary>Fills every lane with numbers in [−1, 1), each lane with others.</summary>
    public Planes Fill(Planes planes, ulong seed = 1)
    {
        for (int lane = 0; lane < laneWidth; lane++)
        {
            Write(planes, lane, Volume.Random(planes.Channels, planes.Height, planes.Width, seed * 1000 + (ulong)lane));
        }

        return planes;
    }

    public void Write(Planes planes, int lane, Volume values)
    {
        var memory = Activations.Slice(0, Activations.Length);
        foreach (var (c, h, w) in Pixels(planes))
        {
            memory[Index(planes, c, h, w) + lane] = (float)values[c, h, w];
        }
    }

    /// <summary>One lane's image.</summary>
    public Volume Read(Planes planes, int lane) =>
        Volume.Of(planes.Channels, planes.Height, planes.Width, (c, h, w) => Activations.Slice(Index(planes, c, h, w) + lane, 1)[0]);

    /// <summary>One image in the channel-interleaved layout.</summary>
    public Volume Read(Planes planes, ChannelLanes lanes) => Volume.Of(
        lanes.Channels, planes.Height, planes.Width, (c, h, w) =>
            Activations.Slice(Index(planes, 0, h, w) + lanes.Offset(c, planes.PlaneStride, laneWidth), 1)[0]);

    public void Write(Planes planes, ChannelLanes lanes, Volume values)
    {
        foreach (var (_, h, w) in Pixels(planes with { Channels = 1 }))
        {
            for (int c = 0; c < lanes.Channels; c++)
            {
                Activations.Slice(Index(planes, 0, h, w) + lanes.Offset(c, planes.PlaneStride, laneWidth), 1)[0] = (float)values[c, h, w];
            }
        }
    }

    /// <summary>
    /// Runs a call and checks that of the activations it changed the values of <paramref name="written"/> only, and all of them to numbers.
    /// </summary>
    public void Run(Action call, params Planes[] written)
    {
        var memory = Activations.Slice(0, Activations.Length);
        float[] before = memory.ToArray();
        call();
        var may = new bool[before.Length];
        foreach (var planes in written)
        {
            foreach (var (c, h, w) in Pixels(planes))
            {
                may.AsSpan(Index(planes, c, h, w), laneWidth).Fill(true);
            }
        }

        for (int i = 0; i < may.Length; i++)
        {
            bool same = BitConverter.SingleToInt32Bits(before[i]) == BitConverter.SingleToInt32Bits(memory[i]);
            if (may[i] ? GuardedMemory.IsGuard(memory[i]) : !same)
            {
                string why = may[i] ? ": not written, or a guard was read" : "";
                Assert.Fail($"vector {i / laneWidth}, lane {i % laneWidth}: {before[i]} became {memory[i]}{why}");
            }
        }

        Weights.AssertGuards();
        Gradients.AssertGuards();
        Scratch.AssertGuards();
        Shared.AssertGuards();
    }

    /// <summary>Compares every lane's image with what a plain loop computes.</summary>
    public void AssertClose(string what, Planes actual, Func<int, Volume> expected, double tolerance = 1e-5, double least = 0)
    {
        for (int lane = 0; lane < Images; lane++)
        {
            expected(lane).AssertClose($"{what}, {laneWidth} lanes, lane {lane}", Read(actual, lane), tolerance, least);
        }
    }

    private static IEnumerable<(int C, int H, int W)> Pixels(Planes planes) =>
        from c in Enumerable.Range(0, planes.Channels)
        from h in Enumerable.Range(0, planes.Height)
        from w in Enumerable.Range(0, planes.Width)
        select (c, h, w);

    private int Index(Planes planes, int c, int h, int w) => (planes.Offset + c * planes.PlaneStride + h * planes.Pitch + w) * laneWidth;

    private LaneMemory Take()
    {
        var memory = new LaneMemory(_vectors * laneWidth);
        memory.Slice(0, memory.Length).Fill(GuardedMemory.Guard);
        foreach (var planes in _planes)
        {
            // Zero columns between the rows, and guards for values that a kernel has yet to write.
            memory.Slice((planes.Offset - planes.Border) * laneWidth, planes.Size * laneWidth).Clear();
            foreach (var (c, h, w) in Pixels(planes))
            {
                memory.Slice(Index(planes, c, h, w), laneWidth).Fill(GuardedMemory.Guard);
            }
        }

        return memory;
    }
}
