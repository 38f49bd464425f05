using Lanewise.Files;
using Lanewise.Onnx.Schema;

namespace Lanewise.Onnx.Export;

/// <summary>Describes a model as ONNX: the part of its network that inference runs, its weights and its card.</summary>
/// <param name="model">The model.</param>
/// <param name="options">The options.</param>
internal sealed class ModelExport(ModelFile model, OnnxExportOptions options)
{
    private const string InputName = "input", LogitsName = "logits", ProbabilitiesName = "probabilities", FeaturesName = "output";
    private const int Float = 1, UInt8 = 2;
    private readonly GraphWriter _writer = new(options.Opset, [InputName, LogitsName, ProbabilitiesName, FeaturesName]);
    private readonly Dictionary<Node, WrittenValue> _values = [];

    /// <summary>Describes the model.</summary>
    /// <exception cref="InvalidOptionException">An option does not fit the model.</exception>
    /// <exception cref="ModelFormatException">A layer cannot be described.</exception>
    public ModelProto ToProto()
    {
        var network = model.Network;
        WriteInput(network.Nodes[0]);
        var needed = GraphWalk.Ancestors([network.Output]);
        var folded = options.FoldBatchNorm ? FoldedNorms(network, needed) : [];
        foreach (var node in network.Nodes.Where(node => node.Index > 0 && needed.Contains(node)))
        {
            var export = new NodeExport(node, _writer, model.Weights, _values)
            {
                IsMaxPooled = node.Op is ConstantPad2d && network.Nodes.Any(other => other.Op is MaxPool2d && other.Inputs[0] == node),
            };
            _values[node] = folded.ContainsValue(node) ? _values[node.Inputs[0]]
                : folded.TryGetValue(node, out var norm) ? LayerExports.FoldedConv2d(export, norm)
                : ExportTable.Write(export);
        }

        WriteOutput(network.Output);
        _writer.Graph.Name = network.Name;
        return Model();
    }

    /// <summary>The oldest version of the format that has the operators of a version.</summary>
    public static int IrVersion(int opset) => opset switch
    {
        <= 14 => 7,
        <= 18 => 8,
        <= 20 => 9,
        _ => 10,
    };

    /// <summary>Returns the temperature of the model's calibration by which the graph divides; 1 where no softmax is added.</summary>
    public static double FoldedTemperature(ModelFile model, OnnxExportOptions options) =>
        options.Probabilities && model.Network.Output.Op is not Softmax ? model.Card.Calibration?.Temperature ?? 1 : 1;

    private ModelProto Model()
    {
        var proto = new ModelProto
        {
            IrVersion = IrVersion(options.Opset),
            ProducerName = "lanewise",
            ProducerVersion = typeof(ModelExport).Assembly.GetName().Version?.ToString(3) ?? "",
            Graph = _writer.Graph,
        };
        proto.OpsetImport.Add(new OperatorSetIdProto { Version = options.Opset });
        bool isFolded = FoldedTemperature(model, options) != 1;
        var calibration = isFolded ? model.Card.Calibration! with { Temperature = 1 } : model.Card.Calibration;
        var card = model.Card with { Network = model.Network, Calibration = calibration };
        // The graph is that of the file; one is kept for a card without classes, which is damaged without it.
        foreach (var (key, value) in card.ToMetadata().Where(entry => entry.Key != "lanewise.graph" || !card.HasClassifier))
        {
            proto.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }

        return proto;
    }

    /// <summary>Finds the batch norms that are folded, by the convolution before them.</summary>
    private static Dictionary<Node, Node> FoldedNorms(Network network, HashSet<Node> needed)
    {
        var consumers = network.Nodes.Where(needed.Contains).SelectMany(node => node.Inputs).CountBy(node => node).ToDictionary();
        return network.Nodes.Where(needed.Contains)
            .Where(node => node.Op is BatchNorm2d && node.Inputs[0].Op is Conv2d && consumers[node.Inputs[0]] == 1
                && node.Inputs[0] != network.Output)
            .ToDictionary(node => node.Inputs[0]);
    }

    private void WriteInput(Node input)
    {
        var shape = input.Shape;
        bool isBytes = options.Input == OnnxInput.UInt8;
        _writer.Graph.Input.Add(Describe(InputName, isBytes ? UInt8 : Float, [shape.Channels, shape.Height, shape.Width]));
        _values[input] = new(isBytes ? Normalized(shape) : InputName, IsImage: true);
    }

    /// <summary>Writes the model's normalization: (pixel / 255 − mean) / std, as scale · pixel + offset.</summary>
    private string Normalized(Shape shape)
    {
        var transform = model.Card.Transform ?? throw new InvalidOptionException(
            $"{model.Network.Name} takes arrays of values, and no images, so there is no normalization for pixels; use float input.",
            nameof(options.Input));
        string x = _writer.Node("Cast", "normalize.cast", [InputName], GraphWriter.Of("to", (long)Float));
        if (transform.ChannelOrder == ChannelOrder.Bgr)
        {
            x = _writer.Node("Gather", "normalize.bgr", [x, _writer.Constant("normalize.order", 2, 1, 0)], GraphWriter.Of("axis", 1));
        }

        int[] dims = [1, shape.Channels, 1, 1];
        string scale = _writer.Constant("normalize.scale", dims, PixelNormalization.Scales(transform));
        string offset = _writer.Constant("normalize.offset", dims, PixelNormalization.Offsets(transform));
        return _writer.Node("Add", "normalize", [_writer.Node("Mul", "normalize.scaled", [x, scale]), offset]);
    }

    /// <summary>Writes the outputs of a classifier as (N, classes); activations of several pixels as they are.</summary>
    private void WriteOutput(Node output)
    {
        var (name, isImage) = _values[output];
        if (isImage && output.Shape.Pixels == 1)
        {
            name = _writer.Node("Flatten", $"{output.Path}.row", [name], GraphWriter.Of("axis", 1));
            isImage = false;
        }

        bool isSoftmax = output.Op is Softmax;
        if (options.Probabilities && !isSoftmax)
        {
            if (FoldedTemperature(model, options) is not 1 and var temperature)
            {
                string scale = _writer.Constant("temperature.scale", [1, 1], [(float)(1 / temperature)]);
                name = _writer.Node("Mul", "temperature", [name, scale]);
            }

            name = _writer.Node("Softmax", ProbabilitiesName, [name], GraphWriter.Of("axis", 1));
        }

        string result = isSoftmax || options.Probabilities ? ProbabilitiesName : isImage ? FeaturesName : LogitsName;
        Rename(name, result);
        var shape = output.Shape;
        _writer.Graph.Output.Add(Describe(
            result, Float, isImage ? [shape.Channels, shape.Height, shape.Width] : [shape.Count]));
    }

    /// <summary>Gives the value of a node its name as the graph's output.</summary>
    private void Rename(string from, string to)
    {
        foreach (var node in _writer.Graph.Node)
        {
            for (int i = 0; i < node.Output.Count; i++)
            {
                node.Output[i] = node.Output[i] == from ? to : node.Output[i];
            }

            for (int i = 0; i < node.Input.Count; i++)
            {
                node.Input[i] = node.Input[i] == from ? to : node.Input[i];
            }
        }
    }

    private ValueInfoProto Describe(string name, int type, IReadOnlyList<int> sizes)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(options.BatchSize is { } batch
            ? new TensorShapeProto.Types.Dimension { DimValue = batch }
            : new TensorShapeProto.Types.Dimension { DimParam = "batch" });
        shape.Dim.AddRange(sizes.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = shape } },
        };
    }
}
