using Lanewise.Engine;
using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>How a model is evaluated.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Gets the images per batch.</summary>
    public int BatchSize { get; init; } = TrainedModel.DefaultBatchSize;

    /// <summary>Gets the number of threads.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Gets the convolution algorithm.</summary>
    public Conv2dAlgorithm Algorithm { get; init; }

    /// <summary>What the choice of an algorithm for each convolution rests on.</summary>
    public Tuning Tuning { get; init; }
}

/// <summary>The result of an evaluation.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="Evaluation">The metrics.</param>
/// <param name="Classes">The class names in the order of the logits.</param>
public sealed record EvaluationResult(string Model, string Dataset, Evaluation Evaluation, IReadOnlyList<string> Classes)
{
    /// <summary>Gets the temperature of the calibration, with which probabilities and losses are; null for a model that has none.</summary>
    public double? Temperature { get; init; }
}

/// <summary>Evaluates a trained model on the test images of a dataset.</summary>
/// <param name="model">The model.</param>
/// <param name="source">The dataset; null, or without a name, for the one that the model was trained on.</param>
/// <param name="options">How the model is evaluated; null for the defaults.</param>
public sealed class EvaluationJob(TrainedModel model, DataSource? source = null, EvaluationOptions? options = null)
{
    /// <summary>Gets the file to write a table to, a row for each image; null for none.</summary>
    public string? Table { get; init; }

    /// <summary>Loads the dataset and evaluates the model.</summary>
    /// <param name="progress">Receives notices and downloads.</param>
    /// <param name="cancellationToken">Stops between two batches; no table is written then.</param>
    /// <exception cref="LanewiseException">
    /// The data cannot be read or does not fit the model, or the table cannot be written.
    /// </exception>
    public async Task<EvaluationResult> RunAsync(IProgress<JobEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        model.Report(progress);
        model.RequireClassifier();
        var data = await JobData.LoadAsync(source ?? new DataSource(), model, progress, cancellationToken).ConfigureAwait(false);
        data.Report(model.File.Card.Calibration, progress);
        if (Table is null)
        {
            return await EvaluateAsync(onPrediction: null).ConfigureAwait(false);
        }

        EvaluationResult? result = null;
        var table = new PredictionTable(data.Images);
        // The file is opened first, so that a folder that cannot be written is known before the work.
        await Task.Run(
            () => AtomicFile.Write(Table, stream =>
            {
                result = EvaluateAsync(table.Add).GetAwaiter().GetResult();
                table.Write(stream, result.Classes);
            }),
            CancellationToken.None).ConfigureAwait(false);
        return result!;

        Task<EvaluationResult> EvaluateAsync(Action<ImagePrediction>? onPrediction) =>
            model.EvaluateAsync(data, options ?? new(), onPrediction, progress, cancellationToken);
    }
}
