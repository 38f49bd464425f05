using Lanewise.Data;
using Lanewise.Data.Transforms;
using Lanewise.Engine;
using Lanewise.Graphs;
using Lanewise.Models;

namespace Lanewise.Training;

/// <summary>How a network is trained. The defaults are the article's.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the training images.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Images in a step.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>The optimizer.</summary>
    public Optimizer Optimizer { get; init; } = new Sgd(0.01f, Momentum: 0.5f);

    /// <summary>How the optimizer's learning rate changes with time.</summary>
    public LearningRateSchedule Schedule { get; init; } = new LearningRateSchedule.Constant();

    /// <summary>Whether the parameter of that name is trained; null for all. <see cref="FineTuning.HeadOnly"/> freezes a body.</summary>
    public Func<string, bool>? IsTrainable { get; init; }

    /// <summary>Decides the initial weights, the order of the images, how they are varied, and what dropout drops.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Threads. The trained weights do not depend on it, to the bit.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Images in a block: 16, 8, 4 or 1; 0 for the widest that the processor has.</summary>
    public int LaneWidth { get; init; }

    /// <summary>How convolutions are computed, in training and in each epoch's test.</summary>
    public Conv2dAlgorithm Algorithm { get; init; }

    /// <summary>
    /// How images become the network's input; null for what the catalogue says of a model of the network's name, and for MNIST's
    /// mean and standard deviation where a network of another name takes 1×28×28.
    /// </summary>
    public Preprocessing? Preprocessing { get; init; }

    /// <summary>How training images are varied at random.</summary>
    public Augmentation Augmentation { get; init; } = Augmentation.None;

    internal void Check()
    {
        if (Epochs < 1 || BatchSize < 1 || Threads < 1)
        {
            throw new LanewiseException($"epochs {Epochs}, batch size {BatchSize}, threads {Threads}: each must be at least 1.");
        }

        Optimizer.Check();
        Augmentation.Check();
        Schedule.Check(Optimizer.LearningRate, Epochs);
    }

    /// <summary>How <paramref name="network"/>'s images are normalised.</summary>
    /// <exception cref="LanewiseException">Nothing says how.</exception>
    internal Preprocessing PreprocessingOf(Network network)
    {
        var known = Preprocessing
            ?? ModelCatalog.All.FirstOrDefault(m => m.Name == network.Name)?.Preprocessing
            ?? Data.Preprocessing.Mnist;
        return known.Input == network.Input
            ? known
            : throw new LanewiseException($"{network.Name}: it takes {network.Input}, and the preprocessing {(Preprocessing is null ? "that would be taken" : "chosen")} gives {known.Input}; set TrainingOptions.Preprocessing to one of the network's shape.");
    }
}
