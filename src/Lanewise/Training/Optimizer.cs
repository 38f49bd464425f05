using Lanewise.Kernels;

namespace Lanewise.Training;

/// <summary>How gradients become steps of the weights.</summary>
public abstract record Optimizer
{
    private protected Optimizer(float learningRate) => LearningRate = learningRate;

    /// <summary>Rate, positive; a <see cref="LearningRateSchedule"/> bends it.</summary>
    public float LearningRate { get; init; }

    /// <summary>The names, in files too, of what it keeps of each weight between two steps.</summary>
    internal abstract IReadOnlyList<string> StateNames { get; }

    /// <summary>The kernel's constants.</summary>
    /// <param name="rate">This step's learning rate.</param>
    /// <param name="update">Which step of the whole training it is, from 1.</param>
    internal abstract OptimizerStep StepAt(double rate, long update);

    /// <summary>Refuses values outside their range.</summary>
    /// <exception cref="LanewiseException">A value is out of range; the message says which.</exception>
    internal virtual void Check() => Setting.Require(LearningRate > 0, "learning rate", LearningRate, "a positive number such as 0.01");
}
