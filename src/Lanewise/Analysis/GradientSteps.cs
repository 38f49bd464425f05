using System.Numerics;
using Lanewise.Training;

namespace Lanewise.Analysis;

/// <summary>
/// Which steps' gradients are worth keeping over a whole training: eight an epoch at first, half as many each time the epochs
/// double from the sixteenth on, so that ten epochs give 80 samples and 300 epochs 400. The position alone decides, never where
/// training was stopped and resumed or how many epochs are still to come.
/// </summary>
public static class GradientSteps
{
    private const int EachEpoch = 8;

    /// <summary>Whether the step that begins at <paramref name="position"/> is one of them; the first of training always is.</summary>
    /// <param name="position">Where training stands.</param>
    /// <param name="stepsPerEpoch">Steps in an epoch; where there are fewer than eight, each may be taken.</param>
    public static bool Takes(TrainingPosition position, int stepsPerEpoch)
    {
        long part = (long)position.Step * EachEpoch / stepsPerEpoch;
        bool begins = position.Step == 0 || (position.Step - 1L) * EachEpoch / stepsPerEpoch < part;
        long every = 1L << BitOperations.Log2((uint)Math.Max(1, position.Epoch / EachEpoch));
        return begins && ((long)position.Epoch * EachEpoch + part) % every == 0;
    }
}
