using Lanewise.Engine;

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
}

/// <summary>The result of an evaluation.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="Evaluation">The metrics.</param>
/// <param name="Classes">The class names in the order of the logits.</param>
public sealed record EvaluationResult(string Model, string Dataset, Evaluation Evaluation, IReadOnlyList<string> Classes);

/// <summary>Evaluates a trained model on the test images of a dataset.</summary>
/// <param name="model">The model.</param>
/// <param name="source">The dataset; null, or without a name, for the one that the model was trained on.</param>
/// <param name="options">How the model is evaluated; null for the defaults.</param>
public sealed class EvaluationJob(TrainedModel model, DataSource? source = null, EvaluationOptions? options = null)
{
    /// <summary>Loads the dataset and evaluates the model.</summary>
    /// <param name="progress">Receives notices and downloads.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="LanewiseException">The data cannot be read or does not fit the model.</exception>
    public async Task<EvaluationResult> RunAsync(IProgress<JobEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        model.Report(progress);
        model.RequireClassifier();
        var data = await JobData.LoadAsync(source ?? new DataSource(), model, progress, cancellationToken).ConfigureAwait(false);
        return await model.EvaluateAsync(data, options ?? new(), onPrediction: null, progress, cancellationToken).ConfigureAwait(false);
    }
}
