using Lanewise.Files;
using Lanewise.Onnx.Schema;
using Xunit;
using AttributeType = Lanewise.Onnx.Schema.AttributeProto.Types.Type;

namespace Lanewise.Tests.Onnx;

/// <summary>What is written keeps to the published signatures of the operators, for every opset.</summary>
public sealed class OperatorSignatureTests
{
    public static TheoryData<int> Opsets =>
        [.. Enumerable.Range(OnnxExportOptions.MinOpset, OnnxExportOptions.MaxOpset - OnnxExportOptions.MinOpset + 1)];

    [Theory]
    [MemberData(nameof(Opsets))]
    public void Every_node_has_the_signature_of_its_operator(int opset)
    {
        foreach (var model in Written(opset))
        {
            var names = new HashSet<string>(model.Graph.Input.Select(input => input.Name), StringComparer.Ordinal);
            Assert.All(model.Graph.Initializer, tensor => Assert.True(names.Add(tensor.Name), tensor.Name));
            foreach (var node in model.Graph.Node)
            {
                AssertSignature(node, opset);
                Assert.All(node.Input.Where(name => name.Length > 0), name => Assert.Contains(name, names));
                Assert.All(node.Output, name => Assert.True(names.Add(name), name));
            }

            Assert.All(model.Graph.Output, output => Assert.Contains(output.Name, names));
            Assert.Equal(OperatorSignatures.IrVersion(opset), model.IrVersion);
            var import = Assert.Single(model.OpsetImport);
            Assert.Equal(("", (long)opset), (import.Domain, import.Version));
        }
    }

    [Fact]
    public void Every_listed_operator_is_written()
    {
        // Otherwise the check of its signature would be empty.
        var written = Opsets.SelectMany(row => Written(row.Data)).SelectMany(model => model.Graph.Node)
            .Select(node => node.OpType).ToHashSet();
        Assert.All(OperatorSignatures.Operators, name => Assert.Contains(name, written));
    }

    private static IEnumerable<ModelProto> Written(int opset)
    {
        foreach (var network in OnnxNetworks.All.Where(network => opset >= OnnxNetworks.MinOpset(network)))
        {
            yield return Write(OnnxModels.Of(network, null), new OnnxExportOptions { Opset = opset });
        }

        foreach (string name in new[] { "inception", "googlenet-paper", "resnet18-cntk", "resnet20" })
        {
            var model = OnnxModels.Small(name);
            yield return Write(model, new OnnxExportOptions { Opset = opset, BatchSize = 1, FoldBatchNorm = true });
            yield return Write(model, new OnnxExportOptions { Opset = opset, Input = OnnxInput.UInt8, Probabilities = true });
        }
    }

    private static ModelProto Write(ModelFile model, OnnxExportOptions options) =>
        new Lanewise.Onnx.Export.ModelExport(model, options).ToProto();

    private static void AssertSignature(NodeProto node, int opset)
    {
        var signature = OperatorSignatures.Find(node.OpType, opset);
        Assert.True(signature is not null, $"{node.Name}: opset {opset} has no operator {node.OpType}");
        string[] attributes = [.. node.Attribute.Select(attribute => attribute.Name)];
        Assert.Equal("", node.Domain);
        Assert.InRange(node.Input.Count, signature.MinInputs, signature.MaxInputs);
        Assert.All(node.Input.Take(signature.MinInputs), name => Assert.NotEqual("", name));
        Assert.InRange(node.Output.Count, 1, signature.MaxOutputs);
        Assert.All(attributes, name => Assert.Contains(name, signature.Attributes));
        Assert.All(signature.Required, name => Assert.Contains(name, attributes));
        Assert.Equal(attributes.Length, attributes.Distinct().Count());
        Assert.All(node.Attribute, attribute => Assert.Equal(TypeOf(attribute.Name), attribute.Type));
    }

    private static AttributeType TypeOf(string attribute) => attribute switch
    {
        "approximate" => AttributeType.String,
        "alpha" or "beta" or "bias" or "epsilon" or "momentum" => AttributeType.Float,
        "dilations" or "kernel_shape" or "pads" or "strides" => AttributeType.Ints,
        "auto_pad" or "mode" => AttributeType.String,
        _ => AttributeType.Int,
    };
}
