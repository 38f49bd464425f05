using System.Buffers.Binary;
using System.Numerics;
using Lanewise.Pickles;

namespace Lanewise.Files;

/// <summary>
/// Reads the legacy format (before PyTorch 1.6): five pickles (magic number, protocol, machine, object, storage keys), then for
/// each key the number of values (i64) and the values.
/// </summary>
internal static class PyTorchLegacy
{
    private const long Protocol = 1001;

    private static readonly BigInteger Magic = (new BigInteger(0x1950) << 64) + 0xa86a20f9469cfc6cUL;

    /// <summary>Reads what is not values; the stream must stay open until the storages have been read.</summary>
    /// <exception cref="RefusedFileException">The file is damaged, or holds anything but data.</exception>
    public static TorchContent Open(Stream stream)
    {
        var objects = new TorchObjects();
        var pickles = new PickleReader(new PickleInput(stream), objects);
        if (pickles.Read() is var first && (first is not BigInteger magic || magic != Magic))
        {
            throw first is PickleOpaque ? StateDict.None(first)
                : new RefusedFileException("it is a pickle without PyTorch's magic number", PyTorchFile.SaveStateDict);
        }
        if (pickles.Read() is not Protocol)
        {
            throw new RefusedFileException($"its protocol is not {Protocol}");
        }
        if (pickles.Read() is PickleDictionary machine && machine.Named.Any(item => item is ("little_endian", false)))
        {
            throw new RefusedFileException("it was written on a big-endian machine", PyTorchFile.SaveStateDict);
        }
        object? root = pickles.Read();
        object? list = pickles.Read();
        return new TorchContent(
            WeightsFormat.PyTorchLegacy,
            root,
            pickles.SkippedTypes,
            stream.Length,
            needed => Storages(stream, (list as PickleList)?.Items.Select(key => key as string).ToArray(), objects, needed));
    }

    private static IEnumerable<(string Key, float[] Values)> Storages(
        Stream stream, string?[]? keys, TorchObjects objects, Dictionary<string, PyTorchStorage> needed)
    {
        if (keys is null || needed.Keys.Except(keys, StringComparer.Ordinal).Any())
        {
            throw new RefusedFileException("its list of storages does not hold those that its tensors need");
        }
        byte[] prefix = new byte[sizeof(long)];
        foreach (string? key in keys)
        {
            if (needed.Count == 0)
            {
                // What follows belongs to tensors beside the weights.
                break;
            }
            if (key is not null && objects.UnknownStorages.TryGetValue(key, out var unknown))
            {
                // Its values' size is unknown, so what follows them cannot be found.
                throw new RefusedFileException(
                    $"it asks for {Excerpt.Of(unknown.Type)}, and nothing but tensors and plain values is read or run",
                    PyTorchFile.SaveStateDict);
            }
            if (key is null || !objects.Storages.TryGetValue(key, out var storage))
            {
                throw new RefusedFileException("its list of storages names one that it does not describe");
            }
            if (stream.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false) < prefix.Length)
            {
                throw new RefusedFileException($"it ends before its storage {Excerpt.Of(key)}");
            }
            long count = BinaryPrimitives.ReadInt64LittleEndian(prefix), left = stream.Length - stream.Position;
            if (count != storage.Count || storage.Bytes > left)
            {
                throw new RefusedFileException(
                    $"its storage {Excerpt.Of(key)} should have {storage.Count:N0} values, but has "
                        + $"{Math.Min(count, left / storage.Type.Bytes()):N0}");
            }
            if (needed.Remove(key, out var wanted))
            {
                yield return (key, wanted.Read(stream));
            }
            else
            {
                stream.Seek(storage.Bytes, SeekOrigin.Current);
            }
        }
    }
}
