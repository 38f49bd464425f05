using System.Diagnostics;
using CsCheck;
using Xunit;

namespace Lanewise.Tests.Data;

public sealed class IdxFileTests
{
    private static void RoundTrips<T>(Gen<T> values) where T : unmanaged
    {
        using var folder = new TemporaryFolder();
        Gen.Select(Gen.Int[0, 4], Gen.Int[1, 3], Gen.Int[0, 5], Gen.Bool).SelectMany((a, b, c, gzip) =>
            values.Array[a * b * c].Select(array => (Array: array, Sizes: new[] { a, b, c }, Gzip: gzip)))
            .Sample(sample =>
            {
                string path = folder["x"];
                IdxFile.Write(path, IdxArray.Create<T>(sample.Array, sample.Sizes));
                if (sample.Gzip)
                {
                    File.WriteAllBytes(path, Samples.Gzip(File.ReadAllBytes(path)));
                }
                var read = IdxFile.Read(path);
                return read.Sizes.SequenceEqual(sample.Sizes) && read.Values<T>().SequenceEqual(sample.Array);
            }, iter: 50, threads: 1);
    }

    [Fact]
    public void A_file_that_cannot_be_written_says_why_and_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        var array = IdxArray.Create<byte>([1, 2, 3], 3);
        string message = Assert.ThrowsAny<LanewiseException>(() => IdxFile.Write(folder["none/labels"], array)).Message;
        Assert.Contains("its folder does not exist", message, StringComparison.Ordinal);
        IdxFile.Write(folder["labels"], array);
        Assert.Equal("labels", Path.GetFileName(Assert.Single(Directory.GetFileSystemEntries(folder.Path))));
    }

    [Fact]
    public void Every_type_round_trips_plain_and_gzipped()
    {
        RoundTrips(Gen.Byte);
        RoundTrips(Gen.SByte);
        RoundTrips(Gen.Short);
        RoundTrips(Gen.Int);
        RoundTrips(Gen.Float);
        RoundTrips(Gen.Double);
    }

    [Fact]
    public void Values_are_big_endian()
    {
        using var folder = new TemporaryFolder();
        var array = IdxFile.Read(folder.Write("x", [0, 0, 0x0C, 1, 0, 0, 0, 2, 0, 0, 1, 2, 0xFF, 0xFF, 0xFF, 0xFE]));
        Assert.Equal([258, -2], array.Values<int>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_cut_short_anywhere_gets_one_line(bool gzip)
    {
        using var folder = new TemporaryFolder();
        byte[] whole = Samples.Labels(40);
        whole = gzip ? Samples.Gzip(whole) : whole;
        for (int length = 0; length < whole.Length; length++)
        {
            string path = folder.Write("labels", whole[..length]);
            // Deflate's end mark and the checksum may be missing when all values are there.
            if (gzip && length >= whole.Length - 12)
            {
                continue;
            }
            string message = Assert.ThrowsAny<LanewiseException>(() => IdxFile.Read(path)).Message;
            Assert.StartsWith(path, message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    [Fact]
    public void Any_bytes_are_read_or_refused_with_one_line()
    {
        using var folder = new TemporaryFolder();
        Gen.Byte.Array[0, 40].Sample(noise =>
        {
            foreach (byte[] content in new[] { noise, [0, 0, 8, .. noise], [0x1F, 0x8B, 8, .. noise] })
            {
                try
                {
                    IdxFile.Read(folder.Write("x", content));
                }
                catch (LanewiseException e)
                {
                    Assert.DoesNotContain('\n', e.Message);
                }
            }
        }, iter: 300, threads: 1);
    }

    [Fact]
    public void The_message_names_file_promise_content_and_remedy()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("train-images-idx3-ubyte", [.. Samples.Header(8, 60000, 28, 28), .. new byte[1024]]);
        string message = Assert.ThrowsAny<LanewiseException>(() => IdxFile.Read(path, "download it again")).Message;
        Assert.Equal($"{path}: the header promises 60000×28×28 = 47,040,000 bytes but the file holds 1,024; download it again.", message);
    }

    [Theory]
    [InlineData(false, 65536, 65536)]
    [InlineData(true, 65536, 65536)]
    [InlineData(false, int.MaxValue, int.MaxValue)]
    [InlineData(true, int.MaxValue, int.MaxValue)]
    [InlineData(true, 20000, 1000)]
    public void A_promise_of_much_more_is_refused_quickly_in_little_memory(bool gzip, int rows, int columns)
    {
        using var folder = new TemporaryFolder();
        byte[] content = [.. Samples.Header(8, rows, columns), .. new byte[100_000]];
        string path = folder.Write("x", gzip ? Samples.Gzip(content) : content);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        string message = Assert.ThrowsAny<LanewiseException>(() => IdxFile.Read(path)).Message;
        Assert.Contains("promises", message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 16 << 20);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_gzip_bomb_is_left_after_what_the_header_promises()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("x", Samples.Gzip([.. Samples.Header(8, 10), .. new byte[100 << 20]]));
        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.ThrowsAny<LanewiseException>(() => IdxFile.Read(path)).Message;
        Assert.Contains("10 = 10 bytes but the file holds more", message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public void Bytes_after_the_values_are_refused()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("x", [.. Samples.Labels(5), 0]);
        Assert.Contains("more", Assert.ThrowsAny<LanewiseException>(() => IdxFile.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gzip_that_is_not_gzip_and_pages_of_html_are_refused()
    {
        using var folder = new TemporaryFolder();
        string gzip = folder.Write("a.gz", [0x1F, 0x8B, .. new byte[50]]);
        Assert.Contains(
            "gzip data is damaged", Assert.ThrowsAny<LanewiseException>(() => IdxFile.Read(gzip)).Message, StringComparison.Ordinal);
        string html = folder.Write("b.gz", "<!DOCTYPE html>"u8.ToArray());
        Assert.Contains(
            "starts with 3c21444f", Assert.ThrowsAny<LanewiseException>(() => IdxFile.Read(html)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "no such file", Assert.ThrowsAny<LanewiseException>(() => IdxFile.Read(folder["none"])).Message, StringComparison.Ordinal);
        Assert.Contains(
            "could not be read", Assert.ThrowsAny<LanewiseException>(() => IdxFile.Read(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_negative_size_is_refused()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("x", [0, 0, 8, 1, 0xFF, 0xFF, 0xFF, 0xFF]);
        Assert.Contains("negative", Assert.ThrowsAny<LanewiseException>(() => IdxFile.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_of_another_type_are_refused()
    {
        var array = IdxArray.Create<byte>([1, 2], 2);
        Assert.Throws<InvalidOperationException>(array.Values<int>);
        Assert.Throws<ArgumentException>(() => IdxArray.Create<byte>([1, 2], 3));
    }
}
