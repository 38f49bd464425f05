using System.Text;
using Lanewise.Pickles;

namespace Lanewise;

/// <summary>An array of NumPy in a pickle, as its state describes it.</summary>
internal sealed class PickledArray
{
    public IReadOnlyList<object?> Sizes { get; set; } = [];

    /// <summary>The values; empty unless they are bytes in row-major order.</summary>
    public ReadOnlyMemory<byte> Bytes { get; set; }
}

/// <summary>The names that make NumPy's arrays of bytes; objects of all others are skipped.</summary>
internal sealed class NumpyObjects : PickleObjects
{
    private sealed record Function(string Kind) : PickleName;

    private sealed record DataType(string Code);

    /// <inheritdoc/>
    public override PickleName? Find(string name) => name switch
    {
        "numpy.core.multiarray._reconstruct" or "numpy._core.multiarray._reconstruct" => new Function("array"),
        "numpy.ndarray" => new Function("class"),
        "numpy.dtype" => new Function("type"),
        "_codecs.encode" => new Function("bytes"),
        _ => null,
    };

    /// <inheritdoc/>
    public override object? Make(PickleName name, IReadOnlyList<object?> arguments) => (((Function)name).Kind, arguments) switch
    {
        ("array", _) => new PickledArray(),
        ("type", [var code, ..]) => new DataType(TextOf(code) ?? ""),
        ("bytes", [string text, ..]) => new PickleBytes(Encoding.Latin1.GetBytes(text)),
        _ => throw new RefusedFileException("its pickle describes an array that is malformed"),
    };

    /// <inheritdoc/>
    public override object? Build(object? made, object? state)
    {
        if (made is PickledArray array
            && state is PickleList { Items: [_, PickleList sizes, DataType { Code: "u1" }, false, PickleBytes bytes] })
        {
            (array.Sizes, array.Bytes) = (sizes.Items, bytes.Values);
        }

        return made;
    }

    /// <summary>Returns a string of Python 2 or 3; null for another value.</summary>
    public static string? TextOf(object? value) => value switch
    {
        string text => text,
        PickleBytes bytes => Encoding.Latin1.GetString(bytes.Values.Span),
        _ => null,
    };
}

/// <summary>
/// Reads CIFAR's Python version: pickled dictionaries with N×3,072 bytes under <c>data</c> and a list of numbers under <c>labels</c>
/// (CIFAR-10) or <c>fine_labels</c> (CIFAR-100). They are read as data; nothing in them is called.
/// </summary>
internal static class CifarPickle
{
    private const long Pixels = 3 * 32 * 32;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="labels">The key of the labels.</param>
    /// <param name="maxImages">The number of images in the published file, the maximum.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="remedy">What to do if the file is damaged, for messages.</param>
    /// <exception cref="FileAccessException">The file is missing or cannot be read.</exception>
    /// <exception cref="DatasetException">The file is damaged or another one.</exception>
    public static (byte[] Pixels, byte[] Labels) Read(string path, string labels, int maxImages, int classes, string remedy)
    {
        try
        {
            using var stream = IdxFile.OpenContent(path);
            if (stream is not FileStream || stream.Length > 2 * Pixels * maxImages)
            {
                throw new RefusedFileException($"it is gzipped, or larger than {maxImages:N0} images");
            }

            // The bytes of the images are read once and kept; names of files and labels are small.
            var input = new PickleInput(stream) { KeepsBytes = true, Allowance = (int)(64_000_000 + 2 * stream.Length) };
            return Images(new PickleReader(input, new NumpyObjects()).Read() as PickleDictionary, labels, maxImages, classes);
        }
        catch (Exception e) when (e is RefusedFileException or InvalidDataException)
        {
            throw new DatasetException(
                $"{path}: {e.Message}; the file is damaged or another one; {remedy}.", DatasetError.Damaged, inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileAccessException.Reading(path, e);
        }
    }

    private static (byte[] Pixels, byte[] Labels) Images(PickleDictionary? batch, string labels, int maxImages, int classes)
    {
        object? Value(string key) => batch?.Items.FirstOrDefault(item => NumpyObjects.TextOf(item.Key) == key).Value;
        if (Value("data") is not PickledArray { Sizes: [long and > 0 and var count, Pixels] } data
            || count > maxImages || data.Bytes.Length != count * Pixels)
        {
            throw new RefusedFileException($"it has no 'data' of at most {maxImages:N0} images of 3,072 bytes");
        }

        if (Value(labels) is not PickleList numbers || numbers.Items.Count != count)
        {
            throw new RefusedFileException($"it has no '{labels}', a list of {count:N0} numbers");
        }

        byte[] found = new byte[count];
        for (int i = 0; i < found.Length; i++)
        {
            found[i] = numbers.Items[i] is long and >= 0 and var label && label < classes ? (byte)label : throw new RefusedFileException(
                $"image {i} has no label from 0 to {classes - 1}");
        }

        return (data.Bytes.ToArray(), found);
    }
}
