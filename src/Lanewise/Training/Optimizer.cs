using Lanewise.Kernels;

namespace Lanewise;

/// <summary>An optimizer: how gradients update the weights. Its numbers are rounded to floats, the type of the weights.</summary>
public abstract record Optimizer
{
    private protected Optimizer(double learningRate) => LearningRate = learningRate;

    /// <summary>The learning rate, positive; the training's <see cref="LearningRateSchedule"/> scales it.</summary>
    public double LearningRate { get; init; }

    /// <summary>The weight decay λ, not negative.</summary>
    public double WeightDecay { get; init; }

    /// <summary>The names, also in files, of the state that is kept per weight.</summary>
    internal abstract IReadOnlyList<string> StateNames { get; }

    /// <summary>A learning rate with which most trainings do not diverge.</summary>
    internal abstract double UsualLearningRate { get; }

    /// <summary>A lower learning rate to try after this one made the loss infinite.</summary>
    /// <param name="usual">The usual learning rate of what is trained.</param>
    internal double LowerLearningRate(double usual) => LearningRate > 10 * usual ? usual : LearningRate / 10;

    /// <summary>Returns the constants of the update kernel.</summary>
    /// <param name="rate">The learning rate of this step.</param>
    /// <param name="update">The number of this step in the whole training, from 1.</param>
    internal abstract OptimizerStep StepAt(double rate, long update);

    /// <summary>Whether the weights of convolutions are updated as matrices.</summary>
    internal virtual bool UpdatesMatrices => false;

    /// <summary>Returns the constants of the update kernel of parameters that are not updated as matrices.</summary>
    /// <param name="rate">The learning rate of this step.</param>
    /// <param name="update">The number of this step in the whole training, from 1.</param>
    internal virtual OptimizerStep ElementwiseStepAt(double rate, long update) => StepAt(rate, update);

    /// <summary>Returns the same optimizer with another weight decay.</summary>
    internal Optimizer With(double weightDecay) => this with { WeightDecay = weightDecay };

    /// <summary>Validates the options.</summary>
    /// <exception cref="InvalidOptionException">A value is out of range.</exception>
    internal virtual void Check()
    {
        OptionCheck.Require(
            (float)LearningRate > 0 && float.IsFinite((float)LearningRate),
            nameof(LearningRate), "learning rate", LearningRate, "a positive number such as 0.01");
        OptionCheck.Require(WeightDecay >= 0, nameof(WeightDecay), "weight decay", WeightDecay, "a number of at least 0");
    }
}
