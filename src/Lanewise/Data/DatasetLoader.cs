using System.Globalization;

namespace Lanewise;

/// <summary>Reads the files of a located dataset in parallel and checks that they are the right ones and consistent.</summary>
internal static class DatasetLoader
{
    /// <summary>Loads both splits.</summary>
    /// <param name="entry">The dataset.</param>
    /// <param name="location">The location of its files.</param>
    /// <param name="remedy">What to do if they are damaged, for messages.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <exception cref="DatasetException">A file is damaged, of another dataset, or inconsistent with the others.</exception>
    /// <exception cref="FileAccessException">A file cannot be read.</exception>
    public static async Task<DatasetSplits> LoadAsync(
        DatasetEntry entry, DatasetLocation location, string remedy, CancellationToken cancellationToken)
    {
        var (train, test) = await (entry.Format == DatasetFormat.Idx
            ? IdxAsync(entry, location, remedy, cancellationToken)
            : CifarAsync(entry, location, remedy, cancellationToken)).ConfigureAwait(false);
        string source = string.Create(CultureInfo.InvariantCulture, $"{location.Folder} ({train.Count:N0} + {test.Count:N0} images)");
        return new DatasetSplits(entry.Name, train, test, entry.Transform, source);
    }

    /// <summary>Reads a file without a known checksum, to check its format.</summary>
    /// <exception cref="DatasetException">The file is damaged.</exception>
    public static void CheckForm(DatasetEntry entry, DatasetFile file, string path)
    {
        if (entry.Format == DatasetFormat.Idx)
        {
            IdxFile.Read(path);
            return;
        }

        int images = Read(entry, file, path, "download it again").Labels.Length;
        if (images != file.Count)
        {
            throw new DatasetException(
                string.Create(CultureInfo.InvariantCulture, $"{path}: holds {images:N0} images, the published file "
                    + $"{file.Count:N0}; download it again."),
                DatasetError.Damaged);
        }
    }

    private static async Task<(MemoryImageDataset Train, MemoryImageDataset Test)> CifarAsync(
        DatasetEntry entry, DatasetLocation location, string remedy, CancellationToken cancellationToken)
    {
        var reading = entry.Files
            .Select((file, i) => Task.Run(() => Read(entry, file, location.Paths[i]!, remedy), cancellationToken))
            .ToArray();
        var contents = await Task.WhenAll(reading).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        MemoryImageDataset Split(string split, (byte[] Pixels, byte[] Labels)[] parts) => new(
            $"{entry.Name}/{split}",
            entry.Shape,
            entry.Classes,
            Joined(Array.ConvertAll(parts, part => part.Pixels)),
            Joined(Array.ConvertAll(parts, part => part.Labels)))
        {
            Transform = entry.Transform,
        };
        return (Split("train", contents[..^1]), Split("test", contents[^1..]));
    }

    private static byte[] Joined(byte[][] parts)
    {
        byte[] joined = new byte[parts.Sum(part => part.Length)];
        int at = 0;
        foreach (byte[] part in parts)
        {
            part.CopyTo(joined, at);
            at += part.Length;
        }

        return joined;
    }

    private static (byte[] Pixels, byte[] Labels) Read(DatasetEntry entry, DatasetFile file, string path, string remedy) =>
        entry.Format switch
        {
            DatasetFormat.Cifar10Python => CifarPickle.Read(path, "labels", file.Count, entry.Classes.Count, remedy),
            DatasetFormat.Cifar100Python => CifarPickle.Read(path, "fine_labels", file.Count, entry.Classes.Count, remedy),
            _ => CifarFile.Read(path, entry.Format == DatasetFormat.Cifar100 ? 2 : 1, file.Count, entry.Classes.Count, remedy),
        };

    private static async Task<(MemoryImageDataset Train, MemoryImageDataset Test)> IdxAsync(
        DatasetEntry entry, DatasetLocation location, string remedy, CancellationToken cancellationToken)
    {
        var reading = entry.Files.Select((file, i) => Task.Run(() => Read(file, location.Paths[i]!, remedy), cancellationToken)).ToArray();
        var contents = await Task.WhenAll(reading).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        RefuseOthers(entry, location, contents, remedy);
        return (Split(entry, "train", location, contents, 0, remedy), Split(entry, "test", location, contents, 2, remedy));
    }

