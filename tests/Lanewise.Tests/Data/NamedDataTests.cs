using Lanewise.Tests.Files;
using Xunit;

namespace Lanewise.Tests.Data;

/// <summary>Datasets of the catalog in the files that people have.</summary>
public sealed class NamedDataTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("train-images.idx3-ubyte")]
    [InlineData("train-images-idx3-ubyte/train-images-idx3-ubyte")]
    [InlineData("train-images.idx3-ubyte/train-images.idx3-ubyte")]
    [InlineData("train-images.idx3-ubyte/train-images-idx3-ubyte")]
    public async Task Files_of_MNIST_are_found_with_a_dot_and_in_folders_of_their_names(string first)
    {
        foreach (bool gzip in (bool[])[false, true])
        {
            using var folder = new TemporaryFolder();
            byte[][] contents = Samples.Contents();
            for (int i = 0; i < contents.Length; i++)
            {
                string[] parts = Samples.Names[i].Split("-idx");
                string name = first.Replace("train-images", parts[0], StringComparison.Ordinal).Replace("idx3-ubyte", "idx" + parts[1], StringComparison.Ordinal);
                folder.Write(Path.Combine("MNIST/raw", name) + (gzip ? ".gz" : ""), gzip ? Samples.Gzip(contents[i]) : contents[i]);
            }

            var splits = await DatasetCatalog.Find("mnist").LoadAsync(Samples.In(folder), Cancellation);

            Assert.Equal((30, 20), (splits.Train.Count, splits.Test.Count));
        }
    }

    [Theory]
    [InlineData("balanced", 47, 0)]
    [InlineData("letters", 26, 1)]
    [InlineData("digits", 10, 0)]
    [InlineData("mnist", 10, 0)]
    [InlineData("byclass", 62, 0)]
    [InlineData("bymerge", 47, 0)]
    public async Task EMNIST_is_read_upright_and_its_labels_begin_where_they_do(string split, int classes, int first)
    {
        using var folder = new TemporaryFolder();
        var entry = DatasetCatalog.Find("emnist-" + split);
        byte[] image = new byte[784];
        // Row 2, column 5; the file has them exchanged.
        image[5 * 28 + 2] = 255;
        foreach (string part in (string[])["train", "test"])
        {
            folder.Write($"emnist/emnist-{split}-{part}-images-idx3-ubyte", [.. Samples.Header(8, 1, 28, 28), .. image]);
            folder.Write($"emnist/emnist-{split}-{part}-labels-idx1-ubyte", [.. Samples.Header(8, 1), (byte)(classes - 1 + first)]);
        }

        var splits = await entry.LoadAsync(Samples.In(folder), Cancellation);

        byte[] pixels = new byte[784];
        ((IFixedShapeImageDataset)splits.Train).Read(0, pixels);
        Assert.Equal(2 * 28 + 5, Array.IndexOf(pixels, (byte)255));
        Assert.Equal(classes, splits.Test.Classes.Distinct().Count());
        Assert.Equal(classes - 1, splits.Test.Label(0));
    }

    [Fact]
    public async Task EMNIST_says_where_its_archive_is()
    {
        using var folder = new TemporaryFolder();
        var missing = await Assert.ThrowsAsync<DatasetException>(
            () => DatasetCatalog.Find("emnist-letters").LoadAsync(Samples.In(folder), Cancellation));
        Assert.Contains("get https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip and unpack it", missing.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cifar10", "cifar-10-batches-py", 7)]
    [InlineData("cifar100", "cifar-100-python", 93)]
    public async Task The_Python_version_of_CIFAR_is_read_as_data(string name, string layout, int label)
    {
        using var folder = new TemporaryFolder();
        byte[] batch = File.ReadAllBytes(GivenWeightsTests.PathOf("cifar-batch.pkl"));
        Write(folder, name, layout, batch);

        var splits = await DatasetCatalog.Find(name).LoadAsync(Samples.In(folder), Cancellation);

        Assert.Equal((name == "cifar10" ? 5 : 1, 1), (splits.Train.Count, splits.Test.Count));
        byte[] pixels = new byte[3072];
        ((IFixedShapeImageDataset)splits.Test).Read(0, pixels);
        Assert.Equal([.. Enumerable.Range(0, 3072).Select(i => (byte)(i * 31 % 251))], pixels);
        Assert.Equal(label, splits.Test.Label(0));
        Assert.Equal(name, splits.Name);
    }

    [Fact]
    public async Task Strings_of_Python_2_are_bytes()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "cifar10", "cifar-10-batches-py", Python2(label: 3));

        var splits = await DatasetCatalog.Find("cifar10").LoadAsync(Samples.In(folder), Cancellation);

        Assert.Equal(3, splits.Train.Label(4));
        byte[] pixels = new byte[3072];
        ((IFixedShapeImageDataset)splits.Train).Read(0, pixels);
        Assert.Equal(Enumerable.Repeat((byte)200, 3072), pixels);
    }

    [Fact]
    public async Task Damaged_batches_are_refused_by_what_they_lack()
    {
        using var folder = new TemporaryFolder();
        foreach (var (batch, expected) in new[]
        {
            (Python2(label: 10), "image 0 has no label from 0 to 9"),
            (Python2(label: 3, rows: 2), "no 'data' of at most 10,000 images of 3,072 bytes"),
            (new PickleBuilder().Global("posix", "system").Text("touch hacked").Op(0x85, (byte)'R').Bytes, "no 'data'"),
            ([1, 2, 3], "its pickle has the opcode 0x01"),
        })
        {
            Write(folder, "cifar10", "cifar-10-batches-py", batch);
            var refused = await Assert.ThrowsAsync<DatasetException>(
                () => DatasetCatalog.Find("cifar10").LoadAsync(Samples.In(folder), Cancellation));
            Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        }
    }

    private static void Write(TemporaryFolder folder, string name, string layout, byte[] batch)
    {
        foreach (var file in DatasetCatalog.Find(name).Other!.Files)
        {
            folder.Write(Path.Combine(layout, file.Name), batch);
        }
    }

    /// <summary>A batch of one image of the value 200, as Python 2 writes it.</summary>
    private static byte[] Python2(int label, int rows = 1)
    {
        var pickle = new PickleBuilder().Op((byte)'}').Op((byte)'U', 6).Op("labels"u8).Op((byte)']').Number(label).Op((byte)'a', (byte)'s');
        pickle.Op((byte)'U', 4).Op("data"u8).Global("numpy.core.multiarray", "_reconstruct").Global("numpy", "ndarray");
        pickle.Numbers([0]).Op((byte)'U', 1, (byte)'b').Op(0x87, (byte)'R').Mark().Number(1).Numbers([rows, 3072]);
        pickle.Global("numpy", "dtype").Op((byte)'U', 2).Op("u1"u8).Number(0).Number(1).Op(0x87, (byte)'R').Op(0x89);
        pickle.Op((byte)'T', 0, 12, 0, 0).Op([200], 3072).Tuple().Op((byte)'b', (byte)'s');
        return pickle.Bytes;
    }
}
