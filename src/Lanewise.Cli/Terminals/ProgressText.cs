using System.Globalization;
using Lanewise.Workflows;

namespace Lanewise.Cli.Terminals;

/// <summary>Describes in one line what a job does, from its latest event.</summary>
internal static class ProgressText
{
    private const int BarLength = 20;

    /// <summary>Describes the work.</summary>
    /// <param name="latest">The latest event that says how far the work is.</param>
    /// <param name="hasBar">Whether a bar shows the share that is done.</param>
    public static string? Of(JobEvent latest, bool hasBar) => latest switch
    {
        ReadingEvent reading => Phase("reading images", reading.Done, reading.Total, hasBar),
        PhaseEvent phase => Phase(phase.Name, phase.Done, phase.Total, hasBar),
        StepEvent step => Step(step.Progress),
        LearningRateEvent step => LearningRate(step),
        DownloadEvent download => $"downloading {DownloadDisplay.Describe(download.Progress)}",
        ContributionEvent contribution => ContributionDisplay.Describe(contribution.Progress),
        _ => null,
    };

    /// <summary>Draws a bar.</summary>
    /// <param name="done">How much is done.</param>
    /// <param name="total">How much there is.</param>
    /// <param name="length">The length in characters.</param>
    public static (string Done, string Left) Bar(int done, int total, int length)
    {
        int filled = total == 0 ? 0 : (int)((long)length * Math.Min(done, total) / total);
        return (new string('━', filled), new string('─', length - filled));
    }

    /// <summary>Formats how many images are done.</summary>
    public static string Count(int done, int total) =>
        total > 0 ? $"{NumberFormat.Count(done)} of {NumberFormat.Count(total)}" : NumberFormat.Count(done);

    private static string Phase(string name, int done, int total, bool hasBar)
    {
        if ((done, total) is (0, 0))
        {
            return name;
        }

        var (filled, left) = Bar(done, total, BarLength);
        return $"{name}{(hasBar && total > 0 ? $" {filled}{left}" : ":")} {Count(done, total)}";
    }

    private static string LearningRate(LearningRateEvent step) => string.Create(
        CultureInfo.InvariantCulture, $"step {step.Step:N0} of {step.Steps:N0}, learning rate {step.LearningRate:G2}, loss {step.Loss:F3}");

    private static string Step(TrainingProgress p)
    {
        string rate = p.ImagesPerSecond.ToString(p.ImagesPerSecond < 10 ? "F1" : "N0", CultureInfo.InvariantCulture);
        return string.Create(
            CultureInfo.InvariantCulture, $"epoch {p.Epoch}: step {p.Step:N0} of {p.Steps:N0}, loss {p.Loss:F3}, {rate} images/s");
    }
}
