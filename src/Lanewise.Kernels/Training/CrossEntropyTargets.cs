namespace Lanewise.Kernels;

/// <summary>
/// The targets of a block's cross-entropy. That of image i is (1 − ε) · (s · onehot(Labels[i]) + (1 − s) · onehot(Others[i])) + ε / K, with
/// s its share and K the number of classes.
/// </summary>
internal readonly ref struct CrossEntropyTargets
{
    /// <summary>The class of each image; that of the larger share, if the target has two.</summary>
    public required ReadOnlySpan<int> Labels { get; init; }

    /// <summary>The second class of each image; empty if every target has one.</summary>
    public ReadOnlySpan<int> Others { get; init; }

    /// <summary>The share of the label, 0 to 1, of each image; empty if every target has one class.</summary>
    public ReadOnlySpan<float> Shares { get; init; }

    /// <summary>ε, the part of the target that all classes share equally.</summary>
    public double Smoothing { get; init; }

    /// <summary>The weight of each class, as that of torch.nn.CrossEntropyLoss; empty if all are 1.</summary>
    public ReadOnlySpan<float> ClassWeights { get; init; }

    /// <summary>Whether every target is its label alone.</summary>
    public bool AreLabels => Others.IsEmpty && Smoothing == 0 && ClassWeights.IsEmpty;
}
