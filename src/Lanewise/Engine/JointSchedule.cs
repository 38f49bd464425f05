namespace Lanewise.Engine;

/// <summary>Runs the batches of two plans with one fork and one join: the blocks of the first, then those of the second.</summary>
internal sealed class JointSchedule(BlockSchedule first, BlockSchedule second) : IWork
{
    /// <summary>Runs both batches through their networks.</summary>
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
