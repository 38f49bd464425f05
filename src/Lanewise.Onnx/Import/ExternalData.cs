using System.Globalization;
using Lanewise.IO;
using Lanewise.Onnx.Schema;

namespace Lanewise.Onnx.Import;

/// <summary>Reads the data of tensors that lies in files beside the model, as PyTorch's exporter writes it by default.</summary>
internal static class ExternalData
{
    /// <summary>Reads the bytes of a tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="path">The model's file.</param>
    /// <param name="length">The number of bytes that the tensor's shape has.</param>
    /// <exception cref="ModelFormatException">
    /// The file is not named, lies outside the model's folder, or has another length than the tensor.
    /// </exception>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    public static byte[] Read(TensorProto tensor, string path, long length)
    {
        string file = Locate(tensor, path);
        long offset = Number(tensor, "offset", 0, path), stated = Number(tensor, "length", length, path);
        return InputFile.Read(file, (stream, _) =>
        {
            if (stated != length || offset > stream.Length || length > stream.Length - offset)
            {
                string name = Excerpt.Of(tensor.Name);
                throw new ModelFormatException(
                    $"{path}: the tensor '{name}' needs {length} bytes from byte {offset} on of {file}, which has {stream.Length}"
                    + $"{(stated == length ? "" : $", and is stated to have {stated}")}; export the model again.",
                    ModelFormatError.Damaged,
                    path);
            }

            byte[] bytes = new byte[length];
            stream.Position = offset;
            stream.ReadExactly(bytes);
            return bytes;
        });
    }

    private static string Locate(TensorProto tensor, string path)
    {
        string location = Entry(tensor, "location") ?? "";
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string file = Path.GetFullPath(Path.Combine(folder, location.Replace('\\', '/')));
        bool isInside = location.Length > 0 && !location.Contains('\0', StringComparison.Ordinal)
            && file.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return isInside && !LeadsOutside(file, folder) ? file : throw new ModelFormatException(
            $"{path}: the data of the tensor '{Excerpt.Of(tensor.Name)}' is said to be in '{Excerpt.Of(location)}', which is not in the "
            + "model's folder; only files beside the model are read.",
            ModelFormatError.Unsupported,
            path);
    }

    private static bool LeadsOutside(string file, string folder)
    {
        for (string? part = file; part is not null && part.Length > folder.Length; part = Path.GetDirectoryName(part))
        {
            if (new FileInfo(part).LinkTarget is { } target
                && !Path.GetFullPath(Path.Combine(Path.GetDirectoryName(part)!, target))
                    .StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static long Number(TensorProto tensor, string key, long missing, string path) => Entry(tensor, key) is not { } text ? missing
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number
        : throw new ModelFormatException(
            $"{path}: the {key} of the data of '{Excerpt.Of(tensor.Name)}' is '{Excerpt.Of(text)}', not a whole number; export the model "
            + "again.",
            ModelFormatError.Damaged,
            path);

    private static string? Entry(TensorProto tensor, string key) => tensor.ExternalData.FirstOrDefault(entry => entry.Key == key)?.Value;
}
