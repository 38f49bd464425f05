using System.Runtime.InteropServices;
using Lanewise.Data;
using Lanewise.Engine;

namespace Lanewise.Training;

/// <summary>How well a network does on labelled images.</summary>
/// <param name="Loss">Mean cross-entropy.</param>
/// <param name="Correct">Images whose most likely class is their label.</param>
/// <param name="Total">Images.</param>
/// <param name="Confusion">[label][prediction], counts.</param>
public sealed record Evaluation(double Loss, int Correct, int Total, int[][] Confusion)
{
    /// <summary>Correct / Total.</summary>
    public double Top1 => (double)Correct / Total;

    /// <summary>Each class's precision, recall and support (its number of images).</summary>
    public IReadOnlyList<ClassScore> PerClass => [.. Confusion.Select((row, label) =>
    {
        int hits = row[label], support = row.Sum(), predicted = Confusion.Sum(r => r[label]);
        return new ClassScore(label, Share(hits, predicted), Share(hits, support), support);
    })];

    /// <summary>Runs all of <paramref name="dataset"/> through the network.</summary>
    /// <param name="plan">A plan with weights in it.</param>
    /// <param name="dataset">Labelled images.</param>
    /// <param name="preprocessing">How they become the network's input.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="LanewiseException">Network, images and preprocessing do not fit, or there is no image, or one cannot be read.</exception>
    public static Evaluation Run(Plan plan, IImageDataset dataset, Preprocessing preprocessing, CancellationToken cancellation = default) =>
        Run(plan, dataset, preprocessing, judged: null, cancellation);

    /// <summary>As above, and tells what became of each image.</summary>
    /// <param name="plan">A plan with weights in it.</param>
    /// <param name="dataset">Labelled images.</param>
    /// <param name="preprocessing">How they become the network's input.</param>
    /// <param name="judged">Is told of each image, in the order of the dataset; null for nobody.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="LanewiseException">Network, images and preprocessing do not fit, or there is no image, or one cannot be read.</exception>
    public static Evaluation Run(Plan plan, IImageDataset dataset, Preprocessing preprocessing, Action<ImagePrediction>? judged, CancellationToken cancellation)
    {
        int classes = plan.Network.OutputCount;
        if (preprocessing.Input != plan.Network.Input)
        {
            throw new LanewiseException($"{plan.Network.Name} takes {plan.Network.Input}, the preprocessing gives {preprocessing.Input}; they must be of one shape.");
        }

        if (dataset.Count == 0)
        {
            throw new LanewiseException($"{dataset.Name}: there is no image to judge by.");
        }

        if (dataset.Classes.Count > classes)
        {
            throw new LanewiseException($"{dataset.Name} has {dataset.Classes.Count} classes, the network {classes}; choose a dataset of as many.");
        }

        int[][] confusion = [.. Enumerable.Range(0, classes).Select(_ => new int[classes])];
        var source = new PreparedDataset(dataset, preprocessing);
        using var batches = new BatchLoader(source, [.. Enumerable.Range(0, dataset.Count)], plan.Options.BatchSize, 0, plan.Options.Threads, cancellation);
        double loss = 0;
        for (var indices = batches.Next(); indices.Length > 0; indices = batches.Next())
        {
            plan.Evaluate(batches, indices);
            for (int i = 0; i < indices.Length; i++)
            {
                int label = dataset.Label(indices[i]), prediction = plan.Predictions[i];
                loss += plan.Losses[i];
                confusion[label][prediction]++;
                judged?.Invoke(new(indices[i], label, prediction, Probability(plan, i, label, prediction)));
            }
        }

        return new(loss / dataset.Count, confusion.Select((row, label) => row[label]).Sum(), dataset.Count, confusion);
    }

    /// <summary>The softmax of the prediction's logit; the loss has what all logits' exponentials sum up to.</summary>
    private static double Probability(Plan plan, int i, int label, int prediction)
    {
        var logits = plan.Output.Slice(i * plan.Network.OutputCount, plan.Network.OutputCount);
        return Math.Min(1, Math.Exp(logits[prediction] - (double)logits[label] - plan.Losses[i]));
    }

    private static double Share(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
}

/// <summary>What a network takes an image for.</summary>
/// <param name="Index">The image's index in its dataset.</param>
/// <param name="Label">Its class.</param>
/// <param name="Prediction">The most likely class.</param>
/// <param name="Probability">The prediction's softmax probability, 0 to 1; NaN from weights that are no numbers.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ImagePrediction(int Index, int Label, int Prediction, double Probability);

/// <summary>One class's scores.</summary>
/// <param name="Class">The class's index.</param>
/// <param name="Precision">Of the images taken for this class, the share that are of it; 0 when there are none.</param>
/// <param name="Recall">Of this class's images, the share that were recognised.</param>
/// <param name="Support">This class's images.</param>
public sealed record ClassScore(int Class, double Precision, double Recall, int Support);
