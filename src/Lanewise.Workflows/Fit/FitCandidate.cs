namespace Lanewise.Workflows;

/// <summary>A way to train a classifier that was tried.</summary>
/// <param name="Name">Its name, also that of its folder while it is trained.</param>
/// <param name="Settings">The settings, resolved.</param>
/// <param name="ValTop1">The validation accuracy of the set of weights that answers, 0 to 1.</param>
/// <param name="ValLoss">Its validation loss.</param>
/// <param name="Epochs">The number of epochs.</param>
/// <param name="Seconds">The time that it took, everything included.</param>
/// <param name="WasStopped">Whether the time ended before all epochs were done.</param>
public sealed record FitCandidate(
    string Name, TrainSettings Settings, double ValTop1, double ValLoss, int Epochs, double Seconds, bool WasStopped)
{
    /// <summary>
    /// Chooses one of several by validation: the higher accuracy, but among those within one standard error of it the lower loss, which
    /// says more than a difference of a few images.
    /// </summary>
    /// <param name="candidates">The candidates, at least one.</param>
    /// <param name="images">The number of validation images.</param>
    internal static FitCandidate Best(IReadOnlyList<FitCandidate> candidates, int images)
    {
        double top = candidates.Max(candidate => candidate.ValTop1);
        double error = Math.Sqrt(top * (1 - top) / Math.Max(1, images));
        return candidates.Where(candidate => candidate.ValTop1 >= top - error).MinBy(candidate => candidate.ValLoss)!;
    }
}
