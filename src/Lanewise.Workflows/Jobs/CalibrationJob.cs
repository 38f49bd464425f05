using Lanewise.Engine;
using Lanewise.Files;

namespace Lanewise.Workflows;

/// <summary>What a calibration gave: fitted on one half of the images, measured on the other.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="File">The file whose model card holds the calibration.</param>
/// <param name="Calibration">The calibration.</param>
public sealed record CalibrationResult(string Model, string Dataset, string File, Calibration Calibration)
{
    /// <summary>Gets whether a temperature was fitted: where no image of the first half is misclassified, it stays 1.</summary>
    public required bool IsFitted { get; init; }

    /// <summary>Gets the number of images of the other half.</summary>
    public required int TestImages { get; init; }

    /// <summary>Gets how reliable probabilities were, on the other half.</summary>
    public required CalibrationError Before { get; init; }

    /// <summary>Gets how reliable they are with the temperature, on the other half.</summary>
    public required CalibrationError After { get; init; }

    /// <summary>Gets what the threshold does to the other half.</summary>
    public required RejectionResult Rejection { get; init; }

    /// <summary>Gets the sets of classes on the other half, by coverage.</summary>
    public required IReadOnlyList<CoverageResult> Coverages { get; init; }
}

/// <summary>
/// Fits what makes a model's probabilities reliable to images that it was not trained on, and stores it in the model card of its file: a
/// temperature, a threshold for answers that are none of the classes, and what sets of likely classes need.
/// </summary>
/// <param name="model">The model, of a run or of a safetensors file with a model card.</param>
/// <param name="source">The dataset; null, or without a name, for the images that the training validated on.</param>
/// <param name="options">How the model is evaluated; null for the defaults.</param>
public sealed class CalibrationJob(TrainedModel model, DataSource? source = null, EvaluationOptions? options = null)
{
    /// <summary>The minimum number of images of each half.</summary>
    public const int MinImages = 50;

    private const double AtLimit = 0.999;

    private static readonly double[] Coverages = [0.9, 0.95, 0.99];

    /// <summary>Loads the dataset, fits, measures and stores.</summary>
    /// <param name="progress">Receives notices and downloads.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="JobException">
    /// The file cannot hold a calibration, the input is overridden, the model was trained on the images, or they are too few.
    /// </exception>
    /// <exception cref="LanewiseException">The data cannot be read or does not fit the model, or the file cannot be written.</exception>
    public async Task<CalibrationResult> RunAsync(IProgress<JobEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        model.Report(progress);
        model.RequireClassifier();
        RequireCard();
        if (model.HasOverrides)
        {
            throw new JobException(
                $"{model.Path}: a calibration is stored for images prepared as the model's file says; omit {{img-size}} and the other "
                + "options of the input.");
        }

        var data = await JobData.LoadAsync(source ?? new DataSource(), model, progress, cancellationToken).ConfigureAwait(false);
        if (data.AreTrainedOn)
        {
            throw new JobException(
                $"{data.Dataset}: a calibration is fitted to images that the model was not trained on, where it is as sure as on new ones; "
                + "omit {split}, or name another split or {dataset}.");
        }

        if (data.Images.Count < 2 * MinImages)
        {
            throw new JobException(
                $"{data.Dataset}: {data.Images.Count} images are too few to calibrate: at least {2 * MinImages} are needed, half to fit on "
                + "and half to measure with. Name more images that the model was not trained on with {dataset} or {split}.");
        }

        progress.Phase("compiling");
        return await Task.Run(() => Run(data, progress, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private CalibrationResult Run(EvaluationImages data, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        int[] labels = [.. Enumerable.Range(0, data.Images.Count).Select(data.Images.Label)];
        var fit = new CalibrationFit(Outputs(data.Images, progress, cancellationToken), labels, model.Network.Output.Op is Softmax);
        var (first, second) = CalibrationFit.Divide(labels);
        progress.Phase("calibrating");
        var (calibration, isFitted) = fit.Fit(first);
        if (!isFitted)
        {
            progress.Notice("no image of the half to fit on is misclassified, so no temperature can be fitted; it stays 1.");
        }

        if (calibration.Temperature > CalibrationFit.MaxTemperature * AtLimit)
        {
            progress.Notice(
                $"warning: the temperature is at its limit of {CalibrationFit.MaxTemperature}: how sure the model is says nothing of "
                + "whether it is right; train it longer, or on more images.");
        }

        string key = CardValues.Prefix + CalibrationMetadata.Key;
        SafetensorsMetadata.Set(model.Path, key, CalibrationMetadata.Write(calibration));
        return new(model.Network.Name, data.Dataset, model.Path, calibration)
        {
            IsFitted = isFitted,
            TestImages = second.Length,
            Before = fit.Measure(second, temperature: 1),
            After = fit.Measure(second, calibration.Temperature),
            Rejection = fit.Reject(second, calibration),
            Coverages = [.. Coverages.Select(coverage => fit.Cover(second, calibration, coverage))],
        };
    }

    private float[][] Outputs(IImageDataset images, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        var settings = options ?? new();
        using var plan = Plan.Compile(
            model.Network,
            new PlanOptions { BatchSize = settings.BatchSize, Threads = settings.Threads, Algorithm = settings.Algorithm });
        plan.SetWeights(model.Weights);
        Evaluation.Check(model.Network, images, model.Transform);
        float[][] outputs = new float[images.Count][];
        int classes = model.Network.OutputCount, done = 0;
        using var batches = new BatchLoader(
            new PreparedDataset(images, model.Transform), [.. Enumerable.Range(0, images.Count)], settings.BatchSize, 0, settings.Threads,
            cancellationToken);
        for (var indices = batches.Next(); indices.Length > 0; indices = batches.Next())
        {
            plan.Infer(batches, indices);
            for (int i = 0; i < indices.Length; i++)
            {
                outputs[indices[i]] = plan.Output.Slice(i * classes, classes).ToArray();
                InferenceException.ThrowIfNotFinite(outputs[indices[i]], model.Network.Name);
            }

            progress.Evaluated(done += indices.Length, images.Count);
        }

        return outputs;
    }

    private void RequireCard()
    {
        string what = model.IsPretrained ? "pretrained weights are kept as they were published" : "the file has no model card";
        if (model.IsPretrained || !HasCard(model.Path))
        {
            throw new JobException(
                $"{model.Path}: a calibration is stored in the model card of a safetensors file, and {what}; convert it to one first.");
        }
    }

    private static bool HasCard(string path)
    {
        try
        {
            return ModelCard.FromMetadata(Safetensors.ReadMetadata(path), path) is not null;
        }
        catch (ModelFormatException)
        {
            return false;
        }
    }
}
