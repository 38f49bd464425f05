using Lanewise.Analysis;
using Lanewise.Engine;

namespace Lanewise.Workflows;

/// <summary>Explains a model: Grad-CAM and feature maps of images, contributions of branches and blocks, filters.</summary>
/// <param name="model">The model.</param>
public sealed class ExplanationJob(TrainedModel model)
{
    /// <summary>Gets the image files.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Gets whether Grad-CAM is computed for each image.</summary>
    public bool GradCam { get; init; }

    /// <summary>Gets the layer of Grad-CAM; null for the last one with more than one pixel.</summary>
    public string? Layer { get; init; }

    /// <summary>Gets the index of the class to explain; null for the most likely one of each image.</summary>
    public int? Target { get; init; }

    /// <summary>Gets the layer whose feature maps are shown for each image; null for none.</summary>
    public Node? FeatureMaps { get; init; }

    /// <summary>Gets whether the contribution of each Inception branch is measured.</summary>
    public bool Branches { get; init; }

    /// <summary>Gets whether the contribution of each residual block is measured.</summary>
    public bool Blocks { get; init; }

    /// <summary>Gets whether the kernels of the first convolution are shown.</summary>
    public bool Filters { get; init; }

    /// <summary>Gets the dataset for contributions; without a name, the one that the model was trained on.</summary>
    public DataSource Source { get; init; } = new(null);

    /// <summary>Gets how contributions are measured.</summary>
    public EvaluationOptions Options { get; init; } = new();

    /// <summary>Checks that the feature maps of a layer can be shown.</summary>
    /// <param name="network">The network.</param>
    /// <param name="layer">The layer.</param>
    /// <exception cref="LanewiseException">The layer is the input, or its feature maps are too large for one image.</exception>
    public static void RequireShowable(Network network, Node layer) => ExplainImages.RequireShowable(network, layer);

    /// <summary>Computes the explanation, and writes its page and images.</summary>
    /// <param name="path">The run folder or weights file of the model.</param>
    /// <param name="output">The folder to write to; null for one in the run folder, or next to the weights file.</param>
    /// <param name="progress">Receives notices, downloads and passes.</param>
    /// <param name="cancellationToken">Stops between two batches or images.</param>
    /// <exception cref="JobException">None of the images can be read; others are left out and reported.</exception>
    /// <exception cref="LanewiseException">The data or a file cannot be read or written.</exception>
    public async Task<Explanation> RunAsync(
        string path, string? output = null, IProgress<JobEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        model.Report(progress);
        if (GradCam || Branches || Blocks)
        {
            model.RequireClassifier();
        }

        var images = Files.Count > 0 ? PreparedImages.Read(model, Files, progress, cancellationToken) : null;
        progress.Phase("compiling");
        var planOptions = new PlanOptions { BatchSize = 1, Threads = Options.Threads };
        using var gradCam = GradCam ? new GradCam(model.Network, model.Weights, planOptions, Layer) : null;
        var data = Branches || Blocks
            ? await JobData.LoadAsync(Source, model, progress, cancellationToken).ConfigureAwait(false)
            : null;
        var folder = ExplainFolder.Create(output, path);
        var explanation = await Task.Run(() => Explain(images, gradCam, data, folder, progress, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        explanation.SavePage();
        return explanation;
    }

    private Explanation Explain(
        PreparedImages? images, GradCam? gradCam, EvaluationImages? data, ExplainFolder folder, IProgress<JobEvent>? progress,
        CancellationToken cancellationToken)
    {
        var options = data is null ? null : new ContributionOptions(data.Images, model.Transform)
        {
            BatchSize = Options.BatchSize,
            Threads = Options.Threads,
            Progress = progress.Of<ContributionProgress>(pass => new ContributionEvent(pass)),
        };
        var files = new ExplainImages(model, folder);
        var explained = new List<ExplainedImage>();
        for (int i = 0; i < images?.Files.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            progress.Phase("explaining images", i, images.Files.Count);
            explained.Add(files.Explain(images, i, gradCam, Target, FeatureMaps));
        }

        return new(model, folder.Page)
        {
            Dataset = data?.Dataset,
            Total = data?.Images.Count ?? 0,
            Branches = Branches ? BranchContributions.Measure(model.Network, model.Weights, options!, cancellationToken) : null,
            Blocks = Blocks ? BlockContributions.Measure(model.Network, model.Weights, options!, cancellationToken) : null,
            Images = explained,
            Errors = images?.Errors ?? [],
            Filters = Filters ? files.Filters() : null,
        };
    }
}
