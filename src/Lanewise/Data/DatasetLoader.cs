using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Lanewise.Data;

/// <summary>Reads a located dataset's four files at once and checks that they fit together.</summary>
internal static class DatasetLoader
{
    public static async Task<DatasetSplits> LoadAsync(DatasetEntry entry, DatasetLocation location, CancellationToken cancellation)
    {
        string remedy = $"download it again with 'lanewise data fetch {entry.Name}'";
        var reading = location.Paths.Select(path => Task.Run(() => IdxFile.Read(path!, remedy), cancellation)).ToArray();
        var arrays = await Task.WhenAll(reading).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        var train = Split(entry, "train", location, arrays, 0);
        var test = Split(entry, "test", location, arrays, 2);
        RefuseNamesake(entry, location, arrays[3]);
        string source = string.Create(CultureInfo.InvariantCulture, $"{location.Folder} ({train.Count:N0} + {test.Count:N0} images)");
        return new DatasetSplits(entry.Name, train, test, entry.Preprocessing, source);
    }

    private static MemoryImageDataset Split(DatasetEntry entry, string split, DatasetLocation location, IdxArray[] arrays, int first)
    {
        var (images, labels) = (arrays[first], arrays[first + 1]);
        var shape = entry.Shape;
        if (images.Type != IdxType.UInt8 || images.Sizes.Count != 3 || images.Sizes[1] != shape.Height || images.Sizes[2] != shape.Width)
        {
            throw new LanewiseException(
                $"{location.Paths[first]}: holds {string.Join('×', images.Sizes)} values of type {images.Type}, not images of {shape.Height}×{shape.Width} bytes; is it a file of {entry.Name}?");
        }
        if (labels.Type != IdxType.UInt8 || labels.Sizes.Count != 1)
        {
            throw new LanewiseException(
                $"{location.Paths[first + 1]}: holds {string.Join('×', labels.Sizes)} values of type {labels.Type}, not a list of byte labels; is it a file of {entry.Name}?");
        }
        if (images.Sizes[0] != labels.Sizes[0] || images.Sizes[0] == 0)
        {
            throw new LanewiseException(
                $"{location.Folder}: {entry.Files[first].Name} holds {images.Sizes[0]} images but {entry.Files[first + 1].Name} {labels.Sizes[0]} labels; there should be as many, and some; see 'lanewise data verify {entry.Name}'.");
        }
        return new MemoryImageDataset($"{entry.Name}/{split}", shape, entry.Classes, images.Bytes, labels.Bytes);
    }

    // MNIST and its successors have the same file names, sizes and counts; the test labels' checksum tells them apart.
    private static void RefuseNamesake(DatasetEntry entry, DatasetLocation location, IdxArray testLabels)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        byte[] header = [0, 0, 8, 1, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), testLabels.Sizes[0]);
        hash.AppendData(header);
        hash.AppendData(testLabels.Bytes);
        string md5 = Convert.ToHexStringLower(hash.GetCurrentHash());
        if (DatasetCatalog.All.FirstOrDefault(other => other != entry && other.Files.Any(file => string.Equals(file.Md5, md5, StringComparison.Ordinal))) is { } other)
        {
            throw new LanewiseException($"{location.Folder}: these are the files of {other.Name}, not of {entry.Name}; ask for '{other.Name}' or name another folder.");
        }
    }
}
