using Lanewise.Files;
using Xunit;

namespace Lanewise.Tests.Files;

public sealed class ModelCardTests
{
    private static readonly ModelCard Card = new("inception", ["T-shirt", "\"Überzug\"", "3"], ImageTransform.Mnist, "fashion-mnist");

    [Fact]
    public void A_card_comes_back_from_a_file()
    {
        using var folder = new TemporaryFolder();
        Safetensors.Write(folder["m.safetensors"], [new Tensor("fc.bias", [1], [1])], Card.ToMetadata());

        var read = ModelCard.FromMetadata(Safetensors.Read(folder["m.safetensors"]).Metadata, "m.safetensors");

        Assert.NotNull(read);
        Assert.Equal(Card.Model, read.Model);
        Assert.Equal(Card.Classes, read.Classes);
        Assert.Equal(Card.Dataset, read.Dataset);
        Assert.Equal(Card.Transform.Input, read.Transform.Input);
        Assert.Equal(Card.Transform.Mean, read.Transform.Mean);
        Assert.Equal(Card.Transform.Std, read.Transform.Std);
        Assert.Equal(1, read.Transform.CropPct);
    }

    [Fact]
    public void The_crop_travels_and_a_card_without_it_crops_nothing()
    {
        var metadata = (Card with { Transform = ImageTransform.ImageNet }).ToMetadata();
        var read = ModelCard.FromMetadata(metadata, "m.safetensors")!.Transform;
        Assert.Equal((new Shape(3, 224, 224), 0.875f), (read.Input, read.CropPct));
        metadata.Remove("lanewise.crop_pct");
        Assert.Equal(1, ModelCard.FromMetadata(metadata, "m.safetensors")!.Transform.CropPct);
    }

    [Fact]
    public void A_file_of_another_program_has_no_card() =>
        Assert.Null(ModelCard.FromMetadata(new Dictionary<string, string> { ["format"] = "pt" }, "m.safetensors"));

    [Theory]
    [InlineData("version", "2")]
    [InlineData("version", "one")]
    [InlineData("model", null)]
    [InlineData("classes", null)]
    [InlineData("classes", "[]")]
    [InlineData("classes", "[1]")]
    [InlineData("classes", "[null]")]
    [InlineData("classes", """["a" """)]
    [InlineData("classes", """["\ud800"]""")]
    [InlineData("input", "[28,28]")]
    [InlineData("input", "[1,0,28]")]
    [InlineData("input", "[65536,65536,65536]")]
    [InlineData("input", "[1,28,1e99]")]
    [InlineData("mean", "[0.1,0.2]")]
    [InlineData("mean", "{}")]
    [InlineData("std", "[0]")]
    [InlineData("std", "[1e999]")]
    [InlineData("std", "[1] 2")]
    [InlineData("crop_pct", "0")]
    [InlineData("crop_pct", "1.5")]
    [InlineData("crop_pct", "NaN")]
    [InlineData("crop_pct", "")]
    public void A_malformed_card_is_refused_with_the_file_and_the_key(string key, string? value)
    {
        var metadata = Card.ToMetadata();
        metadata.Remove("lanewise." + key);
        if (value is not null)
        {
            metadata["lanewise." + key] = value;
        }

        var error = Assert.ThrowsAny<LanewiseException>(() => ModelCard.FromMetadata(metadata, "m.safetensors"));

        Assert.StartsWith("m.safetensors: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("lanewise." + key, error.Message, StringComparison.Ordinal);
    }
}
