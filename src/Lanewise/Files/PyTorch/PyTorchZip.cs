using System.IO.Compression;
using Lanewise.Pickles;

namespace Lanewise.Files;

/// <summary>
/// Reads the files of PyTorch 1.6 and later: a zip archive of <c>NAME/data.pkl</c> and, for each storage, <c>NAME/data/KEY</c>.
/// </summary>
internal static class PyTorchZip
{
    /// <summary>The name of the part that describes the tensors.</summary>
    public const string Pickle = "data.pkl";

    /// <summary>The longest pickle: a thousand tensors with optimizer state need about half a megabyte.</summary>
    public const long MaxPickleLength = 16_000_000;

    private const int MaxByteOrderLength = 16;

    /// <summary>Reads what is not values, and gives it to a function while the archive is open.</summary>
    /// <exception cref="RefusedFileException">The file is damaged, or contains anything but data.</exception>
    public static T Open<T>(Stream stream, Func<TorchContent, T> read)
    {
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            return read(Open(archive, stream.Length));
        }
        catch (InvalidDataException e)
        {
            throw new RefusedFileException("it is a damaged zip archive", inner: e);
        }
    }

    private static TorchContent Open(ZipArchive archive, long fileBytes)
    {
        // Archives that were unpacked and zipped again lie in another folder, or in none.
        var pickle = archive.Entries
            .Where(entry => NameOf(entry) == Pickle || NameOf(entry).EndsWith('/' + Pickle, StringComparison.Ordinal))
            .MinBy(entry => entry.FullName.Length)
            ?? throw new RefusedFileException("it is a zip archive without data.pkl, not one that torch.save "
                + "wrote", PyTorchFile.SaveStateDict);
        string folder = NameOf(pickle)[..^Pickle.Length];
        if (archive.Entries.FirstOrDefault(entry => NameOf(entry) == folder + "byteorder") is { } order
            && !Bytes(order, MaxByteOrderLength).AsSpan().TrimEnd("\r\n"u8).SequenceEqual("little"u8))
        {
            throw new RefusedFileException("it was written on a big-endian machine", PyTorchFile.SaveStateDict);
        }
        var reader = new PickleReader(new PickleInput(new MemoryStream(Bytes(pickle, MaxPickleLength))), new TorchObjects());
        return new TorchContent(
            WeightsFormat.PyTorchZip,
            reader.Read(),
            reader.SkippedTypes,
            fileBytes,
            needed => Storages(archive, folder + "data/", needed, TorchContent.Allowance(fileBytes)));
    }

    // Some programs of Windows write backslashes.
    private static string NameOf(ZipArchiveEntry entry) => entry.FullName.Replace('\\', '/');

    private static IEnumerable<(string Key, float[] Values)> Storages(
        ZipArchive archive, string folder, Dictionary<string, PyTorchStorage> needed, long allowance)
    {
        foreach (var entry in archive.Entries.Where(entry => NameOf(entry).StartsWith(folder, StringComparison.Ordinal)))
        {
            if (!needed.Remove(NameOf(entry)[folder.Length..], out var storage))
            {
                continue;
            }
            if (entry.Length != storage.Bytes)
            {
                throw new RefusedFileException(
                    $"its storage {Excerpt.Of(storage.Key)} should have {storage.Bytes:N0} bytes, but has {entry.Length:N0}");
            }
            if ((allowance -= entry.Length) < 0)
            {
                throw TooMuch(entry);
            }
            yield return (storage.Key, Checked(entry, (stream, seen) => storage.Read(stream, seen)));
        }
        if (needed.Count > 0)
        {
            throw new RefusedFileException($"it lacks the storage {Excerpt.Of(needed.Keys.First())}");
        }
    }

    private static byte[] Bytes(ZipArchiveEntry entry, long maxLength) => entry.Length <= maxLength
        ? Checked(entry, (stream, seen) =>
        {
            byte[] bytes = new byte[entry.Length];
            stream.ReadExactly(bytes);
            seen(bytes);
            return bytes;
        })
        : throw TooMuch(entry);

    /// <summary>Reads an entry completely and verifies its checksum.</summary>
    private static T Checked<T>(ZipArchiveEntry entry, Func<Stream, Action<ReadOnlySpan<byte>>, T> read)
    {
        var checksum = new Crc32();
        try
        {
            using var stream = entry.Open();
            var content = read(stream, checksum.Add);
            if (stream.ReadByte() < 0 && checksum.Value == entry.Crc32)
            {
                return content;
            }
        }
        catch (EndOfStreamException e)
        {
            throw new RefusedFileException($"its part {Excerpt.Of(entry.FullName)} is truncated", inner: e);
        }
        throw new RefusedFileException($"its part {Excerpt.Of(entry.FullName)} does not match its CRC-32: it is damaged");
    }

    private static RefusedFileException TooMuch(ZipArchiveEntry entry) =>
        new($"its part {Excerpt.Of(entry.FullName)} would unpack to {entry.Length:N0} bytes, far more than such a file contains");
}
