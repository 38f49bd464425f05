using Lanewise.Files;
using Lanewise.Tests.Engine;
using Xunit;

namespace Lanewise.Tests.Files;

/// <summary>Files that PyTorch wrote, beside the same values as safetensors.</summary>
public sealed class PyTorchFileTests
{
    public static TheoryData<string> Kinds => ["zip", "legacy"];

    [Theory]
    [InlineData("network-zip", WeightsFormat.PyTorchZip)]
    [InlineData("network-legacy", WeightsFormat.PyTorchLegacy)]
    [InlineData("network-protocol4", WeightsFormat.PyTorchZip)]
    [InlineData("wrapped-zip", WeightsFormat.PyTorchZip)]
    [InlineData("wrapped-legacy", WeightsFormat.PyTorchLegacy)]
    public void A_state_dict_has_equal_bytes_plain_or_wrapped(string file, WeightsFormat format)
    {
        var read = WeightsFile.Read(PathOf(file));

        Assert.Equal(format, read.Format);
        AssertEqual(Safetensors.Read(Golden.PathOf("pytorch-network")), read);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_type_and_every_way_to_lie_in_a_storage_has_equal_bytes(string kind) =>
        AssertEqual(Safetensors.Read(Golden.PathOf("pytorch-views")), WeightsFile.Read(PathOf("views-" + kind)));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Parameters_that_are_trained_are_tensors_too(string kind)
    {
        var expected = Safetensors.Read(Golden.PathOf("pytorch-network"));

        var read = WeightsFile.Read(PathOf("parameters-" + kind));

        Assert.Equal(["conv.weight", "conv.bias", "bn.weight", "bn.bias", "fc.weight", "fc.bias"], read.Tensors.Select(t => t.Name));
        Assert.All(read.Tensors, tensor => Assert.Equal(expected.Tensors.Single(t => t.Name == tensor.Name).Values, tensor.Values));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Tensors_of_one_storage_do_not_share_an_array(string kind)
    {
        var read = WeightsFile.Read(PathOf("views-" + kind)).Tensors;

        Assert.Equal(read.Count, read.Select(t => t.Values).Distinct(ReferenceEqualityComparer.Instance).Count());
    }

    [Fact]
    public void Parameters_of_PyTorch_before_0_4_are_read()
    {
        var parameter = new PickleBuilder().Op((byte)'}').Text("fc.weight").Global("torch.nn.parameter", "Parameter").Tensor(
            "0", 4, 1, [2], [1])
            .Op(0x85).Call().Op(0x88, 0x89, (byte)'}', 0x87, (byte)'b', (byte)'s');
        using var stream = new MemoryStream(
            PickleBuilder.Legacy(parameter.Bytes, 4, Convert.FromHexString("000000000000803F0000004000004040")));

        Assert.Equal([1f, 2f], Assert.Single(PyTorchFile.Read(stream, "old.pth").Tensors).Values);
    }

    [Fact]
    public void Types_that_have_no_storage_of_their_own_are_read()
    {
        var tensor = new PickleBuilder().Op((byte)'}').Text("x").Global("torch._utils", "_rebuild_tensor_v3").Mark();
        tensor.Mark().Text("storage").Global("torch.storage", "UntypedStorage").Text("0").Text("cpu").Number(4).Tuple().Op((byte)'Q');
        tensor.Number(1).Numbers([1]).Numbers([1]).Op(0x89, (byte)'}').Global("torch", "uint16").Tuple().Call().Op((byte)'s');
        using var stream = new MemoryStream(PickleBuilder.Zip(tensor.Bytes, ("data/0", [1, 0, 0xFF, 0xFF])));

        var read = PyTorchFile.Read(stream, "new.pth");

        Assert.Equal([65535f], Assert.Single(read.Tensors).Values);
        Assert.Equal(StoredType.U16, read.StoredTypes["x"]);
    }

    [Fact]
    public void A_whole_model_is_refused_with_advice()
    {
        string message = Assert.ThrowsAny<LanewiseException>(() => WeightsFile.Read(PathOf("module-zip"))).Message;

        Assert.Contains("torch.nn.modules.container.Sequential", message, StringComparison.Ordinal);
        Assert.Contains("torch.save(model.state_dict(), ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_content_tells_the_format_whatever_the_name_is()
    {
        using var folder = new TemporaryFolder();
        File.Copy(PathOf("network-legacy"), folder["a.safetensors"]);
        File.Copy(Golden.PathOf("pytorch-network"), folder["a.pth"]);
        folder.Write("a.txt", [.. "conv.weight 1 2 3"u8]);

        Assert.Equal(WeightsFormat.PyTorchLegacy, WeightsFile.Read(folder["a.safetensors"]).Format);
        Assert.Equal(WeightsFormat.Safetensors, WeightsFile.Read(folder["a.pth"]).Format);
        Assert.Contains(
            "not a weights file",
            Assert.ThrowsAny<LanewiseException>(() => WeightsFile.Read(folder["a.txt"])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "no such file",
            Assert.ThrowsAny<LanewiseException>(() => WeightsFile.Read(folder["none.pth"])).Message,
            StringComparison.Ordinal);
    }

    internal static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "goldens", $"pytorch-{file}.pth");

    private static void AssertEqual(WeightsFile expected, WeightsFile actual)
    {
        Assert.Equal(expected.Tensors.Select(t => t.Name), actual.Tensors.Select(t => t.Name));
        Assert.Equal(expected.StoredTypes, actual.StoredTypes);
        foreach (var (one, other) in expected.Tensors.Zip(actual.Tensors))
        {
            Assert.Equal(one.Dimensions, other.Dimensions);
            Assert.Equal(Compare.Bits(one.Values), Compare.Bits(other.Values));
        }
    }
}
