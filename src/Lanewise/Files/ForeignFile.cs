using System.IO.Compression;
using System.Text;

namespace Lanewise.Files;

/// <summary>Recognizes files that people give as weights and that are something else, and says what they are and what to do.</summary>
internal static class ForeignFile
{
    private const int StartBytes = 2048;
    private const string ToOnnx = "export the model as ONNX (tf2onnx for Keras and TensorFlow), which Lanewise reads";

    private static readonly (byte[] Start, string What, string Remedy)[] Signatures =
    [
        ([0x89, .. "HDF\r\n"u8, 0x1A, .. "\n"u8], "an HDF5 file, as Keras writes (.h5)", ToOnnx),
        ([0x93, .. "NUMPY"u8], "a NumPy array (.npy)", "save the weights under PyTorch's names, as safetensors"),
        ([.. "GGUF"u8], "a GGUF file, of a language model", "choose a network for images"),
        ([.. "version https://git-lfs.github.com/spec/"u8], "a pointer of Git LFS, not the file that it stands for",
            "run 'git lfs pull' in its repository, or download the file itself from the site"),
    ];

    /// <summary>Refuses a file that is neither a zip archive nor a pickle, if its kind is known.</summary>
    /// <param name="stream">The file; it is left at its start.</param>
    /// <param name="path">The file's name.</param>
    /// <exception cref="ModelFormatException">It is a known kind of file that holds no weights that are read.</exception>
    public static void ThrowIf(Stream stream, string path)
    {
        byte[] start = Start(stream);
        stream.Position = 0;
        if (Describe(start, path) is var (what, remedy))
        {
            throw Refuse(path, what, remedy);
        }
    }

    /// <summary>Refuses a zip archive that PyTorch's <c>torch.save</c> did not write, if its kind is known.</summary>
    /// <inheritdoc cref="ThrowIf"/>
    public static void ThrowIfArchive(Stream stream, string path)
    {
        HashSet<string> names;
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            names = [.. archive.Entries.Select(entry => entry.FullName)];
        }
        catch (InvalidDataException)
        {
            // PyTorchZip says what is wrong.
            return;
        }
        finally
        {
            stream.Position = 0;
        }

        string[] parts = [.. names.Select(name => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..])];
        if (names.Contains("config.json") && names.Contains("metadata.json"))
        {
            throw Refuse(path, "a Keras model (.keras)", ToOnnx);
        }
        if (parts.Contains("constants.pkl") && parts.Any(part => part.StartsWith("code/", StringComparison.Ordinal)))
        {
            throw Refuse(
                path, "a TorchScript archive, whose network is a program",
                "save its weights in PyTorch: torch.save(torch.jit.load(\"FILE\").state_dict(), \"weights.pth\")");
        }
        if (parts.Contains("serialized_exported_program.json") || parts.Contains("archive_format"))
        {
            throw Refuse(
                path, "a program of torch.export (.pt2)", "save its weights in PyTorch: torch.save(model.state_dict(), \"weights.pth\")");
        }
        if (names.Count > 0 && names.All(name => name.EndsWith(".npy", StringComparison.OrdinalIgnoreCase)))
        {
            throw Refuse(path, "an archive of NumPy arrays (.npz)", "save the weights under PyTorch's names, as safetensors");
        }
    }

    /// <summary>Says what a folder is that is given as weights; null if it is unknown.</summary>
    public static ModelFormatException? OfFolder(string path) =>
        File.Exists(Path.Combine(path, "saved_model.pb")) ? Refuse(path, "a SavedModel of TensorFlow", ToOnnx)
        : File.Exists(Path.Combine(path, "model.safetensors.index.json")) ? Refuse(path, Index.What, Index.Remedy)
        : null;

    private static (string What, string Remedy) Index =>
        ("an index of weights in several files", "join them in Python: load each with safetensors, and save all tensors as one file");

    private static (string What, string Remedy)? Describe(byte[] start, string path)
    {
        if (start.Length == 0)
        {
            return ("empty (0 bytes)", "download or copy it again");
        }
        foreach (var (signature, what, remedy) in Signatures)
        {
            if (start.AsSpan().StartsWith(signature))
            {
                return (what, remedy);
            }
        }
        string text = TextOf(start);
        return text.StartsWith('{') && text.Contains("\"weight_map\"", StringComparison.Ordinal) ? Index
            : IsHtml(text) ? Html("")
            : start is [0x1F, 0x8B, ..]
                ? (IsHtml(TextOf(Unpacked(start))) ? Html(", compressed by gzip") : ("compressed by gzip", "unpack it"))
            : path.EndsWith(".pb", StringComparison.OrdinalIgnoreCase) ? ("a graph of TensorFlow (.pb)", ToOnnx)
            : null;
    }

    private static (string What, string Remedy) Html(string how) => (
        $"an HTML page{how}, and no weights: the address gave a page to be read, such as a login or an error",
        "download the file itself");

    private static bool IsHtml(string text) =>
        text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
        || (text.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase) && text.Contains("<html", StringComparison.OrdinalIgnoreCase));

    private static string TextOf(byte[] start) => Encoding.UTF8.GetString(start).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');

    private static byte[] Unpacked(byte[] start)
    {
        try
        {
            using var unpacked = new GZipStream(new MemoryStream(start), CompressionMode.Decompress);
            return Start(unpacked);
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }

    private static byte[] Start(Stream stream)
    {
        byte[] start = new byte[StartBytes];
        return start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }

    private static ModelFormatException Refuse(string path, string what, string remedy) =>
        new($"{path} is {what}; {remedy}.", ModelFormatError.Unsupported, path);
}
