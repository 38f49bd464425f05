using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lanewise.Engine;

namespace Lanewise.Files;

/// <summary>
/// A network's description as JSON, for the file of a network that is not in the catalog: the nodes in order, each with its op, path,
/// inputs (indices of earlier nodes) and attributes, the output, the auxiliary outputs, and the omitted modules.
/// </summary>
internal static class NetworkGraph
{
    private const int Version = 1;

    // ResNet-1202 has 3,600 nodes and a description of 0.9 MB.
    private const int MaxLength = 16 << 20;
    private const int MaxNodes = 10_000;
    private const int MaxInputs = 10_000;
    private const int MaxPathLength = 1000;
    private const int MaxDepth = 8;

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Describes a network.</summary>
    public static string Write(Network network)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteStartArray("nodes");
            foreach (var node in network.Nodes)
            {
                Write(json, node);
            }

            json.WriteEndArray();
            json.WriteNumber("output", network.Output.Index);
            json.WriteStartArray("auxiliary");
            foreach (var auxiliary in network.AuxiliaryOutputs)
            {
                json.WriteStartObject();
                json.WriteNumber("node", auxiliary.Node.Index);
                json.WriteNumber("weight", auxiliary.Weight);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("omitted");
            foreach (string module in network.OmittedModules)
            {
                json.WriteStringValue(module);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>Builds the network that a description describes.</summary>
    /// <param name="text">The description.</param>
    /// <param name="name">The network's name.</param>
    /// <param name="file">The file's name in messages.</param>
    /// <exception cref="ModelFormatException">The description is damaged, of a newer version, or absurd.</exception>
    public static Network Read(string text, string name, string file)
    {
        try
        {
            if (text.Length > MaxLength)
            {
                throw new FormatException($"it is longer than {MaxLength >> 20} MB");
            }

            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
            var graph = new AttributeReader(Object(document.RootElement, "the graph"));
            int version = graph.Int("version");
            return version == Version ? Read(document.RootElement, graph, name) : throw new ModelFormatException(
                $"{file}: the network's graph is of version {version}, and this version of Lanewise reads {Version}. Use a newer one.",
                ModelFormatError.Unsupported,
                file);
        }
        catch (Exception e) when (
            e is JsonException or FormatException or InvalidOperationException or OverflowException or NetworkException)
        {
            string reason = e is JsonException ? "it is not JSON"
                : e is OverflowException ? "a layer has more values than are supported"
                : e.Message.TrimEnd('.');
            throw new ModelFormatException(
                $"{file}: the metadata's lanewise.graph does not describe a network: {Excerpt.Of(reason)}. Save the model again.",
                ModelFormatError.Damaged,
                file,
                e);
        }
    }

    private static void Write(Utf8JsonWriter json, Node node)
    {
        json.WriteStartObject();
        json.WriteString("op", node.Op.Name);
        json.WriteString("path", node.Path);
        json.WriteStartArray("inputs");
        foreach (var input in node.Inputs)
        {
            json.WriteNumberValue(input.Index);
        }

        json.WriteEndArray();
        node.Op.Write(new AttributeWriter(json));
        json.WriteEndObject();
    }

    private static Network Read(JsonElement root, AttributeReader graph, string name)
    {
        var nodes = new List<Node>();
        var paths = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in Array(root, "nodes", MaxNodes))
        {
            var node = ReadNode(Object(element, $"node {nodes.Count}"), nodes);
            nodes.Add(paths.Add(node.Path) ? node : throw new FormatException($"the path {Excerpt.Of(node.Path)} is used twice"));
        }

        var output = NodeAt(graph.Int("output"), nodes);
        if (output.Index == 0)
        {
            throw new FormatException("the output is the input");
        }

        var auxiliary = Array(root, "auxiliary", MaxInputs).Select(element =>
        {
            var reader = new AttributeReader(Object(element, "an auxiliary output"));
            var node = NodeAt(reader.Int("node"), nodes);
            return node.Index > 0 && node.Shape.Pixels == 1
                ? new AuxiliaryOutput(node, reader.Double("weight"))
                : throw new FormatException($"the auxiliary output {Excerpt.Of(node.Path)} is not a row of logits");
        });
        var omitted = Array(root, "omitted", MaxInputs).Select(element => Text(element, "omitted"));
        return Network.Of(name, nodes.AsReadOnly(), output, [.. auxiliary], [.. omitted]);
    }

    private static Node ReadNode(JsonElement element, List<Node> nodes)
    {
        string name = Text(Member(element, "op"), "op");
        var row = OpTable.Find(name) ?? throw new FormatException($"there is no op {Excerpt.Of(name)}");
        var op = row.Read(new AttributeReader(element));
        var inputs = Array(element, "inputs", MaxInputs)
            .Select(input => input.ValueKind == JsonValueKind.Number && input.TryGetInt32(out int index)
                ? NodeAt(index, nodes)
                : throw AttributeReader.Invalid("inputs", "an array of indices"))
            .ToArray();
        string path = Text(Member(element, "path"), "path");
        bool fits = op.InputCount is { } count ? inputs.Length == count : inputs.Length >= 1;
        return op is Input != (nodes.Count == 0) ? throw new FormatException("the first node, and no other, must be the input")
            : !fits ? throw new FormatException($"{Excerpt.Of(path)} ({op.Name}) has {inputs.Length} inputs")
            : op is Input { Shape: var s } && Math.Min(s.Channels, Math.Min(s.Height, s.Width)) < 1
                ? throw new FormatException("the input has no pixels")
            : new Node(nodes.Count, path, op, inputs);
    }

    private static Node NodeAt(int index, List<Node> nodes) => index >= 0 && index < nodes.Count
        ? nodes[index]
        : throw new FormatException(FormattableString.Invariant($"{index} is not the index of an earlier node"));

    private static JsonElement Object(JsonElement element, string what) =>
        element.ValueKind == JsonValueKind.Object ? element : throw new FormatException($"{what} is not an object");

    private static JsonElement Member(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value : throw new FormatException($"'{name}' is missing");

    private static JsonElement.ArrayEnumerator Array(JsonElement element, string name, int max)
    {
        var array = Member(element, name);
        return array.ValueKind == JsonValueKind.Array && array.GetArrayLength() <= max
            ? array.EnumerateArray()
            : throw AttributeReader.Invalid(name, FormattableString.Invariant($"an array of at most {max} elements"));
    }

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.String && element.GetString() is { Length: > 0 and <= MaxPathLength } text
            ? text
            : throw AttributeReader.Invalid(name, FormattableString.Invariant($"a text of 1 to {MaxPathLength} characters"));
}
