using System.IO.Compression;
using CsCheck;
using Lanewise.Files;
using Xunit;

namespace Lanewise.Tests.Files;

/// <summary>Whatever bytes a file has, it is read or refused, and within bounds.</summary>
public sealed class CorruptFileTests
{
    private const int MaxBytes = 100_000_000;

    private static readonly byte[][] Files =
    [
        .. new[] { "network-zip", "network-legacy", "network-protocol4", "wrapped-zip", "wrapped-legacy", "views-zip", "views-legacy" }
            .Select(PyTorchFileTests.PathOf)
            .Concat(
                new[] { "objects-zip.pth", "objects-legacy.pth", "objects-protocol4.pth", "sets.pth" }.Select(GivenWeightsTests.PathOf))
            .Select(File.ReadAllBytes),
    ];

    private static readonly Gen<(int At, byte Value)[]> Changes = Gen.Select(Gen.Int[0, 100_000], Gen.Byte).Array[0, 5];

    [Fact]
    public void Changed_and_cut_files_are_read_or_refused() =>
        Gen.Select(OneOf(Files), Changes, Gen.Int[0, 100_000]).Sample((file, changes, cut) =>
        {
            byte[] bytes = Changed(file, changes);
            // One in four is cut.
            ReadOrRefuse(cut % 4 == 0 ? bytes[..(cut % bytes.Length)] : bytes);
        }, iter: 5000, threads: 1);

    [Fact]
    public void Changed_pickles_in_sound_archives_are_read_or_refused()
    {
        // Behind a checksum that fits, so that the pickle reader sees every change.
        var archives = Array.ConvertAll(Array.FindAll(Files, file => file[0] == 'P'), Parts);
        Gen.Select(OneOf(archives), Changes).Sample((parts, changes) =>
            ReadOrRefuse(PickleBuilder.Zip(
                Changed(parts["data.pkl"], changes),
                [.. parts.Where(part => part.Key != "data.pkl").Select(part => (part.Key, part.Value))])),
            iter: 3000, threads: 1);
    }

    [Fact]
    public void Opcodes_in_any_order_are_read_or_refused()
    {
        var opcode = OneOf<byte>(
            [.. "(012NJKMGXTUBC])tae}sucRbQqrhj."u8, 0x88, 0x8C, 0x8F, 0x85, 0x86, 0x87, 0x90, 0x91, 0x92, 0x93, 0x94, 0x81, 0, 1, 2]);
        opcode.Array[1, 60].Sample(bytes => ReadOrRefuse(PickleBuilder.Zip(bytes)), iter: 5000, threads: 1);
    }

    private static Gen<T> OneOf<T>(T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static byte[] Changed(byte[] file, (int At, byte Value)[] changes)
    {
        byte[] bytes = [.. file];
        foreach (var (at, value) in changes)
        {
            bytes[at % bytes.Length] = value;
        }
        return bytes;
    }

    private static Dictionary<string, byte[]> Parts(byte[] file)
    {
        using var archive = new ZipArchive(new MemoryStream(file));
        return archive.Entries.ToDictionary(entry => entry.FullName[(entry.FullName.IndexOf('/', StringComparison.Ordinal) + 1)..], entry =>
        {
            using var content = new MemoryStream();
            using var stream = entry.Open();
            stream.CopyTo(content);
            return content.ToArray();
        });
    }

    private static void ReadOrRefuse(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            PyTorchFile.Read(stream, "weights.pth");
        }
        catch (LanewiseException e)
        {
            Assert.InRange(e.Message.Length, 1, 400);
            Assert.DoesNotContain(e.Message, char.IsControl);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxBytes);
    }
}
