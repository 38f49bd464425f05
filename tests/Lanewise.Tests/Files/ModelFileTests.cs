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
    public void A_file_of_1000_classes_without_a_card_gets_the_names_of_ImageNet()
    {
        using var folder = new TemporaryFolder();
        foreach (int classes in (int[])[1000, 999])
        {
            Safetensors.Write(folder["m.safetensors"], Weights.Initialize(CifarResNet.ResNet20(classes), 5).Tensors);
            var names = ModelFile.Load(folder["m.safetensors"], "resnet20").Card.Classes;
            Assert.Equal(classes == 1000 ? ("tench", "hammerhead", "toilet tissue") : ("0", "4", "998"), (names[0], names[4], names[^1]));
            Assert.Equal(classes, names.Distinct().Count());
        }

        using var classifier = ImageClassifier.Create(CifarResNet.ResNet20(1000), Weights.Initialize(CifarResNet.ResNet20(1000), 5));
        Assert.Equal("999", classifier.Classes[^1]);
    }

    [Fact]
    public void A_file_without_a_classifier_is_a_body_that_embeds_and_does_not_classify()
    {
        using var folder = new TemporaryFolder();
        var network = ModelCatalog.Find("resnet18-cntk").Create(new ModelOptions());
        var weights = Weights.Initialize(network, 5);
        var tensors = weights.Tensors.Where(t => !t.Name.StartsWith("fc.", StringComparison.Ordinal)).ToArray();
        Safetensors.Write(folder["body.safetensors"], tensors);
        var body = ModelFile.Load(folder["body.safetensors"], "resnet18-cntk");
        Assert.Equal((512, 0), (body.Network.OutputCount, body.Card.Classes.Count));
        ModelFile.Save(folder["card.safetensors"], body.Weights, body.Card);

        var image = new DecodedImage(3, 60, 50, [.. Enumerable.Range(0, 9000).Select(i => (byte)(i * 31 >> 3))]);
        using var whole = ImageClassifier.Create(network, weights, transform: body.Card.Transform);
        float[] expected = whole.Embed(image);
        using var named = ImageClassifier.Load(folder["body.safetensors"], new ImageClassifierOptions { Model = "resnet18-cntk" });
        using var described = ImageClassifier.Load(folder["card.safetensors"]);
        Assert.All([named, described], classifier =>
        {
            Assert.Equal(expected, classifier.Embed(image));
            Assert.Empty(classifier.Classes);
            Assert.Equal(ChannelOrder.Bgr, classifier.Transform!.ChannelOrder);
            Assert.Contains("no classifier", Assert.Throws<NetworkException>(() => classifier.Classify(image)).Message);
            Assert.Throws<NetworkException>(() => classifier.ClassifyBatch([image]));
        });

        // Half a classifier is none of a body's.
        Safetensors.Write(folder["half.safetensors"], [.. tensors, weights["fc.bias"]]);
        string message = Assert.Throws<ModelFormatException>(() => ModelFile.Load(folder["half.safetensors"], "resnet18-cntk")).Message;
        Assert.Contains("fc.weight (1000×512) is missing", message);
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

    [Fact]
    public async Task A_network_of_ones_own_comes_back_from_its_file()
    {
        using var folder = new TemporaryFolder();
        var network = Network.Define("mine", new Shape(3, 17, 13), x =>
        {
            var stem = x.Conv2d("stem", 6, (3, 5), (2, 1), new Padding(1, 2, 0, 3), bias: false).BatchNorm2d("norm").ReLU();
            var branches = stem.MaxPool2d(2).Concat(stem.AvgPool2d(2, padding: 0), stem.Conv2d("down", 4, 2, 2));
            branches.AdaptiveAvgPool2d().Flatten().Linear("aux", 4).AuxiliaryOutput(0.3f);
            return branches.LocalResponseNorm(3).Dropout(0.2f).Flatten().Linear("fc", 4);
        });
        var images = new MemoryImageDataset("tiles", network.Input, ["n", "e", "s", "w"], Pixels(network.Input, 40), Labels(40));
        using var trainer = new Trainer(network, new TrainingOptions { Epochs = 1, BatchSize = 8, Threads = 1 });
        Assert.Throws<InvalidOperationException>(() => trainer.Save(folder["too-early.safetensors"]));
        await trainer.FitAsync(images, images, cancellationToken: TestContext.Current.CancellationToken);
        trainer.Save(folder["mine.safetensors"]);

        var loaded = ModelFile.Load(folder["mine.safetensors"]);

        Assert.Equal("mine", loaded.Network.Name);
        Assert.Equal(NetworkGraph.Write(network), NetworkGraph.Write(loaded.Network));
        Assert.Equal(Compare.Bits(trainer.GetWeights()), Compare.Bits(loaded.Weights));
        Assert.Equal(["n", "e", "s", "w"], loaded.Card.Classes);
        Assert.Equal(trainer.Data!.Transform, loaded.Card.Transform);
        // "tiles" is not in the catalogue, so no other program could find it by its name.
        Assert.Null(loaded.Card.Dataset);
        Assert.Equal(Compare.Bits(trainer.GetWeights()), Compare.Bits(network.LoadWeights(folder["mine.safetensors"])));
    }

    [Fact]
    public void Without_its_graph_a_network_of_ones_own_is_refused_with_what_to_do()
    {
        using var folder = new TemporaryFolder();
        var network = Network.Define("mine", new Shape(1, 4, 4), x => x.Flatten().Linear("fc", 3));
        var card = new ModelCard("mine", Classes, ImageTransform.Default(network.Input));
        ModelFile.Save(folder["m.safetensors"], Weights.Initialize(network, 1), card);

        var error = Assert.Throws<ModelFormatException>(() => ModelFile.Load(folder["m.safetensors"]));

        Assert.Equal(ModelFormatError.Unsupported, error.Error);
        Assert.Contains("network.LoadWeights", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_card_with_another_number_of_classes_than_its_graph_is_damaged()
    {
        using var folder = new TemporaryFolder();
        var network = Network.Define("mine", new Shape(1, 4, 4), x => x.Flatten().Linear("fc", 4));
        var card = new ModelCard("mine", Classes, ImageTransform.Default(network.Input), network: network);
        ModelFile.Save(folder["m.safetensors"], Weights.Initialize(network, 1), card);
        Assert.Equal(ModelFormatError.Damaged, Assert.Throws<ModelFormatException>(() => ModelFile.Load(folder["m.safetensors"])).Error);
    }

    [Fact]
    public void A_run_folder_stands_for_its_model()
    {
        using var folder = new TemporaryFolder();
        var weights = Weights.Initialize(Residual.Create(3), 5);
        Assert.Contains("no model.safetensors", Assert.Throws<FileAccessException>(() => ModelFile.Load(folder.Path)).Message, StringComparison.Ordinal);
        ModelFile.Save(folder["model.safetensors"], weights, new ModelCard("residual", Classes, ImageTransform.Mnist));
        Assert.Equal(Compare.Bits(weights), Compare.Bits(ModelFile.Load(folder.Path).Weights));
    }

    [Fact]
    public void A_checkpoint_is_named_as_one()
    {
        using var folder = new TemporaryFolder();
        var network = Residual.Create(3);
        using var trainer = new Trainer(network, new TrainingOptions { Epochs = 1, Threads = 1 });
        Checkpoint.Save(folder["checkpoint.safetensors"], trainer.GetState());
        Func<object>[] loads =
        [
            () => ModelFile.Load(folder["checkpoint.safetensors"]),
            () => ModelFile.Load(folder["checkpoint.safetensors"], "residual"),
            () => network.LoadWeights(folder["checkpoint.safetensors"]),
        ];
        Assert.All(loads, load =>
        {
            var error = Assert.Throws<ModelFormatException>(load);
            Assert.Equal(ModelFormatError.IsCheckpoint, error.Error);
            Assert.Contains("training checkpoint", error.Message, StringComparison.Ordinal);
            Assert.Contains("model.safetensors", error.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Weights_for_another_number_of_classes_keep_the_body()
    {
        using var folder = new TemporaryFolder();
        var weights = Weights.Initialize(Residual.Create(10), 5);
        weights.Save(folder["w.safetensors"]);
        var network = Residual.Create(3);
        Assert.Equal(
            ModelFormatError.Mismatch,
            Assert.Throws<ModelFormatException>(() => network.LoadWeights(folder["w.safetensors"])).Error);

        var adapted = network.LoadWeights(folder["w.safetensors"], strict: false, seed: 7);

        Assert.Equal(weights["conv1.weight"].Values, adapted["conv1.weight"].Values);
        Assert.Equal(Weights.Initialize(network, 7)["fc.weight"].Values, adapted["fc.weight"].Values);
    }

    private static byte[] Pixels(Shape shape, int count) =>
        [.. Enumerable.Range(0, count * shape.Count).Select(i => (byte)(i * 31 + i / 7))];

    private static int[] Labels(int count) => [.. Enumerable.Range(0, count).Select(i => i % 4)];

    private static byte[] Bytes(Tensor tensor) => MemoryMarshal.AsBytes(tensor.Values.AsSpan()).ToArray();
}
