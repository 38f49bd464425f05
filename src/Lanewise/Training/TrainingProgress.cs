using System.Runtime.InteropServices;

namespace Lanewise;

/// <summary>The progress of training within an epoch.</summary>
/// <param name="Epoch">The current epoch, from 1.</param>
/// <param name="Epochs">The number of epochs.</param>
/// <param name="Step">The number of completed steps of this epoch.</param>
/// <param name="Steps">The number of steps per epoch.</param>
/// <param name="Loss">The mean cross-entropy of this epoch so far.</param>
/// <param name="Top1">The training accuracy of this epoch so far, 0 to 1, each image before its update.</param>
/// <param name="ImagesPerSecond">The throughput of this epoch so far.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TrainingProgress(
    int Epoch, int Epochs, int Step, int Steps, double Loss, double Top1, double ImagesPerSecond);

/// <summary>
/// The metrics of an epoch: the row of <c>summary.csv</c>. With <see cref="TrainingOptions.EvaluateTrainingSet"/>, those of the training
/// images are measured after the epoch instead.
/// </summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="TrainLoss">The mean cross-entropy over the epoch's training images, each before its update.</param>
/// <param name="TrainTop1">The training accuracy, 0 to 1, each image before its update.</param>
/// <param name="ValLoss">The mean cross-entropy over the validation images after the epoch.</param>
/// <param name="ValTop1">The validation accuracy after the epoch, 0 to 1.</param>
/// <param name="LearningRate">The learning rate of the epoch's last step.</param>
/// <param name="Seconds">The training time in seconds, without validation.</param>
/// <param name="ImagesPerSecond">The training throughput in images per second.</param>
public sealed record EpochResult(
    int Epoch,
    double TrainLoss,
    double TrainTop1,
    double ValLoss,
    double ValTop1,
    double LearningRate,
    double Seconds,
    double ImagesPerSecond)
{
    /// <summary>
    /// The mean cross-entropy over the validation images with the average of the weights; null without
    /// <see cref="TrainingOptions.Average"/>.
    /// </summary>
    public double? EmaValLoss { get; init; }

    /// <summary>The validation accuracy with the average of the weights, 0 to 1; null without it.</summary>
    public double? EmaValTop1 { get; init; }
}

/// <summary>
/// The loss became NaN or infinite. The trainer's weights are restored to those before the epoch, or to those it was resumed from.
/// </summary>
/// <param name="message">The one-line message.</param>
/// <param name="position">The position of the step whose loss was not finite.</param>
public sealed class TrainingDivergedException(string message, TrainingPosition position) : LanewiseException(message)
{
    /// <summary>The position of the step whose loss was not finite.</summary>
    public TrainingPosition Position => position;

    /// <summary>What happened and when, without what became of the weights and what to do.</summary>
    internal string Event { get; init; } = message.TrimEnd('.');
}
