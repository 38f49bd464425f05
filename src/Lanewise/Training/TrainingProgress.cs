using System.Runtime.InteropServices;

namespace Lanewise.Training;

/// <summary>Where training stands, within an epoch.</summary>
/// <param name="Epoch">The epoch under way, from 1.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="Step">Steps done in this epoch.</param>
/// <param name="Steps">Steps in an epoch.</param>
/// <param name="Loss">Mean cross-entropy of this epoch so far.</param>
/// <param name="Top1">Share of this epoch's images that were right when they were trained on.</param>
/// <param name="ImagesPerSecond">Pace of this epoch.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TrainingProgress(int Epoch, int Epochs, int Step, int Steps, double Loss, double Top1, double ImagesPerSecond);

/// <summary>An epoch's figures: the row of <c>summary.csv</c>.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="TrainLoss">Mean cross-entropy over the epoch's training images, each as it was trained on.</param>
/// <param name="TrainTop1">Share of them that were right, 0 to 1.</param>
/// <param name="ValLoss">Mean cross-entropy over the test images after the epoch.</param>
/// <param name="ValTop1">Share of them that are right, 0 to 1.</param>
/// <param name="LearningRate">The learning rate of the epoch's last step.</param>
/// <param name="Seconds">Seconds of training, the test not counted.</param>
/// <param name="ImagesPerSecond">Training images a second.</param>
public sealed record EpochResult(
    int Epoch, double TrainLoss, double TrainTop1, double ValLoss, double ValTop1, double LearningRate, double Seconds, double ImagesPerSecond);

/// <summary>Training went astray: the loss is no number any more. The weights are the last good ones: from before the epoch, or where it was resumed.</summary>
public sealed class TrainingDivergedException(string message) : LanewiseException(message);
