using Google.Protobuf;
using Lanewise.Files;
using Lanewise.IO;
using Lanewise.Onnx.Export;
using Lanewise.Onnx.Files;
using Lanewise.Onnx.Import;
using Lanewise.Onnx.Schema;

namespace Lanewise;

/// <summary>Reads and writes ONNX files.</summary>
public static class OnnxFile
{
    /// <summary>The oldest version of the operators that is read.</summary>
    public const int MinReadOpset = 7;

    /// <summary>The newest version of the operators that is read.</summary>
    public const int MaxReadOpset = 25;

    /// <summary>Reads a model: its network, under the names of the file, and its weights.</summary>
    /// <param name="path">The file; data beside it is read where the file says so.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ModelFormatException">
    /// The file is damaged, not an ONNX file, of a newer version, or has nodes that are not supported; the message lists them.
    /// </exception>
    public static OnnxModel Read(string path, OnnxReadOptions? options = null) => Import(Parse(path), path, options ?? new());

    /// <summary>Reads a model from memory; data beside the file is searched in the folder of <paramref name="path"/>.</summary>
    /// <inheritdoc cref="Read(string, OnnxReadOptions?)"/>
    internal static OnnxModel Read(byte[] content, string path, OnnxReadOptions? options = null)
    {
        using var stream = new MemoryStream(content, writable: false);
        return Import(Parse(stream, path), path, options ?? new());
    }

    private static OnnxModel Import(ModelProto model, string path, OnnxReadOptions options)
    {
        var metadata = Metadata(model);
        var card = options.IgnoresCard ? null : ModelCard.FromMetadata(metadata, path);
        string name = options.Name ?? card?.Model ?? Path.GetFileNameWithoutExtension(path);
        return Explained(path, () =>
        {
            var graph = new GraphImport(model.Graph, path, OpsetOf(model, path), options, card);
            var network = graph.ToNetwork(name);
            CheckCard(card, network, path);
            return new OnnxModel(network, new Weights(network.Parameters.Select(p => graph.Parameters[p.Name])))
            {
                Card = card is null ? null : card with { Network = network },
                Transform = card is null ? graph.Pixels.ToTransform() : card.Transform,
                Notices = [.. graph.Notices.Select(notice => $"{path}: {notice}.")],
            };
        });
    }

    /// <summary>Reads a model as the content of a weights file.</summary>
    /// <inheritdoc cref="Read(string, OnnxReadOptions?)"/>
    internal static WeightsFile ReadWeights(string path, OnnxReadOptions? options = null) => Read(path, options).ToWeightsFile();

    /// <summary>
    /// Reads the stored tensors by name, without the graph: the weights of another network whose parameters have these names.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ModelFormatException">The file is damaged, or not an ONNX file.</exception>
    public static IReadOnlyList<Tensor> ReadTensors(string path)
    {
        var model = Parse(path);
        var reader = new TensorReader(path);
        return Explained(path, () => model.Graph.Initializer.Where(tensor => tensor.Name.Length > 0)
            .DistinctBy(tensor => tensor.Name, StringComparer.Ordinal)
            .Select(tensor => (tensor.Name, Values: reader.Read(tensor)))
            .Select(tensor => new Tensor(tensor.Name, tensor.Values.Dims, tensor.Values.ToFloats()))
            .ToArray());
    }

    /// <summary>Lists the stored tensors, without their values.</summary>
    /// <inheritdoc cref="ReadTensors"/>
    internal static IReadOnlyList<ListedTensor> List(string path) =>
    [
        .. Parse(path).Graph.Initializer.Select(tensor =>
            new ListedTensor("", tensor.Name, TensorReader.StoredName(tensor.DataType), [.. tensor.Dims])),
    ];

    /// <summary>Writes a model as an ONNX file, atomically, reads it back and compares it with the network.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="model">The model.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>What was written, and how far the file's outputs differ from the network's.</returns>
    /// <exception cref="InvalidOptionException">An option is out of range, or does not fit the model.</exception>
    /// <exception cref="ModelFormatException">The network has a layer that ONNX cannot describe.</exception>
    /// <exception cref="FileAccessException">The file cannot be written.</exception>
    public static OnnxExport Write(string path, ModelFile model, OnnxExportOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(model);
        options ??= new();
        var proto = new ModelExport(model, options).ToProto();
        AtomicFile.Write(path, stream => proto.WriteTo(stream));
        return new OnnxExport(path, new FileInfo(path).Length, proto.Graph.Node.Count, ExportCheck.Difference(path, model, options));
    }

    private static ModelProto Parse(string path) => InputFile.Read(path, Parse);

    private static ModelProto Parse(Stream stream, string path)
    {
        ForeignFile.ThrowIf(stream, path);
        try
        {
            var model = ModelProto.Parser.WithDiscardUnknownFields(true).ParseFrom(stream);
            return model.Graph is { Node.Count: > 0 } ? model : throw new ModelFormatException(
                $"{path} is not an ONNX model: it has no graph; export the model again.", ModelFormatError.Damaged, path);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new ModelFormatException(
                $"{path} is damaged or not an ONNX file: {e.Message.ReplaceLineEndings(" ").TrimEnd('.')}. Export or copy it again.",
                ModelFormatError.Damaged,
                path,
                e);
        }
    }

    private static int OpsetOf(ModelProto model, string path)
    {
        var opset = model.OpsetImport.FirstOrDefault(opset => opset.Domain is "" or "ai.onnx")?.Version ?? 1;
        return opset is >= MinReadOpset and <= MaxReadOpset ? (int)opset : throw new ModelFormatException(
            $"{path}: its operators are of opset {opset}, and {MinReadOpset} to {MaxReadOpset} are read; export it with one of these.",
            ModelFormatError.Unsupported,
            path);
    }

    private static Dictionary<string, string> Metadata(ModelProto model)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in model.MetadataProps)
        {
            metadata[entry.Key] = entry.Value;
        }

        return metadata;
    }

    private static void CheckCard(ModelCard? card, Network network, string path)
    {
        if (card is not null
            && (card.Input != network.Input || (card.HasClassifier && card.Classes.Count != network.OutputCount)))
        {
            throw new ModelFormatException(
                $"{path}: the file's card says that '{Excerpt.Of(network.Name)}' takes {card.Input} and has {card.Classes.Count} "
                    + $"classes, but the graph takes {network.Input} and has {network.OutputCount} outputs; the file is damaged or was "
                    + "edited by hand.",
                ModelFormatError.Damaged,
                path);
        }
    }

    private static T Explained<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is NotSupportedException or NetworkException or OverflowException)
        {
            string reason = e is OverflowException ? "a tensor has more values than are supported" : e.Message.TrimEnd('.');
            throw new ModelFormatException($"{path}: {reason}.", ModelFormatError.Unsupported, path, e);
        }
    }
}
