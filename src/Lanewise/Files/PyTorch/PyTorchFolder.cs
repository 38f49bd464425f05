using Lanewise.IO;
using Lanewise.Pickles;

namespace Lanewise.Files;

/// <summary>Reads an archive of PyTorch that was unpacked: a folder with <c>data.pkl</c> and, for each storage, <c>data/KEY</c>.</summary>
internal static class PyTorchFolder
{
    /// <summary>Finds the folder with <c>data.pkl</c>: the folder itself or, as some programs unpack, one directly in it.</summary>
    /// <returns>The folder; null if there is none.</returns>
    public static string? Find(string folder) =>
        File.Exists(Path.Combine(folder, PyTorchZip.Pickle)) ? folder
        : Directory.Exists(folder) && Directory.GetDirectories(folder) is [var only]
            && File.Exists(Path.Combine(only, PyTorchZip.Pickle)) ? only
        : null;

    /// <summary>Reads what is not values.</summary>
    /// <exception cref="FileAccessException">A file cannot be read.</exception>
    /// <exception cref="RefusedFileException">The content is damaged, or contains anything but data.</exception>
    public static TorchContent Open(string folder)
    {
        long length = InputFile.Read(Path.Combine(folder, PyTorchZip.Pickle), (stream, _) => stream.Length);
        if (length > PyTorchZip.MaxPickleLength)
        {
            throw new RefusedFileException($"its data.pkl has {length:N0} bytes, far more than such a file contains");
        }
        string order = Path.Combine(folder, "byteorder");
        if (File.Exists(order) && InputFile.ReadLines(order) is not ["little", ..])
        {
            throw new RefusedFileException("it was written on a big-endian machine", PyTorchFile.SaveStateDict);
        }
        byte[] pickle = InputFile.ReadBytes(Path.Combine(folder, PyTorchZip.Pickle));
        var objects = new TorchObjects();
        var reader = new PickleReader(new PickleInput(new MemoryStream(pickle)), objects);
        object? root = reader.Read();
        // A storage file is as long as its storage, or refused; so this is what the files hold.
        long bytes = length + objects.Storages.Values.Sum(storage => LengthOf(PathOf(folder, storage.Key)));
        return new TorchContent(WeightsFormat.PyTorchZip, root, reader.SkippedTypes, bytes, needed => Storages(folder, needed));
    }

    private static IEnumerable<(string Key, float[] Values)> Storages(string folder, Dictionary<string, PyTorchStorage> needed)
    {
        foreach (var storage in needed.Values)
        {
            string file = PathOf(folder, storage.Key);
            if (!File.Exists(file))
            {
                throw new RefusedFileException($"it lacks the storage {Excerpt.Of(storage.Key)}");
            }
            if (LengthOf(file) is var bytes && bytes != storage.Bytes)
            {
                throw new RefusedFileException(
                    $"its storage {Excerpt.Of(storage.Key)} should have {storage.Bytes:N0} bytes, but has {bytes:N0}");
            }
            yield return (storage.Key, InputFile.Read(file, (stream, _) => storage.Read(stream)));
        }
    }

    private static long LengthOf(string file) => new FileInfo(file) is { Exists: true } info ? info.Length : 0;

    /// <summary>Returns the file of a storage. A key from the pickle is a name in the folder, and never a way out of it.</summary>
    private static string PathOf(string folder, string key) =>
        key.Length > 0 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
            ? Path.Combine(folder, "data", key)
            : throw new RefusedFileException($"its storage {Excerpt.Of(key)} is no name of a file");
}
