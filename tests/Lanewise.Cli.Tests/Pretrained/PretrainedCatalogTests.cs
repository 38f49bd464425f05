using Lanewise.Workflows;

namespace Lanewise.Cli.Tests.Pretrained;

public sealed class PretrainedCatalogTests
{
    [Fact]
    public void Names_are_unique_and_found_whatever_their_case()
    {
        Assert.Distinct(PretrainedCatalog.Names);
        Assert.All(PretrainedCatalog.All, entry => Assert.Same(entry, PretrainedCatalog.Find(entry.Name.ToUpperInvariant())));
        var e = Assert.Throws<UnknownNameException>(() => PretrainedCatalog.Find("resnet81"));
        Assert.Equal("resnet18", e.Nearest);
    }

    [Fact]
    public void A_row_has_one_source_and_a_checksum_of_it()
    {
        Assert.All(PretrainedCatalog.All, entry =>
        {
            Assert.Single(new[] { entry.Package is not null, entry.Address is not null, entry.IsBuiltIn }, isSource => isSource);
            Assert.Matches("^([0-9a-f]{8}|[0-9a-f]{64})$", entry.Sha256);
            Assert.True(entry.Matches(entry.Sha256 + "00"));
            Assert.False(entry.Matches("00" + entry.Sha256));
        });
        Assert.All(
            PretrainedCatalog.All.Where(entry => entry.Address is not null),
            entry => Assert.EndsWith($"-{entry.Sha256}.pth", entry.Address!.AbsoluteUri, StringComparison.Ordinal));
    }

    [Fact]
    public void Built_in_weights_are_written_where_they_can_be_and_written_again_when_they_are_damaged()
    {
        using var folder = new TemporaryFolder();
        Assert.All(PretrainedCatalog.All.Where(entry => entry.IsBuiltIn), entry =>
        {
            var store = new PretrainedStore(folder.Path);
            var stored = store.Open(entry);
            Assert.Equal(store.PathOf(entry), stored.Path);
            Assert.Equal((entry.Bytes, entry.Sha256), (new FileInfo(stored.Path).Length, PretrainedStore.Hash(stored.Path)));
            File.WriteAllText(stored.Path, "damaged");
            Assert.True(store.Verify(entry).IsGood);

            var card = ModelSource.Resolve(stored.Path).Load().Card;
            Assert.Equal((entry.Model, entry.Classes), (card.Model, card.Classes.Count));

            // A file stands where the folder would be.
            File.WriteAllText(folder["file"], "");
            Assert.True(entry.Matches(PretrainedStore.Hash(new PretrainedStore(folder["file"]).Open(entry).Path)));
        });
    }

    [Theory]
    [InlineData("resnet18", "resnet18", "f37072fd")]
    [InlineData("resnet34", "resnet34", "b627a593")]
    [InlineData("resnet50", "resnet50", "0676ba61")]
    [InlineData("resnet50-v2", "resnet50", "11ad3fa6")]
    [InlineData("resnet101", "resnet101", "63fe2227")]
    [InlineData("resnet152", "resnet152", "394f9c45")]
    [InlineData("googlenet", "googlenet", "1378be20")]
    public void The_rows_of_torchvision_have_its_names(string name, string model, string sha256)
    {
        var entry = PretrainedCatalog.Find(name);
        Assert.Equal((model, sha256, 1000), (entry.Model, entry.Sha256, entry.Classes));
        var network = ModelCatalog.Find(model).Create(new ModelOptions { Classes = entry.Classes });
        // Four bytes a number; the rest are names and the counters of batch norm. GoogLeNet's file has its auxiliary classifiers too.
        double perParameter = entry.Bytes / (double)network.ParameterCount;
        Assert.InRange(perParameter, 4, model == "googlenet" ? 8 : 4.1);
        Assert.Equal(name == "resnet50-v2" ? "resnet50" : name, PretrainedCatalog.ForModel(model)!.Name);
    }

    [Fact]
    public void Images_for_resnet50_v2_are_resized_to_232() =>
        Assert.Equal(232, PretrainedCatalog.Find("resnet50-v2").Transform!.BeforeCrop(224));

    [Fact]
    public void Images_for_googlenet_are_normalized_as_by_transform_input()
    {
        var (resnet, googlenet) = (PretrainedCatalog.Find("resnet18").Transform!, PretrainedCatalog.Find("googlenet").Transform!);
        for (int c = 0; c < 3; c++)
        {
            // x[:, c] * (std / 0.5) + (mean - 0.5) / 0.5, of an image normalized as for the ResNets.
            float inside = resnet.NormalizeLevel(200, c) * (resnet.Std[c] / 0.5f) + (resnet.Mean[c] - 0.5f) / 0.5f;
            Assert.Equal(inside, googlenet.NormalizeLevel(200, c), 1e-6f);
        }
    }
}
