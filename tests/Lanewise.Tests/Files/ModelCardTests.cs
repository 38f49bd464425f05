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
        Assert.Null(read.License);
        Assert.Null(read.Origin);
        Assert.Equal(Card.Transform!.Input, read.Transform!.Input);
        Assert.Equal(Card.Transform.Mean, read.Transform.Mean);
        Assert.Equal(Card.Transform.Std, read.Transform.Std);
        Assert.Equal(1, read.Transform.CropPct);
    }

    [Fact]
    public void Licence_and_origin_of_pretrained_weights_travel()
    {
        var read = ModelCard.FromMetadata((Card with { License = "MIT", Origin = "a \"package\"" }).ToMetadata(), "m.safetensors")!;
        Assert.Equal(("MIT", "a \"package\""), (read.License, read.Origin));
    }

    [Fact]
    public void The_crop_travels_and_a_card_without_it_crops_nothing()
    {
        var metadata = (Card with { Transform = ImageTransform.ImageNet }).ToMetadata();
        var read = ModelCard.FromMetadata(metadata, "m.safetensors")!.Transform!;
        Assert.Equal((new Shape(3, 224, 224), 0.875f), (read.Input, read.CropPct));
        metadata.Remove("lanewise.crop_pct");
        Assert.Equal(1, ModelCard.FromMetadata(metadata, "m.safetensors")!.Transform!.CropPct);
    }

    [Theory]
    [InlineData(CropMode.Center)]
    [InlineData(CropMode.Border)]
    [InlineData(CropMode.Squash)]
    public void The_whole_transform_comes_back(CropMode mode)
    {
        ImageTransform[] transforms =
        [
            ImageTransform.Mnist with { CropMode = mode },
            ImageTransform.Mnist with { CropMode = mode, CropPct = 0.7f, Ink = new InkFraming(20, 30) { CropsToInk = false } },
            ImageTransform.Mnist with { CropMode = mode, Ink = null },
            ImageTransform.Cifar100 with { CropMode = mode },
            ImageTransform.Cifar100 with { CropMode = mode, ChannelOrder = ChannelOrder.Bgr },
        ];
        Assert.All(transforms, t => Assert.Equal(t, Read((Card with { Transform = t }).ToMetadata()).Transform));
    }

    [Fact]
    public void Only_bgr_is_written_and_other_orders_are_refused()
    {
        Assert.DoesNotContain("lanewise.channel_order", Card.ToMetadata().Keys);
        var metadata = (Card with { Transform = ImageTransform.ImageNet with { ChannelOrder = ChannelOrder.Bgr } }).ToMetadata();
        Assert.Equal("bgr", metadata["lanewise.channel_order"]);
        metadata["lanewise.channel_order"] = "gbr";
        Assert.Contains("lanewise.channel_order", Assert.Throws<ModelFormatException>(() => Read(metadata)).Message);
    }

    [Fact]
    public void A_network_of_arrays_has_no_transform()
    {
        var network = Network.Define("spectrum", new Shape(5, 4, 6), x => x.Flatten().Linear("fc", 2));
        var card = Read(new ModelCard("spectrum", ["yes", "no"], null, "arrays", network).ToMetadata());
        Assert.Null(card.Transform);
        Assert.Equal(new Shape(5, 4, 6), card.Input);
        Assert.Equal(new Shape(5, 4, 6), card.Network!.Input);
        Assert.Throws<ArgumentException>(() => new ModelCard("spectrum", ["yes", "no"], transform: null));
    }

    [Theory]
    [InlineData("mnist", 1, "28 28 True")]
    [InlineData("kmnist", 1, "28 28 False")]
    [InlineData("digits", 3, "28 28 True")]
    [InlineData("fashion-mnist", 1, "28 28 False")]
    [InlineData("cifar-10", 3, null)]
    [InlineData("folder:letters", 1, null)]
    [InlineData(null, 1, "14 15 True")]
    [InlineData(null, 3, null)]
    public void Cards_of_earlier_versions_frame_ink_as_they_did(string? dataset, int channels, string? ink)
    {
        var transform = ImageTransform.Default(new Shape(channels, 14, 15));
        var metadata = (Card with { Transform = transform, Dataset = dataset }).ToMetadata();
        Assert.True(metadata.Remove("lanewise.ink") && metadata.Remove("lanewise.crop_mode"));

        var read = Read(metadata).Transform!;

        Assert.Equal(CropMode.Center, read.CropMode);
        Assert.Equal(ink, read.Ink is { } framing ? $"{framing.Height} {framing.Width} {framing.CropsToInk}" : null);
    }

    [Fact]
    public void Only_networks_that_the_catalog_does_not_build_are_described()
    {
        var wider = Network.Define("inception", new Shape(1, 28, 28), x => x.Flatten().Linear("fc", 3));
        Assert.False((Card with { Network = Inception.Create(3) }).ToMetadata().ContainsKey("lanewise.graph"));
        Assert.True((Card with { Network = Inception.Create(3), Model = "mine" }).ToMetadata().ContainsKey("lanewise.graph"));
        Assert.True((Card with { Network = wider }).ToMetadata().ContainsKey("lanewise.graph"));
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
    [InlineData("classes", """["a", "b", "a"]""")]
    [InlineData("classes", """["a", ""]""")]
    [InlineData("classes", """["a", " \n"]""")]
    [InlineData("model", "\u001b[8mresidual")]
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
    [InlineData("crop_mode", "centre")]
    [InlineData("ink", "some")]
    [InlineData("ink", """{"height":0,"width":28,"crops_to_ink":true}""")]
    [InlineData("ink", """{"height":28,"width":28}""")]
    [InlineData("ink", "[1]")]
    [InlineData("values", "cooked")]
    [InlineData("graph", "{}")]
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

    private static ModelCard Read(Dictionary<string, string> metadata) => ModelCard.FromMetadata(metadata, "m.safetensors")!;
}
