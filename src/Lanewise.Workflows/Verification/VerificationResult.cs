namespace Lanewise.Workflows;

/// <summary>What a verification found.</summary>
/// <param name="Checks">The rows that were compared, in order; one that differs ended the verification.</param>
/// <param name="Files">The weights files of the run that were compared with the receipt.</param>
/// <param name="Unchecked">The number of rows of the receipt that were not compared, because only segments were trained.</param>
/// <param name="Seed">The seed by which segments were drawn.</param>
public sealed record VerificationResult(
    IReadOnlyList<VerificationCheck> Checks, IReadOnlyList<VerifiedFile> Files, int Unchecked, int Seed)
{
    /// <summary>Gets whether everything that was compared is the same.</summary>
    public bool IsVerified => Checks.Count > 0 && Checks.All(check => check.IsSame) && Files.All(file => file.Row is not null);
}

/// <summary>The comparison of one row of the receipt.</summary>
/// <param name="Row">The row of the receipt.</param>
/// <param name="Found">The row of the repeated training; null where that ended before.</param>
/// <param name="Segment">The segment, from 0.</param>
public sealed record VerificationCheck(ReceiptRow Row, ReceiptRow? Found, int Segment)
{
    /// <summary>Gets whether the weights are the same.</summary>
    public bool HasSameWeights => Row.Weights == Found?.Weights;

    /// <summary>Gets whether the state of the optimizer is the same.</summary>
    public bool HasSameOptimizer => Row.Optimizer == Found?.Optimizer;

    /// <summary>Gets whether both are the same, at the same place.</summary>
    public bool IsSame => HasSameWeights && HasSameOptimizer && Row.Epoch == Found?.Epoch;
}

/// <summary>A weights file of a run.</summary>
/// <param name="Name">The name of the file.</param>
/// <param name="Row">The row of the receipt whose weights the file has; null if there is none.</param>
public sealed record VerifiedFile(string Name, ReceiptRow? Row);

/// <summary>A row of the receipt has been compared.</summary>
/// <param name="Check">The comparison.</param>
public sealed record VerificationEvent(VerificationCheck Check) : JobEvent;
