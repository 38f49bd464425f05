using System.Globalization;

namespace Lanewise.Workflows;

/// <summary>Explains that the loss of a run became infinite or NaN.</summary>
internal static class Divergence
{
    /// <summary>Says what the run has kept, and how to go on: resumed, it would diverge again.</summary>
    /// <param name="e">What happened.</param>
    /// <param name="directory">The folder of the run.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="training">The training that ended.</param>
    /// <returns>One line, with the names of settings in braces.</returns>
    public static string Explain(
        TrainingDivergedException e, RunDirectory directory, TrainSettings settings, RunTraining training)
    {
        string rate = string.Create(
            CultureInfo.InvariantCulture,
            $"{{lr}} {settings.LowerLearningRate:G3} (not {settings.LearningRate:G3}) or a larger {{batch-size}}");
        if (training.Saved is null or { Epoch: 0, Step: 0 })
        {
            return $"{e.Event}. No epoch was completed, so no weights were saved; start again with {rate}, in this {{output}} or another.";
        }

        string checkpoint = $"the checkpoint {training.Saved.Value.InWords()} is kept";
        return training.Epochs.Count == 0
            ? $"{e.Event}; {checkpoint}. Start a new run with {rate}, in another {{output}}."
            : $"{e.Event}; {checkpoint}, and {directory.Model} has the weights after epoch {training.Epochs.Count}. Start a new run with "
                + $"{rate}, from the beginning or, with {{weights}} {directory.Model}, from these.";
    }
}
