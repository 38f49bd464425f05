namespace Lanewise.Workflows;

/// <summary>What a run saved.</summary>
/// <param name="State">The state of training.</param>
/// <param name="Epochs">The metrics of the completed epochs.</param>
/// <param name="Gradients">The gradient log, where it could not be written to its own file; null otherwise.</param>
internal sealed record SavedRun(TrainerState State, List<EpochResult> Epochs, string? Gradients)
{
    /// <summary>Gets the receipt; null for runs of versions that had none.</summary>
    public Receipt? Receipt { get; init; }
}
