using CsCheck;
using Lanewise.Files.TensorBoard;
using Xunit;

namespace Lanewise.Tests.Files.TensorBoard;

public sealed class EventWriterTests
{
    [Fact]
    public void A_file_begins_with_its_version_and_is_named_after_time_and_host()
    {
        using var folder = new TemporaryFolder();
        double before = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalSeconds;
        using (new EventWriter(folder["new/tensorboard"]))
        {
        }

        string path = Assert.Single(Directory.GetFiles(folder["new/tensorboard"]));
        Assert.Matches($@"^events\.out\.tfevents\.\d{{10}}\.{Environment.MachineName}$", Path.GetFileName(path));
        var only = Assert.Single(EventReader.Read(path));
        Assert.Equal("brain.Event:2", only.Version);
        Assert.InRange(only.Time, before, before + 60);
    }

    [Fact]
    public void Each_call_can_be_read_at_once()
    {
        using var folder = new TemporaryFolder();
        using var writer = new EventWriter(folder.Path);
        Assert.Single(Shared(writer.Path));
        writer.AddScalar("loss/train", 3, 0.25);
        Assert.Equal(2, Shared(writer.Path).Count);
        writer.AddScalar("loss/train", 5_000_000_000, double.NaN);
        var events = Shared(writer.Path);
        Assert.Equal(("loss/train", 3L, 0.25f), (events[1].Tag, events[1].Step, events[1].Scalar));
        Assert.Equal((5_000_000_000, float.NaN), (events[2].Step, events[2].Scalar));
    }

    [Fact]
    public void An_image_is_its_size_and_its_bytes()
    {
        byte[] png = [.. Enumerable.Range(0, 300).Select(i => (byte)i)];
        var image = Written(writer => writer.AddImage("test/0 seven", 0, width: 30, height: 20, channels: 3, png)).Image!;
        Assert.Equal((20, 30, 3), (image.Height, image.Width, image.Channels));
        Assert.Equal(png, image.Png);
    }

    [Fact]
    public void A_histogram_counts_values_between_their_buckets_limits()
    {
        var histogram = HistogramOf([0, 0, 1.25f, 1.3f, -2, 100, float.NaN, float.PositiveInfinity, float.NegativeInfinity]);
        Assert.Equal((-2, 100, 6), (histogram.Least, histogram.Greatest, histogram.Count));
        Assert.Equal(100.55, histogram.Sum, 5);
        Assert.Equal(1.25 * 1.25 + 1.3 * 1.3 + 4 + 10_000, histogram.Squares, 4);
        Assert.Equal(histogram.Limits.Length, histogram.Counts.Length);
        Assert.Equal([1, 2, 2, 1], histogram.Counts.Where(count => count > 0));
    }

    [Fact]
    public void Histograms_agree_with_a_count_of_each_bucket() =>
        Gen.Float.Array[0, 60].Sample(values =>
        {
            var histogram = HistogramOf(values);
            float[] finite = [.. values.Where(float.IsFinite)];
            Assert.Equal(finite.Length, histogram.Count);
            Assert.Equal(finite.Sum(v => (double)v), histogram.Sum, 1e-9 * finite.Sum(v => Math.Abs((double)v)));
            double lower = double.NegativeInfinity;
            foreach (var (limit, count) in histogram.Limits.Zip(histogram.Counts))
            {
                Assert.True(limit > lower);
                Assert.Equal(finite.Count(v => v >= lower && v < limit), count);
                lower = limit;
            }
        }, iter: 300);

    [Fact]
    public void Limits_grow_by_a_tenth()
    {
        float[] values = [.. Enumerable.Range(0, 200).Select(i => 0.5f + 0.01f * i)];
        double[] limits = HistogramOf(values).Limits;
        Assert.All(limits.Zip(limits.Skip(1)), pair => Assert.Equal(1.1, pair.Second / pair.First, 9));
    }

    [Theory]
    [InlineData]
    [InlineData(float.NaN, float.PositiveInfinity)]
    public void A_histogram_of_nothing_has_an_empty_bucket(params float[] values)
    {
        var histogram = HistogramOf(values);
        Assert.Equal((0, 0, 0), (histogram.Count, histogram.Least, histogram.Greatest));
        Assert.Equal([0], histogram.Counts);
    }

    [Fact]
    public void Training_that_goes_on_has_a_file_of_its_own_that_comes_later()
    {
        using var folder = new TemporaryFolder();
        using var first = new EventWriter(folder.Path);
        using var second = new EventWriter(folder.Path);
        Assert.True(string.CompareOrdinal(first.Path, second.Path) < 0);
    }

    [Fact]
    public void The_reader_refuses_a_file_in_which_any_byte_is_damaged()
    {
        using var folder = new TemporaryFolder();
        using (var writer = new EventWriter(folder.Path))
        {
            writer.AddScalar("a", 1, 2);
        }

        byte[] file = File.ReadAllBytes(Assert.Single(Directory.GetFiles(folder.Path)));
        Assert.Equal(2, EventReader.Read(file).Count);
        for (int i = 0; i < file.Length; i++)
        {
            byte[] damaged = [.. file];
            damaged[i] ^= 0x10;
            Assert.ThrowsAny<Exception>(() => EventReader.Read(damaged));
        }
    }

    [Fact]
    public void A_folder_that_cannot_be_created_is_named()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("tensorboard", []);
        Assert.StartsWith(
            $"{path} could not be written: ",
            Assert.ThrowsAny<LanewiseException>(() => new EventWriter(path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_is_named()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs a device that is always full");
        var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var e = Assert.ThrowsAny<LanewiseException>(() => new EventWriter(full));
        Assert.Equal("/dev/full could not be written: the disk is full; free some space or choose another folder.", e.Message);
    }

    private static LoggedHistogram HistogramOf(float[] values) =>
        Written(writer => writer.AddHistogram("weights/fc.weight", 7, values)).Histogram!;

    private static LoggedEvent Written(Action<EventWriter> write)
    {
        using var folder = new TemporaryFolder();
        using (var writer = new EventWriter(folder.Path))
        {
            write(writer);
        }

        return EventReader.Read(Assert.Single(Directory.GetFiles(folder.Path)))[1];
    }

    // The writer has the file open.
    private static List<LoggedEvent> Shared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var copy = new MemoryStream();
        file.CopyTo(copy);
        return EventReader.Read(copy.ToArray());
    }
}
