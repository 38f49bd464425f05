using Lanewise.Files;
using Lanewise.Tests.Engine;
using Xunit;

namespace Lanewise.Tests.Files;

/// <summary>Weights files as people have them; <c>plain.pth</c> has the same weights without anything beside them.</summary>
public sealed class GivenWeightsTests
{
    [Theory]
    [InlineData("objects-zip.pth")]
    [InlineData("objects-legacy.pth")]
    [InlineData("objects-protocol4.pth")]
    public void Objects_beside_the_weights_are_skipped_and_named(string file)
    {
        var read = WeightsFile.Read(PathOf(file));

        AssertPlain(read);
        string notice = Assert.Single(read.Notices);
        Assert.Contains("nothing in them was run: numpy scalar, numpy.ndarray, argparse.Namespace, ", notice, StringComparison.Ordinal);
        Assert.Contains("omegaconf.dictconfig.DictConfig", notice, StringComparison.Ordinal);
        Assert.EndsWith(" more.", notice, StringComparison.Ordinal);
    }

    [Fact]
    public void Prefixes_that_all_names_share_are_removed_in_any_order()
    {
        var read = WeightsFile.Read(PathOf("prefixes.pth"));

        AssertPlain(read);
        Assert.EndsWith(
            "all names began with 'module._orig_mod.model.net.backbone.', which was removed.",
            Assert.Single(read.Notices),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_prefix_stays_where_one_name_lacks_it_and_where_it_is_the_network_s_own()
    {
        using var folder = new TemporaryFolder();
        var own = Network.Define("own", new Shape(1, 1, 2), x => x.Flatten().Linear("net.fc", 3));
        var weights = Weights.Initialize(own, 1);
        Safetensors.Write(folder["some.safetensors"], [new("net.a", [1], [1]), new("b", [1], [2])]);
        Safetensors.Write(folder["own.safetensors"], weights.Tensors);

        Assert.Equal(["net.a", "b"], WeightsFile.Read(folder["some.safetensors"]).Tensors.Select(t => t.Name));
        Assert.Equal(Compare.Bits(weights), Compare.Bits(own.LoadWeights(folder["own.safetensors"])));
    }

    [Fact]
    public void One_of_several_sets_is_taken_and_the_others_are_named()
    {
        var read = WeightsFile.Read(PathOf("sets.pth"));

        AssertPlain(read);
        Assert.Contains(
            "the weights are those of 'state_dict' (9 tensors); {key} takes 'state_dict_ema' (9 tensors) or 'ema.shadow.v2' (9 tensors)",
            read.Notices[0],
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("state_dict_ema")]
    [InlineData("ema.shadow.v2")]
    public void A_key_takes_another_set(string key)
    {
        var read = WeightsFile.Read(PathOf("sets.pth"), key);

        var plain = WeightsFile.Read(PathOf("plain.pth"));
        Assert.Equal(plain.Tensors.Select(t => t.Name), read.Tensors.Select(t => t.Name));
        Assert.Equal(plain.Tensors[0].Values.Select(value => value + 1), read.Tensors[0].Values);
    }

    [Fact]
    public void A_set_under_an_unusual_key_is_taken_if_it_is_the_only_one() => AssertPlain(WeightsFile.Read(PathOf("only-set.pth")));

    [Theory]
    [InlineData("sets.pth", "emma", "under 'emma'; it has 'state_dict' (9 tensors), 'state_dict_ema' (9 tensors), 'ema.shadow.v2' (9")]
    [InlineData("sets.pth", "ema.decay", "no weights under 'ema.decay'; it has 'state_dict'")]
    [InlineData("unusual-sets.pth", null, "usual name; choose one by its key: 'generator' (9 tensors), 'discriminator' (9 tensors).")]
    [InlineData("whole.pth", null, "it asks for torch.nn.modules.container.Sequential, and nothing but tensors and plain values")]
    [InlineData("quantized.pth", null, "its tensor fc.weight needs torch._utils._rebuild_qtensor, and nothing but plain tensors")]
    [InlineData("complex.pth", null, "its tensor fc.weight needs torch.ComplexFloatStorage, and nothing but plain tensors")]
    public void What_cannot_be_taken_is_refused_by_its_name(string file, string? key, string expected) =>
        AssertRefused(expected, () => WeightsFile.Read(PathOf(file), key));

    [Theory]
    [InlineData("rezipped.pth")]
    [InlineData("flat.pth")]
    [InlineData("backslash.pth")]
    [InlineData("unpacked")]
    public void Archives_that_were_packed_again_or_unpacked_are_read(string file) => AssertPlain(WeightsFile.Read(PathOf(file)));

    [Fact]
    public void An_unpacked_archive_is_checked_like_a_packed_one()
    {
        using var folder = new TemporaryFolder();
        folder.Write("data.pkl", PickleBuilder.StateDict(4, 0, [4], [1]));
        Assert.Contains("lacks the storage 0", Message(folder.Path), StringComparison.Ordinal);

        Directory.CreateDirectory(folder["data"]);
        folder.Write("data/0", new byte[15]);
        Assert.Contains("its storage 0 should have 16 bytes, but has 15", Message(folder.Path), StringComparison.Ordinal);

        folder.Write("data.pkl", new PickleBuilder().Op((byte)'}').Text("a").Tensor("../data/0", 4, 0, [4], [1]).Op((byte)'s').Bytes);
        Assert.Contains("its storage ../data/0 is no name of a file", Message(folder.Path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("script.pt", "is a TorchScript archive")]
    [InlineData("pointer.pth", "is a pointer of Git LFS")]
    [InlineData("page.pth", "is an HTML page, and no weights")]
    [InlineData("page-gzip.pth", "is an HTML page, compressed by gzip, and no weights")]
    [InlineData("hdf5.h5", "is an HDF5 file")]
    [InlineData("keras.keras", "is a Keras model")]
    [InlineData("arrays.npz", "is an archive of NumPy arrays")]
    [InlineData("index.json", "is an index of weights in several files")]
    [InlineData("graph.pb", "is a graph of TensorFlow")]
    public void Files_that_are_not_weights_are_named_as_what_they_are(string file, string expected)
    {
        string message = Message(PathOf(file));
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("; ", message, StringComparison.Ordinal);

        // Downloads often end like the weights that were meant.
        using var folder = new TemporaryFolder();
        File.Copy(PathOf(file), folder["model.safetensors"]);
        if (!file.EndsWith(".pb", StringComparison.Ordinal))
        {
            Assert.Contains(expected, Message(folder["model.safetensors"]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Empty_files_and_folders_of_TensorFlow_are_named()
    {
        using var folder = new TemporaryFolder();
        folder.Write("empty.safetensors", []);
        folder.Write("saved_model.pb", [8, 1]);

        Assert.Contains("is empty (0 bytes)", Message(folder["empty.safetensors"]), StringComparison.Ordinal);
        AssertRefused("is a SavedModel of TensorFlow", () => ModelFile.Load(folder.Path));
    }

    [Theory]
    [InlineData("option-b.pth", "resnet20", "whose shortcuts are 1×1 convolutions (option B)")]
    [InlineData("stem.pth", "resnet18", "a ResNet that begins with a 3×3 convolution")]
    [InlineData("deep-stem.pth", "resnet50", "a ResNet that begins with three 3×3 convolutions")]
    public void Networks_that_resemble_those_of_the_catalog_are_named(string file, string model, string expected)
    {
        string message = Assert.Throws<ModelFormatException>(() => ModelFile.Load(PathOf(file), model)).Message;

        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("torch.onnx.export", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fc.1")]
    [InlineData("fc.0")]
    [InlineData("classifier.1")]
    [InlineData("head.fc")]
    [InlineData("fc")]
    public void A_classifier_under_another_usual_name_is_taken(string name)
    {
        using var folder = new TemporaryFolder();
        var weights = Weights.Initialize(CifarResNet.ResNet20(7), 5);
        string own = weights.Tensors.Single(t => t.Dimensions.Length == 2).Name[..^".weight".Length];
        var renamed = weights.Tensors.Select(t => t with { Name = t.Name.Replace(own + ".", name + ".", StringComparison.Ordinal) });
        Safetensors.Write(folder["m.safetensors"], [.. renamed]);

        var loaded = ModelFile.Load(folder["m.safetensors"], "resnet20");

        Assert.Equal(Compare.Bits(weights), Compare.Bits(loaded.Weights));
        Assert.Equal(name == own ? [] : [$"{folder["m.safetensors"]}: its classifier '{name}' was taken as '{own}'."], loaded.Notices);
    }

    [Theory]
    [InlineData("resnet20", 1, 3, true)]
    [InlineData("resnet20", 4, 3, false)]
    [InlineData("residual", 3, 1, true)]
    public void The_channels_of_the_first_convolution_are_those_of_the_file(string model, int channels, int usual, bool takesImages)
    {
        using var folder = new TemporaryFolder();
        var entry = ModelCatalog.Find(model);
        var shape = entry.Create(new ModelOptions()).Input;
        Assert.Equal(usual, shape.Channels);
        var weights = Weights.Initialize(entry.Create(new ModelOptions { Input = shape with { Channels = channels } }), 5);
        Safetensors.Write(folder["m.safetensors"], weights.Tensors);

        var loaded = ModelFile.Load(folder["m.safetensors"], model);

        Assert.Equal(channels, loaded.Network.Input.Channels);
        Assert.Contains($"the first convolution takes {channels} channels", Assert.Single(loaded.Notices), StringComparison.Ordinal);
        Assert.Equal(takesImages, loaded.Card.Transform is not null);
        Assert.Equal(Compare.Bits(weights), Compare.Bits(loaded.Weights));
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.NegativeInfinity, "infinite")]
    public void A_value_that_is_not_finite_is_refused_by_its_tensor_and_place(float value, string expected)
    {
        using var folder = new TemporaryFolder();
        var network = CifarResNet.ResNet20();
        var weights = Weights.Initialize(network, 5);
        var tensor = weights.Tensors[0];
        tensor.Values[^1] = value;
        Safetensors.Write(folder["m.safetensors"], weights.Tensors);

        string place = $"m.safetensors: conv1.weight[15, 2, 2, 2] is {expected}";
        AssertRefused(place, () => ModelFile.Load(folder["m.safetensors"], "resnet20"));
        AssertRefused(place, () => network.LoadWeights(folder["m.safetensors"]));
        AssertRefused(place, () => network.LoadWeights(folder["m.safetensors"], strict: false));
    }

    [Fact]
    public void Tensors_are_listed_without_a_model()
    {
        var sets = WeightsListing.Read(PathOf("sets.pth"));
        var plain = WeightsListing.Read(PathOf("unpacked"));

        Assert.Equal(["state_dict", "state_dict_ema", "ema.shadow.v2"], sets.Select(tensor => tensor.Set).Distinct());
        Assert.Equal(9, plain.Count);
        Assert.Equal("conv.weight", plain[0].Name);
        Assert.Equal([4, 1, 3, 3], plain[0].Shape);
        Assert.Equal("F32", plain[0].Type);
        Assert.Contains(plain, tensor => tensor is { Name: "bn.num_batches_tracked", Type: "I64", Shape: [] });
        Assert.Contains(WeightsListing.Read(PathOf("quantized.pth")), tensor => tensor.Type == "torch._utils._rebuild_qtensor");
        Assert.Equal(9, WeightsListing.Read(Golden.PathOf("pytorch-network")).Count);
        AssertRefused("it asks for torch.nn", () => WeightsListing.Read(PathOf("whole.pth")));
    }

    [Fact]
    public void Files_of_one_set_take_no_key() =>
        AssertRefused("no key 'ema'", () => WeightsFile.Read(Golden.PathOf("pytorch-network"), "ema"));

    internal static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "goldens", "weights", file);

    private static string Message(string path) => Assert.Throws<ModelFormatException>(() => WeightsFile.Read(path)).Message;

    private static void AssertRefused(string expected, Func<object> read) =>
        Assert.Contains(expected, Assert.Throws<ModelFormatException>(read).Message, StringComparison.Ordinal);

    private static void AssertPlain(WeightsFile actual)
    {
        var expected = WeightsFile.Read(PathOf("plain.pth"));
        Assert.Empty(expected.Notices);
        Assert.Equal(expected.Tensors.Select(t => t.Name), actual.Tensors.Select(t => t.Name));
        Assert.Equal(expected.Tensors.SelectMany(t => t.Values), actual.Tensors.SelectMany(t => t.Values));
    }
}
