using System.Runtime.ExceptionServices;

namespace Lanewise;

/// <summary>Runs items on the threads of the runtime's pool.</summary>
internal static class ParallelItems
{
    /// <summary>Runs all items. An item's exception, the first of several, is thrown as if it had come from this thread.</summary>
    /// <param name="items">The number of items.</param>
    /// <param name="threads">The maximum number of threads.</param>
    /// <param name="run">Runs the item of an index.</param>
    /// <param name="cancellationToken">Stops between two items.</param>
    public static void Run(int items, int threads, Action<int> run, CancellationToken cancellationToken = default)
    {
        try
        {
            Parallel.For(0, items, new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken }, run);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
        }
    }
}
