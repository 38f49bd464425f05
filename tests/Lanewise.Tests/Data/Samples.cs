using System.IO.Compression;
using System.Security.Cryptography;

namespace Lanewise.Tests.Data;

/// <summary>Small files in the datasets' formats.</summary>
internal static class Samples
{
    public static readonly string[] Names =
        ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

    public static byte[] Gzip(byte[] content)
    {
        using var to = new MemoryStream();
        using (var gzip = new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }
        return to.ToArray();
    }

    public static byte[] Header(int type, params int[] sizes) =>
        [0, 0, (byte)type, (byte)sizes.Length, .. sizes.SelectMany(size => BitConverter.GetBytes(size).Reverse())];

    public static byte[] Images(int count, int seed = 1)
    {
        byte[] pixels = new byte[count * 784];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)((i * 31) ^ (i >> 8) ^ seed);
        }
        return [.. Header(8, count, 28, 28), .. pixels];
    }

    public static byte[] Labels(int count) => [.. Header(8, count), .. Enumerable.Range(0, count).Select(i => (byte)(i % 10))];

    public static byte[][] Contents(int train = 30, int test = 20) => [Images(train), Labels(train), Images(test, 2), Labels(test)];

    /// <summary>Writes a small dataset under the folder's root, in <paramref name="layout"/>.</summary>
    public static void WriteDataset(TemporaryFolder folder, string layout, bool gzip)
    {
        var contents = Contents();
        for (int i = 0; i < Names.Length; i++)
        {
            folder.Write(Path.Combine(layout, Names[i] + (gzip ? ".gz" : "")), gzip ? Gzip(contents[i]) : contents[i]);
        }
    }

    public static string Md5(byte[] content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>An entry like MNIST's whose checksums are those of the small files.</summary>
    public static DatasetEntry Entry(byte[][] contents) => DatasetCatalog.Find("mnist") with
    {
        Name = "small",
        Files = [.. Names.Select((name, i) => new DatasetFile(name, Md5(contents[i]), i < 2 ? 30 : 20))],
    };

    public static DatasetOptions In(TemporaryFolder folder) => new() { Roots = DatasetRoots.From(folder.Path), AllowDownload = false };
}
