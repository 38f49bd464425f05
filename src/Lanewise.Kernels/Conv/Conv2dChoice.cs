namespace Lanewise.Kernels;

/// <summary>What a choice among algorithms rests on.</summary>
internal enum ChoiceReason
{
    /// <summary>No other algorithm applies.</summary>
    Only,

    /// <summary>The options of the plan name it.</summary>
    Option,

    /// <summary>It is estimated to be the fastest.</summary>
    Estimate,

    /// <summary>It was the fastest on this processor.</summary>
    Measurement,
}

/// <summary>The algorithm that was chosen for a convolution or one of its gradients, and what it was chosen from.</summary>
/// <param name="Chosen">The algorithm.</param>
/// <param name="Candidates">All algorithms that apply; the direct sum comes first.</param>
/// <param name="Reason">What the choice rests on.</param>
internal sealed record Conv2dChoice(Conv2dCandidate Chosen, IReadOnlyList<Conv2dCandidate> Candidates, ChoiceReason Reason);
