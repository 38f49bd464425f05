using System.IO.Compression;
using Lanewise.IO;

namespace Lanewise;

/// <summary>
/// Reads images and labels from an archive of NumPy arrays: Keras's <c>mnist.npz</c>, MedMNIST, or one array of each.
/// </summary>
internal static class NpzImages
{
    // Images of few colours compress well; what grows more is no image.
    private const long MinAllowance = 64_000_000, MaxCompression = 200;

    private static readonly (string Images, string Labels)[] TrainNames =
    [
        ("x_train", "y_train"), ("train_images", "train_labels"), ("images", "labels"), ("x", "y"), ("data", "labels"), ("arr_0", "arr_1"),
    ];

    private static readonly (string Images, string Labels)[] ValidationNames =
        [("x_val", "y_val"), ("val_images", "val_labels"), ("x_valid", "y_valid"), ("valid_images", "valid_labels")];

    private static readonly (string Images, string Labels)[] TestNames = [("x_test", "y_test"), ("test_images", "test_labels")];

    /// <summary>Reads the parts of the archive; names are compared without case.</summary>
    /// <param name="path">The <c>.npz</c> file.</param>
    /// <exception cref="FileAccessException">The file is missing or cannot be read.</exception>
    /// <exception cref="DatasetException">It is damaged, its arrays have other names or types, or do not belong together.</exception>
    public static ImageParts Read(string path) => InputFile.Read(path, (stream, file) =>
    {
        string name = $"npz:{file}";
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read);
            long left = MinAllowance + MaxCompression * stream.Length;
            var entries = archive.Entries.Where(entry => entry.FullName.EndsWith(".npy", StringComparison.OrdinalIgnoreCase))
                .DistinctBy(NameOf, StringComparer.OrdinalIgnoreCase)
                .ToDictionary(NameOf, StringComparer.OrdinalIgnoreCase);
            var train = Part(TrainNames);
            var validation = Part(ValidationNames);
            var test = Part(TestNames);
            return (train ?? validation ?? test) is not null ? ImageParts.Of(name, train, validation, test) : throw new DatasetException(
                $"{file}: its arrays are {Names(entries)}; expected images and labels under names such as "
                    + $"{string.Join("; ", TrainNames.Concat(TestNames).Select(pair => $"{pair.Images}, {pair.Labels}"))}.",
                DatasetError.NotFound,
                name);

            ImageArrays? Part((string Images, string Labels)[] names)
            {
                var (imagesName, labelsName) =
                    names.FirstOrDefault(pair => entries.ContainsKey(pair.Images) && entries.ContainsKey(pair.Labels));
                if (imagesName is null)
                {
                    return null;
                }

                var images = Array(entries[imagesName], $"{file}, {imagesName}", ref left);
                var labels = Array(entries[labelsName], $"{file}, {labelsName}", ref left);
                return images.Type == "u1" ? ImageArrays.Of(
                    images.Sizes, images.Bytes, labels.Sizes, labels.ToIntegers($"{file}, {labelsName}"), $"{file}, {imagesName}")
                    : throw new DatasetException(
                        $"{file}, {imagesName}: holds values of type {images.Type}; images are bytes (uint8) from 0 to 255.",
                        DatasetError.Damaged,
                        name);
            }
        }
        catch (InvalidDataException e)
        {
            throw new DatasetException(
                $"{file}: is a damaged zip archive, or none; save it with numpy.savez.", DatasetError.Damaged, name, e);
        }
    });

    private static NpyArray Array(ZipArchiveEntry entry, string name, ref long left)
    {
        using var stream = entry.Open();
        var array = NpyArray.Read(stream, name, left);
        left -= array.Bytes.Length;
        return array;
    }

    private static string NameOf(ZipArchiveEntry entry) => Path.GetFileNameWithoutExtension(entry.FullName);

    private static string Names(Dictionary<string, ZipArchiveEntry> entries)
    {
        const int MaxNames = 12;
        string more = entries.Count > MaxNames ? $" and {entries.Count - MaxNames} more" : "";
        return entries.Count == 0 ? "none" : string.Join(", ", entries.Keys.Take(MaxNames).Select(Excerpt.Of)) + more;
    }
}
