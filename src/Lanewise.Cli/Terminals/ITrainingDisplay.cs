using Lanewise.Workflows;

namespace Lanewise.Cli.Terminals;

/// <summary>Shows the progress of training on stderr.</summary>
internal interface ITrainingDisplay : IProgress<TrainingProgress>, IAsyncDisposable
{
    /// <summary>Shows a phase between two steps, such as an evaluation.</summary>
    void Report(PhaseEvent phase);

    /// <summary>Shows the metrics of a completed epoch.</summary>
    void EpochDone(EpochResult epoch);
}

/// <summary>Creates the display that suits stderr.</summary>
internal static class TrainingDisplay
{
    /// <summary>Creates a live progress bar on a terminal, and one line per epoch otherwise.</summary>
    public static ITrainingDisplay Create(int epochs, int batchSize) =>
        Terminal.IsLive ? new LiveTrainingDisplay(epochs, batchSize, Terminal.Error) : new PlainTrainingDisplay(epochs);
}
