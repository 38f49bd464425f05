using System.Diagnostics;

namespace Lanewise.Kernels;

/// <summary>Times algorithms for a convolution on this processor: one thread, one block of images, in memory of its own.</summary>
internal sealed class Conv2dTimer
{
    /// <summary>Rounds in which each algorithm runs once; the fastest run counts.</summary>
    private const int MinRounds = 5, MaxRounds = 200;

    private static readonly TimeSpan Enough = TimeSpan.FromMilliseconds(20);

    private readonly KernelSet _kernels;
    private readonly Conv2dProblem _problem;
    private readonly LaneMemory _activations;

    /// <summary>Lays out the convolution in memory of its own.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="problem">The convolution.</param>
    public Conv2dTimer(KernelSet kernels, Conv2dProblem problem)
    {
        _kernels = kernels;
        int at = 0;
        Planes source = Lay(problem.Source), output = Lay(problem.Epilogue.Pool?.Output ?? problem.Output);
        var pool = problem.Epilogue.Pool is { } given ? new PoolCall(given.Rows, given.Columns, given.Input, output) : null;
        int packed = Align(kernels.Planner.Packing(problem.Geometry, problem.Lanes is not null).Length);
        bool hasBias = problem.Weights.Bias >= 0;
        int biases = hasBias ? Align(problem.Geometry.OutChannels + kernels.LaneWidth * 8) : 0;
        _problem = problem with
        {
            Source = source,
            Output = pool is null ? output : problem.Output,
            Weights = new(0, hasBias ? packed : -1, packed + biases),
            Epilogue = problem.Epilogue with { Add = problem.Epilogue.Add is { } add ? Lay(add) : null, Pool = pool },
        };
        _activations = Filled(checked((at + source.Border) * kernels.LaneWidth));

        Planes Lay(Planes planes)
        {
            var laid = Planes.Lay(planes.Channels, planes.Height, planes.Width, planes.Border, at);
            at = checked(at + laid.Size);
            return laid;
        }
    }

    /// <summary>Returns the fastest of several algorithms. They run in turn, so that disturbances affect all alike.</summary>
    public Conv2dCandidate Fastest(IReadOnlyList<Conv2dCandidate> candidates)
    {
        Action[] runs = [.. candidates.Select(candidate => Prepare(new(candidate, candidates, ChoiceReason.Measurement)))];
        long[] best = [.. candidates.Select(_ => long.MaxValue)];
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < MinRounds || (round < MaxRounds && Stopwatch.GetElapsedTime(start) < Enough * runs.Length); round++)
        {
            for (int i = 0; i < runs.Length; i++)
            {
                long before = Stopwatch.GetTimestamp();
                runs[i]();
                best[i] = Math.Min(best[i], Stopwatch.GetTimestamp() - before);
            }
        }

        return candidates[Array.IndexOf(best, best.Min())];
    }

    private static int Align(int floats) => (floats + 15) / 16 * 16;

    /// <summary>Takes memory that has been written: the system gives pages that have not the same memory, which any cache holds.</summary>
    private static LaneMemory Filled(int floats)
    {
        var memory = new LaneMemory(floats);
        memory.Slice(0, floats).Fill(1e-3f);
        return memory;
    }

    private Action Prepare(Conv2dChoice choice)
    {
        var call = _kernels.Planner.Plan(_problem, choice);
        var weights = Filled(checked(_problem.Weights.Transformed + call.TransformedFloats));
        var block = new BlockMemory(_activations, weights, LaneMemory.Empty)
        {
            Scratch = new LaneMemory(call.ScratchFloats),
            Images = _kernels.LaneWidth,
        };
        if (call.TransformedFloats > 0)
        {
            _kernels.TransformWeights(call, weights, Part.All);
        }

        return () => _kernels.Conv2d(call, block, Part.All);
    }
}
