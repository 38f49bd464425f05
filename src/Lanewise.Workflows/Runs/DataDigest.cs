using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lanewise.Workflows;

/// <summary>
/// Tells the data of a run from other data, wherever it is: names and sizes of image files, or labels of other datasets, and the classes.
/// </summary>
/// <param name="Train">The digest of the training images.</param>
/// <param name="Test">The digest of the validation images.</param>
internal sealed record DataDigest(SplitDigest Train, SplitDigest Test)
{
    /// <summary>Computes the digest of a dataset.</summary>
    /// <exception cref="FileAccessException">The size of a file cannot be read.</exception>
    public static DataDigest Of(DatasetSplits splits) => new(SplitDigest.Of(splits.Train), SplitDigest.Of(splits.Test));

    /// <summary>Says how other data differs; null if it does not.</summary>
    public string? Difference(DataDigest other) => Train.Difference("training", other.Train) ?? Test.Difference("validation", other.Test);

    /// <summary>Returns the digest of data whose files may have changed in size.</summary>
    public DataDigest OfAnySizes() => new(Train with { Sizes = "" }, Test with { Sizes = "" });

    public void Write(Utf8JsonWriter json)
    {
        Train.Write(json, "train_data");
        Test.Write(json, "test_data");
    }

    /// <summary>Reads what <see cref="Write"/> wrote; null for runs of versions that did not record it.</summary>
    public static DataDigest? Read(JsonElement json) =>
        json.TryGetProperty("train_data", out var train) && json.TryGetProperty("test_data", out var test)
            ? new(SplitDigest.Read(train), SplitDigest.Read(test))
            : null;
}

/// <summary>The digest of one split.</summary>
/// <param name="Names">That of the file names below the folder, or of the labels, in order, and of the classes.</param>
/// <param name="Sizes">That of the file sizes in order; empty if they may be any.</param>
/// <param name="Bytes">The sum of the file sizes; 0 for other datasets.</param>
internal sealed record SplitDigest(string Names, string Sizes, long Bytes)
{
    /// <summary>Computes the digest of a dataset, with limits that of all its samples.</summary>
    /// <exception cref="FileAccessException">The size of a file cannot be read.</exception>
    public static SplitDigest Of(IDataset dataset)
    {
        while (dataset is IDatasetView view)
        {
            dataset = view.All;
        }

        var samples = Enumerable.Range(0, dataset.Count);
        return dataset is IFileDataset files
            ? Of(files.Classes, samples.Select(i => (files.NameOf(i), LengthOf(files.PathOf(i)))))
            : Of(dataset.Classes, samples.Select(i => (dataset.Label(i).ToString(CultureInfo.InvariantCulture), 0L)));
    }

    /// <summary>Says how another split differs; null if it does not.</summary>
    /// <param name="split">What the split is called.</param>
    /// <param name="other">The digest of the other split.</param>
    public string? Difference(string split, SplitDigest other) =>
        Names != other.Names ? $"names or classes of {split} images differ"
        : Sizes.Length > 0 && Sizes != other.Sizes
        ? string.Create(CultureInfo.InvariantCulture, $"{split} images have other sizes ({other.Bytes:N0} bytes, then {Bytes:N0})")
        : null;

    public void Write(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        json.WriteString("names", Names);
        json.WriteString("sizes", Sizes);
        json.WriteNumber("bytes", Bytes);
        json.WriteEndObject();
    }

    public static SplitDigest Read(JsonElement json) =>
        new(json.GetProperty("names").GetString() ?? "", json.GetProperty("sizes").GetString() ?? "", json.GetProperty("bytes").GetInt64());

    private static SplitDigest Of(IEnumerable<string> classes, IEnumerable<(string Name, long Length)> samples)
    {
        var (names, sizes) = (new Fnv(), new Fnv());
        byte[] number = new byte[sizeof(long)];
        long bytes = 0;
        foreach (string name in classes)
        {
            names.Append(name);
        }

        // No name is empty, so this separates classes from samples.
        names.Append("");
        foreach (var (name, length) in samples)
        {
            names.Append(name);
            BinaryPrimitives.WriteInt64LittleEndian(number, length);
            sizes.Append(number);
            bytes += length;
        }

        return new(names.ToString(), sizes.ToString(), bytes);
    }

    private static long LengthOf(string path)
    {
        try
        {
            // A link may lead nowhere; such a file is left out, if the run goes on at all.
            return new FileInfo(path) is { Exists: true } file ? file.Length : -1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileAccessException.Reading(path, e, "image");
        }
    }

    /// <summary>
    /// The FNV-1a hash of 128 bits: enough that no two sets of data share it by chance. SHA-256 would need a library of the system.
    /// </summary>
    private sealed class Fnv
    {
        private static readonly UInt128 Prime = new(0x0000000001000000, 0x000000000000013B);

        private UInt128 _hash = new(0x6C62272E07BB0142, 0x62B821756295C58D);

        public void Append(string name)
        {
            Append(Encoding.UTF8.GetBytes(name));
            Append([0]);
        }

        public void Append(ReadOnlySpan<byte> bytes)
        {
            foreach (byte value in bytes)
            {
                _hash = (_hash ^ value) * Prime;
            }
        }

        public override string ToString() => _hash.ToString("x32", CultureInfo.InvariantCulture);
    }
}
