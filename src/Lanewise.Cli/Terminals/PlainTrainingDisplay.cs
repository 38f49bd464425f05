namespace Lanewise.Cli.Terminals;

/// <summary>Shows training in files and pipes: one line per epoch.</summary>
internal sealed class PlainTrainingDisplay(int epochs) : ITrainingDisplay
{
    public void Report(TrainingProgress value) { }

    public void EpochDone(EpochResult epoch) => Console.Error.WriteLine(TrainingFormat.Epoch(epoch, epochs, int.MaxValue));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
