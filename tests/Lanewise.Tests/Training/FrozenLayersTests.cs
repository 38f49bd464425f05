using Lanewise.Tests.Engine;
using Xunit;
using static Lanewise.Tests.Training.TrainerTests;

namespace Lanewise.Tests.Training;

/// <summary>Training on the features of frozen layers, which are computed once, against training the whole network.</summary>
public sealed class FrozenLayersTests
{
    private static readonly Shape Input = new(3, 40, 40);

    private static readonly Network[] Networks =
    [
        Small,
        Network.Define("normalized", new(1, 28, 28), x => x
            .Conv2d("conv", 5, kernelSize: 5, stride: 2).BatchNorm2d("bn").ReLU().MaxPool2d(2).Flatten().Linear("fc", 10)),
        ModelCatalog.Find("resnet20").Create(new() { Classes = 10, Input = new(1, 28, 28) }),
        ModelCatalog.Find("resnet18-cntk").Create(new() { Classes = 10, Input = Input }),
        ModelCatalog.Find("resnet50").Create(new() { Classes = 10, Input = Input }),
    ];

    public static TheoryData<string, string, int> Cases => new(
        Networks.Select(network => (network.Name, "sgd", 1)).Concat([("normalized", "cosine", 4), ("resnet20", "adamw", 16)]));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Weights_are_bitwise_those_of_training_the_whole_network(string name, string recipe, int laneWidth)
    {
        var network = Networks.First(n => n.Name == name).WithTrainableHead();
        var options = Recipe(recipe) with
        {
            Epochs = 2,
            LaneWidth = Lanewise.Kernels.KernelSet.Widths.Contains(laneWidth) ? laneWidth : 0,
            Threads = 2,
            Transform = ImageTransform.Default(network.Input),
        };
        var initial = Weights.Initialize(network, options.Seed);
        var (train, test) = (Train.Take(70), Test.Take(21));

        var whole = new Trainer(network, options, initial);
        var expected = await whole.FitAsync(train, test, cancellationToken: TestContext.Current.CancellationToken);

        var frozen = FrozenLayers.Of(network)!;
        var head = new Trainer(frozen.Head, options with { Transform = null }, initial.Of(frozen.Head));
        var epochs = await head.FitAsync(
            Features(frozen, train, initial, options, training: true),
            Features(frozen, test, initial, options, training: false),
            cancellationToken: TestContext.Current.CancellationToken);

        var (one, other) = (whole.GetState(), frozen.Join(head.GetState(), initial));
        Assert.Equal(Compare.Bits(one.Weights), Compare.Bits(other.Weights));
        Assert.Equal(one.Optimizer.Keys, other.Optimizer.Keys);
        Assert.All(one.Optimizer, state => Assert.Equal(Compare.Bits(state.Value), Compare.Bits(other.Optimizer[state.Key])));
        Assert.Equal(expected.Select(e => (e.TrainLoss, e.TrainTop1, e.LearningRate)), epochs.Select(e => (e.TrainLoss, e.TrainTop1, e.LearningRate)));
        Assert.Equal(expected.Select(e => e.ValTop1), epochs.Select(e => e.ValTop1));
        Assert.All(expected.Zip(epochs), pair => Assert.Equal(pair.First.ValLoss, pair.Second.ValLoss, 1e-5 * pair.First.ValLoss));
    }

    [Fact]
    public void The_head_begins_after_the_last_layer_that_neither_is_trained_nor_drops_values()
    {
        var googlenet = ModelCatalog.Find("googlenet").ForClasses(7);
        var frozen = FrozenLayers.Of(googlenet.WithTrainableHead())!;
        Assert.Equal(["flatten1", "dropout1", "fc"], frozen.Head.Nodes.Select(n => n.Path));
        Assert.Equal(4096L * 5, frozen.BytesOf(5));

        var partly = FrozenLayers.Of(googlenet.WithTrainable(n => n.Path is "fc" || n.Path.StartsWith("inception5b", StringComparison.Ordinal)))!;
        Assert.Equal("inception5a.concat1", partly.Head.Nodes[0].Path);
        Assert.All(partly.Head.Nodes.Where(n => n.Parameters.Count > 0), n => Assert.True(n.IsTrainable));
    }

    [Fact]
    public void Networks_whose_first_layers_are_trained_have_no_frozen_ones()
    {
        Assert.Null(FrozenLayers.Of(Small));
        Assert.Null(FrozenLayers.Of(Small.WithTrainable(n => n.Path == "conv")));
        Assert.Null(FrozenLayers.Of(Network.Define("linear", new(1, 4, 4), x => x.Flatten().Linear("fc", 2)).WithTrainableHead()));
        var auxiliary = GoogLeNet.Create(classes: 3, auxiliaryClassifiers: true);
        Assert.Null(FrozenLayers.Of(auxiliary.WithTrainableHead()));
    }

    [Fact]
    public void States_are_split_and_joined()
    {
        var network = Networks[1].WithTrainableHead();
        var frozen = FrozenLayers.Of(network)!;
        var weights = Weights.Initialize(network, 3);
        var state = new Trainer(network, Options, weights).GetState();
        var head = frozen.HeadOf(state);
        Assert.Equal(["fc.weight", "fc.bias"], head.Weights.Tensors.Select(t => t.Name));
        Assert.Equal(state.Weights.Tensors.Select(t => t.Name), frozen.Join(head, weights).Weights.Tensors.Select(t => t.Name));
    }

    private static ITensorDataset Features(FrozenLayers frozen, IDataset images, Weights weights, TrainingOptions options, bool training) =>
        frozen.Compute(images, weights, options, training, progress: null, TestContext.Current.CancellationToken);
}
