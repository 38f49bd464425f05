namespace Lanewise;

/// <summary>How far probabilities are from what they say.</summary>
public sealed record CalibrationError
{
    /// <summary>The mean −ln of the probability of the label, as the cross-entropy.</summary>
    public required double Loss { get; init; }

    /// <summary>The expected calibration error, 0 to 1; see <see cref="Reliability.CalibrationError"/>.</summary>
    public required double Error { get; init; }
}

/// <summary>What a threshold does to images of the classes.</summary>
public sealed record RejectionResult
{
    /// <summary>The probability below which an answer is rejected.</summary>
    public required double Threshold { get; init; }

    /// <summary>The share of the images that are answered, 0 to 1.</summary>
    public required double Kept { get; init; }

    /// <summary>The accuracy of these answers; NaN if there is none.</summary>
    public required double Top1 { get; init; }

    /// <summary>The share of the right answers that are kept; NaN if there is none.</summary>
    public required double CorrectKept { get; init; }

    /// <summary>The share of the wrong answers that are rejected; NaN if there is none.</summary>
    public required double WrongRejected { get; init; }
}

/// <summary>How often sets of classes hold the right one, and how large they are.</summary>
public sealed record CoverageResult
{
    /// <summary>How often they are to hold it.</summary>
    public required double Coverage { get; init; }

    /// <summary>How often they do, 0 to 1.</summary>
    public required double Covered { get; init; }

    /// <summary>The mean number of classes of a set.</summary>
    public required double MeanSize { get; init; }

    /// <summary>The share of the sets of one class, 0 to 1.</summary>
    public required double Single { get; init; }
}
