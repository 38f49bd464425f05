using System.Globalization;
using Lanewise.Analysis;
using Lanewise.Reports;

namespace Lanewise.Workflows;

/// <summary>The explanation of a model.</summary>
/// <param name="Model">The model.</param>
/// <param name="Page">The path of the page.</param>
public sealed record Explanation(TrainedModel Model, string Page)
{
    /// <summary>Gets the dataset that contributions were measured on; null if none were.</summary>
    public string? Dataset { get; init; }

    /// <summary>Gets the number of images of <see cref="Dataset"/>.</summary>
    public int Total { get; init; }

    /// <summary>Gets the contributions of branches; null if not requested.</summary>
    public BranchContributions? Branches { get; init; }

    /// <summary>Gets the contributions of residual blocks; null if not requested.</summary>
    public BlockContributions? Blocks { get; init; }

    /// <summary>Gets the explained images.</summary>
    public IReadOnlyList<ExplainedImage> Images { get; init; } = [];

    /// <summary>Gets the images that could not be read, with the reasons.</summary>
    public IReadOnlyList<ImageErrorEvent> Errors { get; init; } = [];

    /// <summary>Gets the kernels of the first convolution; null if not requested.</summary>
    public WrittenSheet? Filters { get; init; }

    /// <summary>Gets a line that lists what was written.</summary>
    public string Summary
    {
        get
        {
            int count = Images.Sum(p => p.Written.Count) + (Filters is null ? 0 : 1);
            string images = count == 0 ? "" : $" and {count} image{(count == 1 ? "" : "s")} next to it";
            return $"wrote {Page}{images}";
        }
    }

    /// <summary>Writes the page.</summary>
    /// <exception cref="LanewiseException">The page cannot be written.</exception>
    internal void SavePage() => new ExplainPage(Model.Network.Name, Model.Classes)
    {
        Dataset = string.Create(CultureInfo.InvariantCulture, $"{Dataset} ({Total:N0} images)"),
        Branches = Branches,
        Blocks = Blocks,
        GradCams = [.. Images.Select(p => p.GradCam).OfType<GradCamFigure>()],
        FeatureMaps = [.. Images.Select(p => p.FeatureMaps).OfType<ContactSheet>()],
        Filters = Filters?.Sheet,
    }.ToPage().Save(Page);
}

/// <summary>The explanation of an image.</summary>
/// <param name="File">The image file.</param>
/// <param name="GradCam">The Grad-CAM result; null if not requested.</param>
/// <param name="FeatureMaps">The feature maps of a layer; null if not requested.</param>
/// <param name="Written">The files written for the image.</param>
public sealed record ExplainedImage(string File, GradCamFigure? GradCam, ContactSheet? FeatureMaps, IReadOnlyList<string> Written);

/// <summary>A contact sheet and its file.</summary>
/// <param name="Sheet">The sheet.</param>
/// <param name="File">The path of the file.</param>
public sealed record WrittenSheet(ContactSheet Sheet, string File);
