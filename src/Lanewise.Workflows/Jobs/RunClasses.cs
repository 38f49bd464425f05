using System.Globalization;
using Lanewise.Files;

namespace Lanewise.Workflows;

/// <summary>The classes of a run, which determine the labels.</summary>
internal static class RunClasses
{
    /// <summary>Gets the class names of the dataset, followed by indices for additional classes.</summary>
    public static string[] Names(IReadOnlyList<string> known, int count) =>
        [.. known, .. Enumerable.Range(known.Count, count - known.Count).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Checks that the network has an output for each class.</summary>
    /// <exception cref="SettingException">It has fewer.</exception>
    public static void RequireEnough(Network network, DatasetSplits splits)
    {
        if (network.OutputCount < splits.Train.Classes.Count)
        {
            throw new SettingException(
                $"{{classes}} {network.OutputCount}: {splits.Name} has {splits.Train.Classes.Count} classes; "
                + "specify at least as many, or omit {classes}.",
                "classes");
        }
    }

    /// <summary>Checks that the classes of an image folder are those with which a run started.</summary>
    /// <exception cref="JobException">They differ.</exception>
    public static void Check(RunDirectory run, DatasetSplits splits)
    {
        if (!File.Exists(run.Model) || ModelCard.FromMetadata(WeightsFile.Read(run.Model).Metadata, run.Model) is not { } card)
        {
            return;
        }

        string[] classes = Names(splits.Train.Classes, Math.Max(card.Classes.Count, splits.Train.Classes.Count));
        if (!classes.SequenceEqual(card.Classes, StringComparer.Ordinal))
        {
            throw new JobException(
                $"{splits.Name}: its classes ({string.Join(", ", classes.Take(5))}, …) differ from those with which the run "
                + $"{run.Path} started ({string.Join(", ", card.Classes.Take(5))}, …); restore the class folders.");
        }
    }
}
