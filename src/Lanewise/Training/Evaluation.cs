using System.Runtime.InteropServices;
using Lanewise.Engine;

namespace Lanewise;

/// <summary>The metrics of a network on a labelled dataset.</summary>
/// <param name="Loss">The mean cross-entropy.</param>
/// <param name="Correct">The number of images whose most likely class is their label.</param>
/// <param name="Total">The number of images.</param>
/// <param name="Confusion">The confusion matrix, counts by [label][prediction].</param>
public sealed record Evaluation(double Loss, int Correct, int Total, int[][] Confusion)
{
    private const int SmallTotal = 1000, FirstFew = 5;

    /// <summary>The accuracy, Correct / Total, 0 to 1.</summary>
    public double Top1 => (double)Correct / Total;

    /// <summary>
    /// The top-5 accuracy, 0 to 1: the share of the images whose label is among the five most likely classes. Null for networks of at most
    /// five classes, which always answer so.
    /// </summary>
    public double? Top5 { get; init; }

    /// <summary>
    /// The mean of the F1 scores 2·TP / (2·TP + FP + FN) of the classes that are a label or a prediction of some image, 0 to 1;
    /// scikit-learn's <c>f1_score</c> with <c>average="macro"</c>.
    /// </summary>
    public double MacroF1 => PerClass().Where(score => score.Support > 0 || Predicted(score.Class) > 0)
        .Average(score => 2.0 * Confusion[score.Class][score.Class] / (score.Support + Predicted(score.Class)));

    /// <summary>
    /// The balanced accuracy, 0 to 1: the mean recall of the classes that are a label of some image. Always answering one of n classes
    /// gives 1 / n.
    /// </summary>
    public double BalancedAccuracy => PerClass().Where(score => score.Support > 0).Average(score => score.Recall);

    /// <summary>The accuracy by the probability of the predicted class; null where the predictions are not known one by one.</summary>
    public Reliability? Reliability { get; init; }

    /// <summary>The share of the images whose label is the most frequent one, 0 to 1: the accuracy of always answering it.</summary>
    internal double MajorityShare => (double)Confusion.Max(row => row.Sum()) / Total;

    /// <summary>The 95 % confidence interval of the accuracy.</summary>
    internal WilsonInterval Top1Interval => WilsonInterval.Of(Correct, Total);

    /// <summary>Whether the images are so few, below 1,000, that the accuracy says little without its interval.</summary>
    internal bool IsSmall => Total < SmallTotal;

    /// <summary>Computes the precision, recall and support of each class.</summary>
    public IReadOnlyList<ClassScore> PerClass() => [.. Confusion.Select((row, label) =>
    {
        int hits = row[label], support = row.Sum(), predicted = Predicted(label);
        return new ClassScore(label, Share(hits, predicted), Share(hits, support), support);
    })];

    /// <summary>Evaluates a network on a dataset.</summary>
    /// <param name="plan">A plan with weights.</param>
    /// <param name="dataset">The labelled samples.</param>
    /// <param name="transform">How images are prepared; null for arrays of values.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="ShapeException">The transform does not fit the network.</exception>
    /// <exception cref="DatasetException">The dataset is empty or has more classes than the network.</exception>
    /// <exception cref="LanewiseException">An image cannot be read.</exception>
    public static Evaluation Run(Plan plan, IDataset dataset, ImageTransform? transform, CancellationToken cancellationToken = default) =>
        Run(plan, dataset, transform, evaluated: null, cancellationToken);

    /// <summary>Evaluates a network on a dataset and reports the prediction of each image.</summary>
    /// <param name="plan">A plan with weights.</param>
    /// <param name="dataset">The labelled samples.</param>
    /// <param name="transform">How images are prepared; null for arrays of values.</param>
    /// <param name="evaluated">Called with the prediction of each image, in the order of the dataset; may be null.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="ShapeException">The transform does not fit the network.</exception>
    /// <exception cref="DatasetException">The dataset is empty or has more classes than the network.</exception>
    /// <exception cref="LanewiseException">An image cannot be read.</exception>
    public static Evaluation Run(
        Plan plan, IDataset dataset, ImageTransform? transform, Action<ImagePrediction>? evaluated, CancellationToken cancellationToken) =>
        Run(plan, dataset, transform, evaluated, progress: null, cancellationToken);

    /// <summary>Evaluates a network, and calls <paramref name="progress"/> after each batch: samples done, and all of them.</summary>
    internal static Evaluation Run(
        Plan plan, IDataset dataset, ImageTransform? transform, Action<ImagePrediction>? evaluated, Action<int, int>? progress,
        CancellationToken cancellationToken) =>
        Run(plan, dataset, transform, evaluated, progress, temperature: 1, cancellationToken);

