using System.IO.Compression;
using System.Text;
using Xunit;

namespace Lanewise.Tests.Data;

/// <summary>Images and labels in files of arrays: IDX and NumPy's.</summary>
public sealed class ImageArrayTests
{
    [Theory]
    [InlineData(new[] { 3, 2, 4 }, 1)]
    [InlineData(new[] { 3, 2, 4, 1 }, 1)]
    [InlineData(new[] { 3, 1, 2, 4 }, 1)]
    [InlineData(new[] { 3, 2, 4, 3 }, 3)]
    [InlineData(new[] { 3, 3, 2, 4 }, 3)]
    public void Images_of_each_order_of_sizes_are_read(int[] sizes, int channels)
    {
        using var folder = new TemporaryFolder();
        byte[] values = Values(sizes);
        folder.Write("images", [.. Samples.Header(8, sizes), .. values]);
        folder.Write("labels.gz", Samples.Gzip([.. Samples.Header(8, 3), 0, 2, 1]));
        Npz(folder["a.npz"], CompressionLevel.Optimal, ("images.npy", Npy("|u1", sizes, values)), ("labels.npy", Npy("|u1", [3, 1], [0, 2, 1])));

        foreach (var parts in new[] { IdxImages.Read(folder["images"], folder["labels.gz"]), NpzImages.Read(folder["a.npz"]) })
        {
            Assert.Null(parts.Validation);
            Assert.Null(parts.Test);
            var train = parts.Train!;
            Assert.Equal(new Shape(channels, 2, 4), train.Shape);
            Assert.Equal(["0", "1", "2"], train.Classes);
            Assert.Equal([0, 2, 1], Enumerable.Range(0, 3).Select(train.Label));
            byte[] second = new byte[train.Shape.Count];
            train.Read(1, second);
            bool isLast = sizes is [_, _, _, 3];
            Assert.Equal(
                isLast ? [.. Enumerable.Range(0, 24).Select(i => values[24 + i % 8 * 3 + i / 8])] : values[second.Length..(2 * second.Length)],
                second);
        }
    }

    [Theory]
    [InlineData("x_train", "y_train", "x_test", "y_test")]
    [InlineData("X_train", "Y_train", "X_test", "Y_test")]
    [InlineData("train_images", "train_labels", "test_images", "test_labels")]
    public void The_parts_of_an_archive_are_told_by_their_names(string trainImages, string trainLabels, string testImages, string testLabels)
    {
        using var folder = new TemporaryFolder();
        Npz(
            folder["a.npz"],
            CompressionLevel.NoCompression,
            ($"{trainImages}.npy", Npy("|u1", [2, 1, 1], [1, 2])),
            ($"{trainLabels}.npy", Npy("<i8", [2], [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0])),
            ("val_images.npy", Npy("|u1", [1, 1, 1], [3])),
            ("val_labels.npy", Npy(">i2", [1], [0, 2])),
            ($"{testImages}.npy", Npy("|u1", [1, 1, 1], [4])),
            ($"{testLabels}.npy", Npy("<i4", [1], [1, 0, 0, 0])));

        var parts = NpzImages.Read(folder["a.npz"]);

        Assert.Equal((2, 1, 1), (parts.Train!.Count, parts.Validation!.Count, parts.Test!.Count));
        Assert.Equal((1, 2, 1), (parts.Train.Label(1), parts.Validation.Label(0), parts.Test.Label(0)));
        Assert.Equal(3, parts.Test.Classes.Count);
    }

    [Theory]
    [InlineData("|O", new[] { 1, 1, 1 }, "Python objects, which are not read")]
    [InlineData("<f4", new[] { 1, 1, 1 }, "images are bytes (uint8)")]
    [InlineData("|u1", new[] { 1, 1 }, "expected N×H×W, N×H×W×C or N×C×H×W")]
    [InlineData("|u1", new[] { 1, 1, 1, 1, 1 }, "with 1 or 3 channels")]
    [InlineData("|u1", new[] { 2, 1, 1 }, "its header promises 2 bytes, but it holds 1")]
    [InlineData("|u1", new[] { 2_000_000_000, 2_000_000_000, 2_000_000_000 }, "more than the file can hold")]
    public void Arrays_that_are_no_images_are_refused(string type, int[] sizes, string expected)
    {
        using var folder = new TemporaryFolder();
        byte[] values = type == "<f4" ? [0, 0, 0, 0] : [7];
        Npz(folder["a.npz"], CompressionLevel.Optimal, ("x.npy", Npy(type, sizes, values)), ("y.npy", Npy("|u1", [1], [0])));

        AssertRefused(folder, expected);
    }

    [Theory]
    [InlineData("<f8", new[] { 1 }, new byte[] { 0, 0, 0, 0, 0, 0, 0, 0 }, "labels are whole numbers")]
    [InlineData("|i1", new[] { 1 }, new byte[] { 255 }, "the label -1 is no class")]
    [InlineData("|u1", new[] { 1, 2 }, new byte[] { 0, 1 }, "expected N or N×1")]
    [InlineData("|u1", new[] { 2 }, new byte[] { 0, 1 }, "1 images, but 2 labels")]
    public void Arrays_that_are_no_labels_are_refused(string type, int[] sizes, byte[] values, string expected)
    {
        using var folder = new TemporaryFolder();
        Npz(folder["a.npz"], CompressionLevel.Optimal, ("x.npy", Npy("|u1", [1, 1, 1], [7])), ("y.npy", Npy(type, sizes, values)));

        AssertRefused(folder, expected);
    }

    [Fact]
    public void Other_archives_are_refused_with_what_they_hold()
    {
        using var folder = new TemporaryFolder();
        Npz(folder["a.npz"], CompressionLevel.Optimal, ("weights.npy", Npy("|u1", [1], [7])));
        AssertRefused(folder, "its arrays are weights; expected images and labels");

        folder.Write("a.npz", [1, 2, 3]);
        AssertRefused(folder, "is a damaged zip archive, or none");

        Npz(folder["a.npz"], CompressionLevel.Optimal, ("x.npy", [1, 2]), ("y.npy", Npy("|u1", [1], [0])));
        AssertRefused(folder, "is no array of NumPy");
    }

    [Fact]
    public void An_archive_that_unpacks_to_far_more_than_it_holds_is_refused_before_it_is_read()
    {
        using var folder = new TemporaryFolder();
        byte[] zeros = new byte[200_000_000];
        Npz(folder["a.npz"], CompressionLevel.Optimal, ("x.npy", Npy("|u1", [20_000, 100, 100], zeros)), ("y.npy", Npy("|u1", [1], [0])));
        long before = GC.GetAllocatedBytesForCurrentThread();

        AssertRefused(folder, "more than the file can hold");

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    internal static byte[] Npy(string type, int[] sizes, byte[] values)
    {
        string shape = sizes.Length == 1 ? $"{sizes[0]}," : string.Join(", ", sizes);
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({shape}), }}".PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. values];
    }

    internal static void Npz(string path, CompressionLevel level, params (string Name, byte[] Content)[] entries)
    {
        File.Delete(path);
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (name, content) in entries)
        {
            using var entry = archive.CreateEntry(name, level).Open();
            entry.Write(content);
        }
    }

    private static byte[] Values(int[] sizes) =>
        [.. Enumerable.Range(0, sizes.Aggregate(1, (product, size) => product * size)).Select(i => (byte)(i * 7))];

    private static void AssertRefused(TemporaryFolder folder, string expected)
    {
        string message = Assert.Throws<DatasetException>(() => NpzImages.Read(folder["a.npz"])).Message;
        Assert.Contains(folder["a.npz"], message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }
}
