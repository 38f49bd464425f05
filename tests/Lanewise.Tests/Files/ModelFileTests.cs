using System.Runtime.InteropServices;
using Lanewise.Files;
using Lanewise.Tests.Engine;
using Xunit;

namespace Lanewise.Tests.Files;

public sealed class ModelFileTests
{
    private static readonly string[] Classes = ["a", "b", "c"];

    [Theory]
    [InlineData("inception")]
    [InlineData("residual")]
    public void A_model_comes_back_as_it_was_saved(string model)
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "m.safetensors");
        var weights = Weights.Initialize(ModelCatalog.Find(model).ForClasses(3), 5);
        ModelFile.Save(file, weights, new ModelCard(model, Classes, ImageTransform.Mnist, "letters"));
        var loaded = ModelFile.Load(file);
        Assert.Equal(model, loaded.Network.Name);
        Assert.Equal(3, loaded.Network.OutputCount);
        Assert.Equal(Classes, loaded.Card.Classes);
        Assert.Equal("letters", loaded.Card.Dataset);
        Assert.Equal(Compare.Bits(weights), Compare.Bits(loaded.Weights));
    }

    [Fact]
    public void Weights_of_another_model_are_refused_with_the_first_differences()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "m.safetensors");
        Safetensors.Write(file, Weights.Initialize(Residual.Create(), 5).Tensors);
        string message = Assert.ThrowsAny<LanewiseException>(() => ModelFile.Load(file, "inception")).Message;
        Assert.Contains("not weights of 'inception'", message, StringComparison.Ordinal);
        Assert.Contains("conv1.weight is 16×1×5×5, expected 10×1×5×5", message, StringComparison.Ordinal);
        Assert.Contains("more", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_another_program_needs_its_model_named()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "m.safetensors");
        var weights = Weights.Initialize(Residual.Create(7), 5);
        Safetensors.Write(file, weights.Tensors);
        Assert.Equal(ModelFormatError.ModelNotNamed, Assert.Throws<ModelFormatException>(() => ModelFile.Load(file)).Error);
        var loaded = ModelFile.Load(file, "residual");
        Assert.Equal(7, loaded.Network.OutputCount);
        Assert.Equal(Compare.Bits(weights), Compare.Bits(loaded.Weights));
    }

    [Fact]
    public void A_model_comes_out_of_a_file_of_PyTorchs()
    {
        using var folder = new TemporaryFolder();
        var weights = Weights.Initialize(Residual.Create(3), 5);
        string file = folder.Write(
            "m.pth",
            PickleBuilder.Zip(PickleBuilder.StateDict(weights.Tensors), [.. weights.Tensors.Select((t, i) => ($"data/{i}", Bytes(t)))]));

        var loaded = ModelFile.Load(file, "residual");

        Assert.Equal(3, loaded.Network.OutputCount);
        Assert.Equal(["0", "1", "2"], loaded.Card.Classes);
        Assert.Equal(Compare.Bits(weights), Compare.Bits(loaded.Weights));
        Assert.Equal(ModelFormatError.ModelNotNamed, Assert.Throws<ModelFormatException>(() => ModelFile.Load(file)).Error);
    }

    [Fact]
    public void A_classifier_of_another_width_does_not_tell_the_classes()
    {
        using var folder = new TemporaryFolder();
        var tensors = Weights.Initialize(Residual.Create(), 5).Tensors.Select(
            t => t.Name == "fc.weight" ? new Tensor(t.Name, [2_000_000_000, 0], []) : t);
        Safetensors.Write(folder["m.safetensors"], [.. tensors]);

        string message = Assert.ThrowsAny<LanewiseException>(() => ModelFile.Load(folder["m.safetensors"], "residual")).Message;

        Assert.Contains("fc.weight is 2000000000×0, expected 10×512", message, StringComparison.Ordinal);
    }

    private static byte[] Bytes(Tensor tensor) => MemoryMarshal.AsBytes(tensor.Values.AsSpan()).ToArray();
}