    /// <summary>Reads a file; for a file of the published size, also computes its md5, in parallel with the other files.</summary>
    private static (IdxArray Array, string? Md5) Read(DatasetFile file, string path, string remedy)
    {
        var array = IdxFile.Read(path, remedy);
        // Labels identify a dataset, so their md5 is computed even if there is none to compare with.
        bool wanted = array.Sizes[0] == file.Count && (file.Md5 is not null || array.Sizes.Count == 1);
        return (array, wanted ? IdxFile.Md5(array) : null);
    }

    // MNIST and its successors share file names, sizes and counts; only the content differs.
    private static void RefuseOthers(DatasetEntry entry, DatasetLocation location, (IdxArray Array, string? Md5)[] contents, string remedy)
    {
        for (int i = 0; i < contents.Length; i++)
        {
            if (contents[i].Md5 is not { } md5 || string.Equals(md5, entry.Files[i].Md5, StringComparison.Ordinal))
            {
                continue;
            }
            var other = DatasetCatalog.All.FirstOrDefault(d => d.Files.Any(file => string.Equals(file.Md5, md5, StringComparison.Ordinal)));
            if (other is not null)
            {
                throw new DatasetException(
                    $"{location.Paths[i]}: this is a file of {other.Name}, not of {entry.Name}; load '{other.Name}' or choose "
                        + $"another folder.",
                    DatasetError.Damaged);
            }
            if (entry.Files[i].Md5 is { } expected)
            {
                throw new DatasetException(
                    $"{location.Paths[i]}: the content's md5 is {md5}, that of {entry.Name} is {expected}; the file is "
                        + $"damaged or another one; {remedy}.",
                    DatasetError.Damaged);
            }
        }
    }

    private static MemoryImageDataset Split(
        DatasetEntry entry, string split, DatasetLocation location, (IdxArray Array, string? Md5)[] contents, int first, string remedy)
    {
        var (images, labels) = (contents[first].Array, contents[first + 1].Array);
        var shape = entry.Shape;
        if (images.Type != IdxType.UInt8 || images.Sizes.Count != 3 || images.Sizes[1] != shape.Height || images.Sizes[2] != shape.Width)
        {
            throw new DatasetException(
                $"{location.Paths[first]}: holds {Values(images)}, not images of {shape.Height}×{shape.Width} bytes; is it a "
                    + $"file of {entry.Name}? If not, {remedy}.",
                DatasetError.Damaged);
        }
        if (labels.Type != IdxType.UInt8 || labels.Sizes.Count != 1)
        {
            throw new DatasetException(
                $"{location.Paths[first + 1]}: holds {Values(labels)}, not a list of byte labels; is it a file of "
                    + $"{entry.Name}? If not, {remedy}.",
                DatasetError.Damaged);
        }
        if (images.Sizes[0] != labels.Sizes[0] || images.Sizes[0] == 0)
        {
            string counts = $"{entry.Files[first].Name} holds {images.Sizes[0]} images but {entry.Files[first + 1].Name} "
                + $"{labels.Sizes[0]} labels";
            throw new DatasetException($"{location.Folder}: {counts}; both need the same number, at least 1; "
                + $"{remedy}.", DatasetError.Damaged);
        }
        byte[] pixels = entry.IsTransposed ? Transposed(images.Bytes, shape) : images.Bytes;
        int[] numbers = Array.ConvertAll(labels.Bytes, label => label - entry.FirstLabel);
        return new MemoryImageDataset($"{entry.Name}/{split}", shape, entry.Classes, pixels, numbers)
        {
            Transform = entry.Transform,
        };
    }

    private static byte[] Transposed(byte[] pixels, Shape shape)
    {
        byte[] upright = new byte[pixels.Length];
        Parallel.For(0, pixels.Length / shape.Count, image =>
        {
            int first = image * shape.Count;
            for (int i = 0; i < shape.Count; i++)
            {
                (int row, int column) = Math.DivRem(i, shape.Width);
                upright[first + i] = pixels[first + column * shape.Height + row];
            }
        });
        return upright;
    }

    private static string Values(IdxArray array) => $"{string.Join('×', array.Sizes)} values of type {array.Type}";
}
