using System.Numerics;

namespace Lanewise.Analysis;

/// <summary>
/// Selects the steps whose gradients are recorded: eight per epoch at first, halved each time the number of epochs doubles from the
/// sixteenth on, so that ten epochs have 80 recorded steps and 300 epochs 400. The selection depends only on the position, not on
/// where training was resumed or how many epochs remain.
/// </summary>
internal static class GradientSteps
{
    private const int StepsPerEpoch = 8;

    /// <summary>Whether the step that begins at <paramref name="position"/> is selected; the first of training always is.</summary>
    /// <param name="position">The position in training.</param>
    /// <param name="stepsPerEpoch">The number of steps per epoch.</param>
    public static bool Takes(TrainingPosition position, int stepsPerEpoch)
    {
        long part = (long)position.Step * StepsPerEpoch / stepsPerEpoch;
        bool begins = position.Step == 0 || (position.Step - 1L) * StepsPerEpoch / stepsPerEpoch < part;
        long every = 1L << BitOperations.Log2((uint)Math.Max(1, position.Epoch / StepsPerEpoch));
        return begins && ((long)position.Epoch * StepsPerEpoch + part) % every == 0;
    }
}
