using System.Globalization;

namespace Lanewise;

/// <summary>What weights were trained on: what a model card says about the data.</summary>
/// <param name="Dataset">The name of the dataset in the catalogue; null for any other.</param>
/// <param name="Classes">The class names in the order of the logits; numbers for outputs beyond the dataset's classes.</param>
/// <param name="Transform">The transform of images; null if arrays of values entered the network unchanged.</param>
public sealed record TrainingData(string? Dataset, IReadOnlyList<string> Classes, ImageTransform? Transform)
{
    /// <summary>Determines how a network sees a training set.</summary>
    /// <param name="network">The network.</param>
    /// <param name="train">The training set.</param>
    /// <param name="chosen">The transform that the caller chose; null for the default.</param>
    internal static TrainingData Of(Network network, IDataset train, ImageTransform? chosen)
    {
        int known = train.Classes.Count, extra = Math.Max(0, network.OutputCount - known);
        string[] classes =
        [
            .. train.Classes,
            .. Enumerable.Range(known, extra).Select(i => i.ToString(CultureInfo.InvariantCulture)),
        ];
        return new(CatalogueName(train), classes, train is IImageDataset images ? chosen ?? DefaultTransform(network, images) : null);
    }

    /// <summary>Checks a dataset before training, so that an unsuitable validation set does not fail only after the first epoch.</summary>
    /// <exception cref="DatasetException">The dataset is empty or has more classes than the network.</exception>
    /// <exception cref="ShapeException">The samples do not fit the network.</exception>
    internal void Check(Network network, IDataset dataset)
    {
        if (dataset.Count == 0)
        {
            throw new DatasetException(
                $"{dataset.Name}: there is no image in it; training and validation both need some.", DatasetError.Empty, dataset.Name);
        }

        var shape = dataset is ITensorDataset tensors ? tensors.Shape : Transform?.Input;
        if (shape != network.Input)
        {
            string given = shape is null ? "arrays of values in training, and images here" : $"{shape}";
            throw new ShapeException($"{network.Name} takes {network.Input}, {dataset.Name} gives {given}; they must agree.", network.Name);
        }

        if (dataset.Classes.Count > network.OutputCount)
        {
            throw new DatasetException(
                $"{dataset.Name} has {dataset.Classes.Count} classes, the network {network.OutputCount}; build it with as many.",
                DatasetError.ClassMismatch,
                dataset.Name);
        }
    }

    /// <summary>Returns the name under which the dataset can be loaded again, without its split.</summary>
    private static string? CatalogueName(IDataset dataset)
    {
        string name = dataset.Name.Split('/')[0];
        return DatasetCatalog.All.Any(entry => entry.Name == name) ? name : null;
    }

    private static ImageTransform DefaultTransform(Network network, IImageDataset images)
    {
        if (images.Transform is { } own)
        {
            return own.For(network.Input);
        }

        // Only a model that was designed for photographs says how image files should look; nothing is known about bytes in memory.
        var model = images is IFixedShapeImageDataset ? null : ModelCatalog.All.FirstOrDefault(m => m.Name == network.Name);
        return model is null ? ImageTransform.Default(network.Input) : (model.Transform with { Ink = null }).For(network.Input);
    }
}
