using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Lanewise.Engine;

/// <summary>Adds up what each kernel call of a plan takes; for a plan of one thread.</summary>
internal sealed class StepClock
{
    private readonly Dictionary<Step, long> _ticks = new(ReferenceEqualityComparer.Instance);
    private long _since;

    /// <summary>The next call begins now.</summary>
    public void Start() => _since = Stopwatch.GetTimestamp();

    /// <summary>The call has ended, and the next one begins.</summary>
    public void Lap(Step step)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_ticks, step, out _) += Stopwatch.GetTimestamp() - _since;
        Start();
    }

    /// <summary>A call's seconds since they were last taken.</summary>
    public double Take(Step step) => _ticks.Remove(step, out long ticks) ? (double)ticks / Stopwatch.Frequency : 0;
}
