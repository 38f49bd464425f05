using Lanewise.Training;

namespace Lanewise.Cli.Terminals;

/// <summary>Shows on stderr how training goes.</summary>
internal interface ITrainingDisplay : IProgress<TrainingProgress>, IAsyncDisposable
{
    /// <summary>An epoch is complete.</summary>
    void EpochDone(EpochResult epoch);
}

/// <summary>For a file or pipe: one line an epoch.</summary>
internal sealed class TrainingLines(int epochs) : ITrainingDisplay
{
    public void Report(TrainingProgress value) { }

    public void EpochDone(EpochResult epoch) => Console.Error.WriteLine(TrainingText.Epoch(epoch, epochs, int.MaxValue));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
