using System.IO.Compression;

namespace Lanewise.Files;

/// <summary>
/// Reads the files of PyTorch 1.6 and later: a zip archive of <c>NAME/data.pkl</c> and, for each storage, <c>NAME/data/KEY</c>.
/// </summary>
internal static class PyTorchZip
{
    private const string Pickle = "/data.pkl";

    // A thousand tensors with optimizer state need about half a megabyte.
    private const long MaxPickleLength = 16_000_000;
    private const int MaxByteOrderLength = 16;

    /// <summary>Reads the state dict's tensors.</summary>
    /// <exception cref="RefusedFileException">The file is damaged, or contains anything but data.</exception>
    public static WeightsFile Read(Stream stream)
    {
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            return Read(archive, stream.Length);
        }
        catch (InvalidDataException e)
        {
            throw new RefusedFileException("it is a damaged zip archive", inner: e);
        }
    }

    private static WeightsFile Read(ZipArchive archive, long fileBytes)
    {
        var pickle = archive.Entries.FirstOrDefault(IsPickle)
            ?? throw new RefusedFileException("it is a zip archive without data.pkl, not one that torch.save "
                + "wrote", PyTorchFile.SaveStateDict);
        string folder = pickle.FullName[..^Pickle.Length];
        if (archive.GetEntry(folder + "/byteorder") is { } order && !Bytes(order, MaxByteOrderLength).SequenceEqual("little"u8))
        {
            throw new RefusedFileException("it was written on a big-endian machine", PyTorchFile.SaveStateDict);
        }
        var references = StateDict.Find(new PickleReader(new PickleInput(new MemoryStream(Bytes(pickle, MaxPickleLength)))).Read());
        var needed = PyTorchFile.Needed(references, fileBytes);
        var storages = Storages(archive, folder + "/data/", needed, PyTorchFile.Allowance(fileBytes));
        return PyTorchFile.Assemble(WeightsFormat.PyTorchZip, references, storages);
    }

    private static bool IsPickle(ZipArchiveEntry entry) =>
        entry.FullName.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && entry.FullName.AsSpan(slash).SequenceEqual(Pickle);

    private static IEnumerable<(string Key, float[] Values)> Storages(
        ZipArchive archive, string folder, Dictionary<string, PyTorchStorage> needed, long allowance)
    {
        foreach (var entry in archive.Entries.Where(entry => entry.FullName.StartsWith(folder, StringComparison.Ordinal)))
        {
            if (!needed.Remove(entry.FullName[folder.Length..], out var storage))
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
