using Lanewise.Workflows;

namespace Lanewise.Cli.Terminals;

/// <summary>Shows training in files and pipes: one line per epoch; <see cref="WorkingLine"/> shows how far a long one is.</summary>
internal sealed class PlainTrainingDisplay(int epochs) : ITrainingDisplay
{
    public void Report(TrainingProgress value) { }

    public void Report(PhaseEvent phase) { }

    public void EpochDone(EpochResult epoch) => Terminal.Notice(TrainingFormat.Epoch(epoch, epochs, int.MaxValue));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
