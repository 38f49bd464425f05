namespace Lanewise.Workflows;

/// <summary>What a run trains: a model of the catalog by its name, or the network of an ONNX file by its path.</summary>
internal static class TrainableModel
{
    /// <summary>Whether a text is the path of a file.</summary>
    public static bool IsFile(string? model) => model is not null && PretrainedFile.IsOnnx(model);

    /// <summary>
    /// Returns the canonical name of a model, or the full path of a file, since runs are resumed from other working directories.
    /// </summary>
    /// <exception cref="UnknownNameException">There is no model of the name.</exception>
    public static string Check(string model) => IsFile(model) ? Path.GetFullPath(model) : ModelCatalog.Find(model).Name;

    /// <summary>Returns the name of a model, for a file that of the file.</summary>
    public static string NameOf(string model) => IsFile(model) ? Path.GetFileNameWithoutExtension(model) : model;

    /// <summary>Returns the row of the catalog; null for a file, and while there is no model.</summary>
    public static ModelEntry? EntryOf(string? model) => model is null || IsFile(model) ? null : ModelCatalog.Find(model);

    /// <summary>Reads the network of a file and gives it a classifier of a number of classes.</summary>
    /// <exception cref="LanewiseException">The file cannot be read, or its network classifies nothing.</exception>
    public static Network Read(string path, int classes, Size2d? imageSize)
    {
        var network = OnnxFile.Read(path, new OnnxReadOptions { ImageSize = imageSize }).Network;
        return imageSize is { } size && size != (network.Input.Height, network.Input.Width)
            ? throw new JobException($"{{img-size}} {SizeText.Format(size)}: {path} takes {network.Input}; omit {{img-size}}.")
            : network.WithClasses(classes);
    }
}
