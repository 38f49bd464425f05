using Lanewise.IO;
using Lanewise.Pickles;

namespace Lanewise.Files;

/// <summary>
/// Reads the weights of <c>.pt</c>, <c>.pth</c> and <c>.th</c> files that <c>torch.save</c> wrote: zip archives (PyTorch 1.6 and
/// later), such archives unpacked to a folder, and the legacy format. The pickle in them is parsed as data; no code in it is ever
/// executed.
/// </summary>
public static class PyTorchFile
{
    internal const string SaveStateDict = "save only the weights in PyTorch: torch.save(model.state_dict(), \"weights.pth\")";

    /// <summary>
    /// Reads the tensors of the state dict that the file is, or contains under a usual key; other values, also objects of any class,
    /// are skipped.
    /// </summary>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ModelFormatException">The file is damaged, or its tensors need anything but data.</exception>
    public static WeightsFile Read(string path) => InputFile.Read(path, Read);

    /// <summary>Reads a stream from its start.</summary>
    /// <param name="stream">A seekable stream.</param>
    /// <param name="name">The file's name in messages.</param>
    /// <exception cref="ModelFormatException">The content is damaged, or its tensors need anything but data.</exception>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    public static WeightsFile Read(Stream stream, string name) => Read(stream, name, key: null);

    /// <summary>Reads one of several sets of weights.</summary>
    /// <inheritdoc cref="Read(Stream, string)"/>
    /// <param name="stream">A seekable stream.</param>
    /// <param name="name">The file's name in messages.</param>
    /// <param name="key">The keys that lead to the set, joined by dots; null for the usual one.</param>
    internal static WeightsFile Read(Stream stream, string name, string? key) =>
        Open(stream, name, content => content.ToWeightsFile(key, name));

    /// <summary>Reads what the file says about its tensors, and gives it to a function while the file is open.</summary>
    /// <inheritdoc cref="Read(Stream, string)"/>
    internal static T Open<T>(Stream stream, string name, Func<TorchContent, T> read)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek)
        {
            throw new ArgumentException("The stream must be able to seek.", nameof(stream));
        }
        return Explained(name, () =>
        {
            bool zip = stream.ReadByte() == 'P';
            stream.Position = 0;
            return zip ? PyTorchZip.Open(stream, read) : read(PyTorchLegacy.Open(stream));
        });
    }

    /// <summary>Reads an archive that was unpacked to a folder.</summary>
    /// <param name="folder">The folder with <c>data.pkl</c>.</param>
    /// <param name="read">Reads the content.</param>
    /// <exception cref="FileAccessException">A file cannot be read.</exception>
    /// <exception cref="ModelFormatException">The content is damaged, or its tensors need anything but data.</exception>
    internal static T OpenFolder<T>(string folder, Func<TorchContent, T> read) =>
        Explained(folder, () => read(PyTorchFolder.Open(folder)));

    private static T Explained<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (RefusedFileException e)
        {
            throw new ModelFormatException(
                $"{name} is refused: {e.Message}; {e.Remedy ?? SaveStateDict}.", ModelFormatError.Damaged, name, e);
        }
    }
}
