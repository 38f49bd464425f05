using Lanewise.Tests.Engine;
using Xunit;

namespace Lanewise.Tests.Graphs;

public sealed class WeightsMatchTests
{
    private static readonly string[] Counters = ["bn.num_batches_tracked"];

    [Fact]
    public void Missing_and_surplus_names_are_listed_with_the_nearest_names()
    {
        var tensors = Weights.Initialize(Net(), 1).Tensors.Select(t => t.Name == "conv.weight" ? t with { Name = "conv.wieght" } : t);

        Assert.Equal(
            "f.pth: these are not weights of 'net': conv.weight (4×1×3×3) is missing, perhaps named 'conv.wieght'; "
            + "conv.wieght (4×1×3×3) is not part of it, perhaps meant as 'conv.weight'. Name the model that they belong to.",
            Refusal(Net(), tensors));
    }

    [Fact]
    public void The_first_mismatches_of_each_kind_are_shown_and_the_rest_counted()
    {
        var tensors = Weights.Initialize(Net(channels: 5), 1).Tensors.Where(t => !t.Name.StartsWith("bn.", StringComparison.Ordinal))
            .Concat(Enumerable.Range(0, 7).Select(i => new Tensor($"other{i}", [], [0])));

        string message = Refusal(Net(), tensors);

        Assert.Contains("conv.weight is 5×1×3×3, expected 4×1×3×3; conv.bias is 5, expected 4; fc.weight is 10×5, expected 10×4; bn.weight (4) is missing", message, StringComparison.Ordinal);
        Assert.Contains("1 more missing; other0 (scalar) is not part of it", message, StringComparison.Ordinal);
        Assert.Contains("4 more not part of it. Name", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_from_the_file_cannot_flood_the_message()
    {
        var tensors = Weights.Initialize(Net(), 1).Tensors.Append(new("\e[2J\n" + new string('n', 1_000_000), [], [0]));

        string message = Refusal(Net(), tensors);

        Assert.InRange(message.Length, 1, 400);
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Fact]
    public void Optional_parameters_that_a_file_lacks_are_zero()
    {
        var tensors = Weights.Initialize(Net(), 1).Tensors.Where(t => !Counters.Contains(t.Name));

        Assert.Equal([0f], Weights.Match(Net(), tensors, "f.pth")["bn.num_batches_tracked"].Values);
        Assert.Contains("bn.running_var", Refusal(Net(), tensors.Where(t => t.Name != "bn.running_var")), StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_of_omitted_modules_are_ignored()
    {
        var weights = Weights.Match(Net(), Weights.Initialize(Net(auxiliary: true), 1).Tensors, "f.pth");

        Assert.DoesNotContain(weights.Tensors, t => t.Name.StartsWith("aux", StringComparison.Ordinal));
        Assert.Contains("aux1.conv.weight", Refusal(Net(auxiliary: true), Weights.Initialize(Net(), 1).Tensors), StringComparison.Ordinal);
        Assert.Contains(
            "aux1.conv.weight (2×4×1×1) is not part of it",
            Refusal(WithoutNote(), Weights.Initialize(Net(auxiliary: true), 1).Tensors),
            StringComparison.Ordinal);

        static Network WithoutNote() => Network.Define("net", new(1, 5, 5), x => x
            .Conv2d("conv", 4, kernelSize: 3).BatchNorm2d("bn").ReLU().AvgPool2d(3).Flatten().Linear("fc", 10));
    }

    [Fact]
    public void Weights_that_fit_are_adapted_unchanged()
    {
        var weights = Weights.Initialize(Net(auxiliary: true), 1);

        var adapted = Weights.Adapt(Net(auxiliary: true), weights.Tensors, "f.pth", seed: 2);

        Assert.Empty(adapted.Initialized);
        Assert.Equal(Compare.Bits(weights), Compare.Bits(adapted.Weights));
    }

    [Fact]
    public void Heads_that_the_file_lacks_are_initialized_as_in_a_new_network()
    {
        var adapted = Weights.Adapt(Net(auxiliary: true), Weights.Initialize(Net(), 1).Tensors, "f.pth", seed: 2);

        Assert.Equal(["aux1.conv.weight", "aux1.conv.bias", "aux1.fc.weight", "aux1.fc.bias"], adapted.Initialized);
        AssertInitialized(adapted, Net(auxiliary: true), seed: 2);
        Assert.Equal(Weights.Initialize(Net(), 1)["conv.weight"].Values, adapted.Weights["conv.weight"].Values);
    }

    [Fact]
    public void Classifiers_for_other_classes_are_initialized_as_in_a_new_network()
    {
        var adapted = Weights.Adapt(
            Net(classes: 3, auxiliary: true), Weights.Initialize(Net(auxiliary: true), 1).Tensors, "f.pth", seed: 2);

        Assert.Equal(["aux1.fc.weight", "aux1.fc.bias", "fc.weight", "fc.bias"], adapted.Initialized);
        AssertInitialized(adapted, Net(classes: 3, auxiliary: true), seed: 2);
    }

    [Fact]
    public void A_partial_head_or_another_body_is_an_error()
    {
        var half = Weights.Initialize(Net(auxiliary: true), 1).Tensors.Where(t => t.Name != "aux1.conv.bias");
        Assert.Contains("aux1.conv.bias (2) is missing", Message(Net(auxiliary: true), half), StringComparison.Ordinal);
        Assert.Contains(
            "conv.weight is 5×1×3×3", Message(Net(), Weights.Initialize(Net(channels: 5), 1).Tensors), StringComparison.Ordinal);

        static string Message(Network network, IEnumerable<Tensor> tensors) =>
            Assert.ThrowsAny<LanewiseException>(() => Weights.Adapt(network, tensors, "f.pth", seed: 2)).Message;
    }

    private static void AssertInitialized(AdaptedWeights adapted, Network network, int seed)
    {
        var initial = Weights.Initialize(network, seed);
        Assert.All(adapted.Initialized, name => Assert.Equal(initial[name].Values, adapted.Weights[name].Values));
    }

    private static string Refusal(Network network, IEnumerable<Tensor> tensors) =>
        Assert.ThrowsAny<LanewiseException>(() => Weights.Match(network, tensors, "f.pth")).Message;

    private static Network Net(int classes = 10, int channels = 4, bool auxiliary = false) => Network.Define("net", new(1, 5, 5), x =>
    {
        x = x.Conv2d("conv", channels, kernelSize: 3).BatchNorm2d("bn").ReLU().AvgPool2d(3);   // channels×1×1
        if (auxiliary)
        {
            x.Module("aux1", head => head.Conv2d("conv", 2, kernelSize: 1).Flatten().Linear("fc", classes)).AuxiliaryOutput(0.3f);
        }
        else
        {
            x.OmitModule("aux1");
        }

        return x.Flatten().Linear("fc", classes);
    });
}
