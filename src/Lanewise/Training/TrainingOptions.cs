using Lanewise.Data;
using Lanewise.Data.Transforms;

namespace Lanewise.Training;

/// <summary>How a network is trained. The defaults are the article's.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the training pictures.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Pictures in a step.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>The optimizer.</summary>
    public Sgd Optimizer { get; init; } = new(0.01f, Momentum: 0.5f);

    /// <summary>Decides the initial weights and the order of the pictures.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Threads. The trained weights do not depend on it, to the bit.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Images in a block: 16, 8, 4 or 1; 0 for the widest that the processor has.</summary>
    public int LaneWidth { get; init; }

    /// <summary>How pictures become the network's input; null for MNIST's mean and standard deviation.</summary>
    public Preprocessing? Preprocessing { get; init; }

    /// <summary>How training pictures are varied at random.</summary>
    public Augmentation Augmentation { get; init; } = Augmentation.None;

    internal void Check()
    {
        if (Epochs < 1 || BatchSize < 1 || Threads < 1)
        {
            throw new LanewiseException($"epochs {Epochs}, batch size {BatchSize}, threads {Threads}: each must be at least 1.");
        }

        Optimizer.Check();
    }
}
