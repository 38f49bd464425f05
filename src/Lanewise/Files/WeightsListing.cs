using Lanewise.IO;

namespace Lanewise.Files;

/// <summary>Lists the tensors of a safetensors or PyTorch file, also of one that belongs to no known model.</summary>
internal static class WeightsListing
{
    // Sets may share their dictionaries, so a small file can describe many tensors.
    private const int MaxTensors = 100_000;

    /// <summary>Reads what the file says about its tensors; values are not read.</summary>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ModelFormatException">The file is damaged, or not a weights file.</exception>
    public static IReadOnlyList<ListedTensor> Read(string path) => PyTorchFolder.Find(path) is { } folder
        ? PyTorchFile.OpenFolder(folder, content => content.List(MaxTensors))
        : InputFile.Read(path, (stream, name) => WeightsFile.IsSafetensors(stream, name)
            ? [.. SafetensorsHeader.Read(stream, name).Entries.Select(Listed)]
            : PyTorchFile.Open(stream, name, content => content.List(MaxTensors)));

    private static ListedTensor Listed(SafetensorsHeader.Entry entry) =>
        new("", entry.Name, entry.Type.Name(), Array.ConvertAll(entry.Dimensions, size => (long)size));
}
