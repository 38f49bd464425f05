using System.Globalization;

namespace Lanewise.Workflows;

/// <summary>Methods for positions in training.</summary>
internal static class TrainingPositions
{
    /// <summary>Says where a position is, for example <c>after step 3 of epoch 2</c>.</summary>
    public static string InWords(this TrainingPosition position) => position switch
    {
        { Epoch: 0, Step: 0 } => "before the first step",
        { Step: 0 } => string.Create(CultureInfo.InvariantCulture, $"after epoch {position.Epoch}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"after step {position.Step} of epoch {position.Epoch + 1}"),
    };

    /// <summary>Returns whether a position comes before another one.</summary>
    public static bool IsBefore(this TrainingPosition position, TrainingPosition other) =>
        (position.Epoch, position.Step).CompareTo((other.Epoch, other.Step)) < 0;
}
