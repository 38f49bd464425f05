namespace Lanewise.Workflows;

/// <summary>The learning rates of a range test: they rise by the same factor from step to step. The defaults are fastai's.</summary>
/// <param name="Start">The learning rate of the first step.</param>
/// <param name="End">The learning rate of the last step.</param>
/// <param name="Steps">The number of steps.</param>
public sealed record LearningRateRange(double Start = 1e-7, double End = 10, int Steps = 100)
{
    /// <summary>The smallest number of steps: fewer show no curve.</summary>
    public const int MinSteps = 20;

    /// <summary>The largest number of steps.</summary>
    public const int MaxSteps = 100_000;

    /// <summary>Computes the learning rate of each step: Start · (End / Start)^(i / (Steps - 1)).</summary>
    internal double[] Rates() => [.. Enumerable.Range(0, Steps).Select(i => Start * Math.Pow(End / Start, i / (Steps - 1.0)))];

    /// <summary>Validates the range.</summary>
    /// <exception cref="SettingException">There are too few steps or too many, or the learning rates do not rise.</exception>
    internal void Check()
    {
        if (Steps is < MinSteps or > MaxSteps)
        {
            throw new SettingException($"{{num-it}} {Steps}: expected {MinSteps} to {MaxSteps} steps.", "num-it");
        }

        if (!(Start > 0 && Start < End && float.IsFinite((float)End)))
        {
            throw new SettingException(
                FormattableString.Invariant($"{{start-lr}} {Start}, {{end-lr}} {End}: expected a positive learning rate and a higher one."),
                "start-lr");
        }
    }
}
