using Lanewise.IO;
using Xunit;

namespace Lanewise.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Makes_a_file_and_leaves_nothing_else()
    {
        AtomicFile.WriteText(_folder["a.txt"], "ä");

        Assert.Equal([0xC3, 0xA4], File.ReadAllBytes(_folder["a.txt"]));
        Assert.Equal(["a.txt"], _folder.Names());
    }

    [Fact]
    public void Replaces_a_file()
    {
        AtomicFile.WriteText(_folder["a.txt"], "old and longer");
        AtomicFile.WriteText(_folder["a.txt"], "new");

        Assert.Equal("new", File.ReadAllText(_folder["a.txt"]));
    }

    [Fact]
    public void Follows_a_symbolic_link()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "links need a privilege here");
        AtomicFile.WriteText(_folder["target"], "old");
        File.CreateSymbolicLink(_folder["link"], _folder["target"]);

        AtomicFile.WriteText(_folder["link"], "new");

        Assert.Equal("new", File.ReadAllText(_folder["target"]));
        Assert.NotNull(new FileInfo(_folder["link"]).LinkTarget);
    }

    [Fact]
    public void A_writer_that_fails_half_way_leaves_the_old_file_and_nothing_else()
    {
        AtomicFile.WriteText(_folder["a.txt"], "old");

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(_folder["a.txt"], stream =>
        {
            stream.Write(new byte[100_000]);
            throw new InvalidOperationException();
        }));

        Assert.Equal("old", File.ReadAllText(_folder["a.txt"]));
        Assert.Equal(["a.txt"], _folder.Names());
    }

    [Fact]
    public void A_full_disk_is_named_and_the_old_file_stays()
    {
        AtomicFile.WriteText(_folder["a.txt"], "old");

        var error = Assert.ThrowsAny<LanewiseException>(() => AtomicFile.Write(_folder["a.txt"], stream =>
        {
            stream.WriteByte(1);
            throw new IOException("No space left on device", hresult: 28);
        }));

        Assert.Contains(_folder["a.txt"], error.Message, StringComparison.Ordinal);
        Assert.Contains("disk is full", error.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(_folder["a.txt"]));
        Assert.Equal(["a.txt"], _folder.Names());
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named()
    {
        var error = Assert.ThrowsAny<LanewiseException>(() => AtomicFile.WriteText(_folder["no/a.txt"], ""));

        Assert.Contains("its folder does not exist", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_folder_or_a_device_is_not_replaced()
    {
        Assert.Contains(
            "folder", Assert.ThrowsAny<LanewiseException>(() => AtomicFile.WriteText(_folder.Path, "")).Message, StringComparison.Ordinal);
        Assert.SkipUnless(File.Exists("/dev/null"), "no devices here");
        Assert.Contains(
            "device", Assert.ThrowsAny<LanewiseException>(() => AtomicFile.WriteText("/dev/null", "")).Message, StringComparison.Ordinal);
    }
}
