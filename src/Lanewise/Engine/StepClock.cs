using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Lanewise.Engine;

/// <summary>Accumulates the time of each kernel call of a single-threaded plan.</summary>
internal sealed class StepClock
{
    private readonly Dictionary<Step, long> _ticks = new(ReferenceEqualityComparer.Instance);
    private long _start;

    /// <summary>Called before the first kernel call.</summary>
    public void Start() => _start = Stopwatch.GetTimestamp();

    /// <summary>Called after each kernel call; the next one starts at once.</summary>
    public void Lap(Step step)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_ticks, step, out _) += Stopwatch.GetTimestamp() - _start;
        Start();
    }

    /// <summary>Returns the seconds accumulated for a kernel call and resets them.</summary>
    public double TakeSeconds(Step step) => _ticks.Remove(step, out long ticks) ? (double)ticks / Stopwatch.Frequency : 0;
}
