using System.Diagnostics;

namespace Lanewise.Workflows;

/// <summary>The time that is given, and what fits into the rest of it.</summary>
/// <param name="total">All the time.</param>
internal sealed class FitBudget(TimeSpan total)
{
    // What an estimate may be off by, and what starting a training takes.
    private const double Margin = 1.15;
    private const double StartSeconds = 1.5;

    // Of the operations of a training step, a third are those of inference; the rest of the factor is augmentation and the update.
    private const double TrainingFactor = 3.6;

    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Gets the seconds that are over.</summary>
    public double Elapsed => _clock.Elapsed.TotalSeconds;

    /// <summary>Gets the seconds that are left.</summary>
    public double Left => total.TotalSeconds - Elapsed;

    /// <summary>Gets or sets the images per second of inference at full size; estimated first, measured later.</summary>
    public double InferenceRate { get; set; }

    /// <summary>Returns the seconds of a linear probe: features of all images, once.</summary>
    /// <param name="images">The number of training and validation images.</param>
    /// <param name="scale">The pixels of an image as a share of those at full size.</param>
    public double Probe(int images, double scale) => Margin * images * scale / InferenceRate + StartSeconds;

    /// <summary>Returns the seconds to keep for what follows training: the report and the calibration.</summary>
    /// <param name="train">The number of training images.</param>
    /// <param name="validation">The number of validation images.</param>
    /// <param name="scale">The pixels of an image as a share of those at full size.</param>
    public double Closing(int train, int validation, double scale) =>
        Margin * (train + 3 * validation) * scale / InferenceRate + 2 * StartSeconds;

    /// <summary>Returns the number of epochs of training all layers that fit into a time; 0 if none does.</summary>
    /// <param name="seconds">The time.</param>
    /// <param name="train">The number of training images.</param>
    /// <param name="validation">The number of validation images.</param>
    /// <param name="scale">The pixels of an image as a share of those at full size.</param>
    public int Epochs(double seconds, int train, int validation, double scale)
    {
        double epoch = Margin * (TrainingFactor * train + validation) * scale / InferenceRate;
        return (int)Math.Clamp((seconds - StartSeconds) / epoch, 0, int.MaxValue);
    }
}