    /// <summary>Evaluates a network whose logits are divided by a temperature before the softmax.</summary>
    internal static Evaluation Run(
        Plan plan, IDataset dataset, ImageTransform? transform, Action<ImagePrediction>? evaluated, Action<int, int>? progress,
        double temperature, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(dataset);
        Check(plan.Network, dataset, transform);
        int classes = plan.Network.OutputCount;
        int[][] confusion = [.. Enumerable.Range(0, classes).Select(_ => new int[classes])];
        var source = new PreparedDataset(dataset, transform);
        int[] order = [.. Enumerable.Range(0, dataset.Count)];
        using var batches = new BatchLoader(source, order, plan.Options.BatchSize, 0, plan.Options.Threads, cancellationToken);
        var reliability = new Reliability.Counter();
        double loss = 0;
        int done = 0, amongFew = 0;
        progress?.Invoke(done, dataset.Count);
        for (var indices = batches.Next(); indices.Length > 0; indices = batches.Next())
        {
            plan.Evaluate(batches, indices);
            for (int i = 0; i < indices.Length; i++)
            {
                int label = dataset.Label(indices[i]), prediction = plan.Predictions[i];
                var logits = plan.Output.Slice(i * classes, classes);
                var (probability, one) = temperature == 1
                    ? (Probability(logits, plan.Losses[i], label, prediction), plan.Losses[i])
                    : Scaled(logits, plan.Network.Output.Op is Softmax, temperature, label, prediction);
                loss += one;
                confusion[label][prediction]++;
                amongFew += Rank(logits, label) < FirstFew ? 1 : 0;
                reliability.Add(probability, label == prediction);
                evaluated?.Invoke(new(indices[i], label, prediction, probability) { Loss = one });
            }

            done += indices.Length;
            progress?.Invoke(done, dataset.Count);
        }

        return new(loss / dataset.Count, confusion.Select((row, label) => row[label]).Sum(), dataset.Count, confusion)
        {
            Top5 = classes > FirstFew ? (double)amongFew / dataset.Count : null,
            Reliability = reliability.ToReliability(),
        };
    }

    /// <summary>Checks a dataset and a transform before an evaluation.</summary>
    /// <exception cref="ShapeException">The transform does not fit the network.</exception>
    /// <exception cref="DatasetException">The dataset is empty or has more classes than the network.</exception>
    internal static void Check(Network network, IDataset dataset, ImageTransform? transform)
    {
        int classes = network.OutputCount;
        if (dataset.Count == 0)
        {
            throw new DatasetException(
                $"{dataset.Name}: there is no image to evaluate; at least one is needed.", DatasetError.Empty, dataset.Name);
        }

        if (dataset.Classes.Count > classes)
        {
            throw new DatasetException(
                $"{dataset.Name} has {dataset.Classes.Count} classes, the network {classes}; choose a dataset with the network's classes.",
                DatasetError.ClassMismatch,
                dataset.Name);
        }

        var shape = dataset is ITensorDataset tensors ? tensors.Shape : transform?.Input;
        if (shape != network.Input)
        {
            throw new ShapeException(
                $"{network.Name} takes {network.Input}, {dataset.Name} gives {shape?.ToString() ?? "images without a transform"}; "
                    + "they must be of one shape.",
                network.Name);
        }
    }

    /// <summary>Computes the softmax probability of the prediction; the loss contains the log-sum-exp of all logits.</summary>
    private static double Probability(ReadOnlySpan<float> logits, double loss, int label, int prediction) =>
        Math.Min(1, Math.Exp(logits[prediction] - (double)logits[label] - loss));

    /// <summary>Computes the probability of the prediction and the cross-entropy, with a temperature.</summary>
    private static (double Probability, double Loss) Scaled(
        ReadOnlySpan<float> output, bool isSoftmax, double temperature, int label, int prediction)
    {
        double[] probabilities = Calibration.Softmax(output, isSoftmax, temperature);
        return (probabilities[prediction], -Math.Log(Math.Max(probabilities[label], double.Epsilon)));
    }

    /// <summary>Counts the classes that come before the label, most likely first; of equally likely ones, the lower index first.</summary>
    private static int Rank(ReadOnlySpan<float> logits, int label)
    {
        int before = 0;
        for (int c = 0; c < logits.Length; c++)
        {
            before += logits[c] > logits[label] || (c < label && logits[c] == logits[label]) ? 1 : 0;
        }

        return before;
    }

    private int Predicted(int prediction) => Confusion.Sum(row => row[prediction]);

    private static double Share(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
}

/// <summary>The prediction of a network for an image.</summary>
/// <param name="Index">The image's index in its dataset.</param>
/// <param name="Label">The label.</param>
/// <param name="Prediction">The most likely class.</param>
/// <param name="Probability">The softmax probability of the prediction, 0 to 1; NaN if the weights are not finite.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ImagePrediction(int Index, int Label, int Prediction, double Probability)
{
    /// <summary>The cross-entropy, −ln of the probability of the label.</summary>
    public double Loss { get; init; }
}

/// <summary>The scores of one class.</summary>
/// <param name="Class">The index of the class.</param>
/// <param name="Precision">The fraction of images predicted as this class that are of it; 0 if there are none.</param>
/// <param name="Recall">The fraction of this class's images that are predicted correctly.</param>
/// <param name="Support">The number of images of this class.</param>
public sealed record ClassScore(int Class, double Precision, double Recall, int Support);
