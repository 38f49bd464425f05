using System.Globalization;

namespace Lanewise.Workflows;

/// <summary>What a user should be warned of when training: one line each with what to do, null where there is nothing to say.</summary>
internal static class TrainingWarnings
{
    // Networks for large images, such as SqueezeNet, GoogLeNet and ResNet, have more parameters; those for MNIST and CIFAR fewer.
    private const long ManyParameters = 1_000_000;
    private const int FewPerClass = 100, SettledSteps = 30, MinValidation = 8;
    private const double Momentum = 0.1, NearChance = 0.01;

    /// <summary>Warns of few training images for a large network that starts from random weights.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="parameters">The number of its parameters.</param>
    /// <param name="images">The number of training images.</param>
    /// <param name="classes">The number of their classes.</param>
    /// <param name="isPretrained">Whether it starts from trained weights.</param>
    public static string? FewImages(string model, long parameters, int images, int classes, bool isPretrained)
    {
        if (isPretrained || parameters < ManyParameters || images >= (long)FewPerClass * classes)
        {
            return null;
        }

        string own = PretrainedCatalog.ForModel(model) is { Name: var name } && name != PretrainedCatalog.All[0].Name
            ? $"{{pretrained}} {name}, or " : "";
        return Invariant(
            $"{images:N0} images of {classes:N0} classes are few for the {parameters:N0} parameters of {model} from random weights: ")
            + "it may memorize them and fail on others. "
            + $"Start from pretrained weights: {own}the model {PretrainedCatalog.All[0].Model} with {{pretrained}}.";
    }

    /// <summary>Warns of batches of one image in networks with batch norm.</summary>
    /// <param name="images">The number of training images.</param>
    /// <param name="batchSize">The images per step.</param>
    /// <param name="hasBatchNorm">Whether batch norm uses the statistics of the batch.</param>
    public static string? SingleImages(int images, int batchSize, bool hasBatchNorm)
    {
        if (!hasBatchNorm || (batchSize > 1 && images % batchSize != 1))
        {
            return null;
        }

        string what = batchSize == 1 || images == 1
            ? "Each batch has one image, and batch norm then normalizes it by itself: training uses other statistics than evaluation. "
            : Invariant($"The last batch of each epoch has one image ({images:N0} of {batchSize:N0} a step), and a tenth of batch norm's ")
                + "running statistics then come from it. ";
        return what + (images == 1 ? "Train on more images." : "Choose another {batch-size}.");
    }

    /// <summary>Warns of a loss that has not moved from that of a network which gives all classes the same probability.</summary>
    /// <param name="losses">The smaller of the training and the validation loss of each epoch.</param>
    /// <param name="classes">The number of classes.</param>
    public static string? StayedAtChance(IReadOnlyList<double> losses, int classes)
    {
        double chance = Math.Log(classes);
        return classes > 1 && losses.Count > 0 && losses.All(loss => Math.Abs(loss / chance - 1) <= NearChance)
            ? Invariant($"The loss has stayed at {chance:F3}, that of guessing among {classes:N0} classes: nothing has been learned yet. ")
                + "Try another {lr} (ten times higher or lower), more {epochs}, or pretrained weights, and check that the labels are right."
            : null;
    }

    /// <summary>Warns of running statistics of batch norm that still hold much of their initial values, 0 and 1.</summary>
    /// <param name="steps">The number of steps since training began.</param>
    /// <param name="hasBatchNorm">Whether batch norm uses the statistics of the batch.</param>
    /// <param name="isPretrained">Whether it started from trained statistics.</param>
    public static string? UnsettledStatistics(long steps, bool hasBatchNorm, bool isPretrained) =>
        hasBatchNorm && !isPretrained && steps < SettledSteps
            ? Invariant($"After {steps:N0} steps, {Math.Pow(1 - Momentum, steps):P0} of batch norm's running statistics are initial values")
                + ", so the validation accuracy may be far below what was learned. "
                + Invariant($"Train for at least {SettledSteps} steps: more {{epochs}}, or a smaller {{batch-size}}.")
            : null;

    /// <summary>Warns of a model that gives one answer to all validation images.</summary>
    /// <param name="validation">The evaluation of the validation images.</param>
    /// <param name="classes">The names of the classes.</param>
    public static string? OneClass(Evaluation validation, IReadOnlyList<string> classes)
    {
        int labels = validation.Confusion.Count(row => row.Any(count => count > 0));
        int answer = AnswerOf(validation.Confusion);
        return labels > 1 && validation.Total >= MinValidation && answer >= 0
            ? Invariant($"All {validation.Total:N0} validation images are classified as '{classes[answer]}', whatever they show: ")
                + "the model has not learned to tell the classes apart. Try more {epochs}, another {lr}, or pretrained weights."
            : null;
    }

    /// <summary>Returns the only class that is predicted; -1 if there are several.</summary>
    private static int AnswerOf(int[][] confusion)
    {
        int[] answers = [.. Enumerable.Range(0, confusion.Length).Where(c => confusion.Any(row => row[c] > 0))];
        return answers is [var only] ? only : -1;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
