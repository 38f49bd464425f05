using System.Globalization;

namespace Lanewise;

/// <summary>The parts of a dataset that was given as arrays; null for a part that it lacks. All have the same classes.</summary>
/// <param name="Train">The training images, or all images where they are not divided.</param>
/// <param name="Validation">The validation images.</param>
/// <param name="Test">The test images.</param>
internal sealed record ImageParts(MemoryImageDataset? Train, MemoryImageDataset? Validation, MemoryImageDataset? Test)
{
    private const int MaxClasses = 100_000;

    /// <summary>Builds the parts; classes are called by their numbers, from 0 to the largest label of any part.</summary>
    /// <param name="name">The dataset's name, such as <c>npz:FILE</c>.</param>
    /// <param name="train">The training images; null for none.</param>
    /// <param name="validation">The validation images; null for none.</param>
    /// <param name="test">The test images; null for none.</param>
    /// <exception cref="DatasetException">A label is negative or too large, or the parts' images differ in shape.</exception>
    public static ImageParts Of(string name, ImageArrays? train, ImageArrays? validation, ImageArrays? test)
    {
        ImageArrays[] parts = [.. ((ImageArrays?[])[train, validation, test]).OfType<ImageArrays>()];
        foreach (var part in parts)
        {
            if (part.Shape != parts[0].Shape)
            {
                throw new DatasetException(
                    $"{name}: its parts have images of {parts[0].Shape} and of {part.Shape}; give images of one shape.",
                    DatasetError.Damaged,
                    name);
            }

            if (part.Labels.FirstOrDefault(label => label is < 0 or >= MaxClasses, -1L) is var wrong && part.Labels.Contains(wrong))
            {
                throw new DatasetException(
                    $"{name}: the label {wrong} is no class; labels are whole numbers from 0 to {MaxClasses - 1}.",
                    DatasetError.LabelOutOfRange,
                    name);
            }
        }

        long count = parts.Max(part => part.Labels.Max()) + 1;
        string[] classes = [.. Enumerable.Range(0, (int)count).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        return new(Dataset(train, "train"), Dataset(validation, "val"), Dataset(test, "test"));

        MemoryImageDataset? Dataset(ImageArrays? part, string split) => part is null ? null
            : new($"{name}/{split}", part.Shape, classes, part.Pixels, Array.ConvertAll(part.Labels, label => (int)label));
    }
}
