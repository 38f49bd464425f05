namespace Lanewise.Engine;

/// <summary>Two plans' batches with one fork and one join: the first's blocks, then the second's, so that no thread waits for either.</summary>
internal sealed class JointSchedule(BlockSchedule first, BlockSchedule second) : IWork
{
    /// <summary>Takes both batches through their networks.</summary>
    public void Run(Workers workers) => workers.Run(this, first.Items + second.Items);

    /// <inheritdoc/>
    public void Run(int worker, int item)
    {
        if (item < first.Items)
        {
            first.Run(worker, item);
        }
        else
        {
            second.Run(worker, item - first.Items);
        }
    }
}
