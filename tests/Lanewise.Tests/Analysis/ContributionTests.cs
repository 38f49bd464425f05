using Lanewise.Analysis;
using Lanewise.Engine;
using Lanewise.Tests.Engine;
using Xunit;

namespace Lanewise.Tests.Analysis;

public sealed class ContributionTests
{
    private const double Tolerance = 1e-4;

    [Theory]
    [InlineData("inception", "incep1.branch1x1,incep1.branch5x5_2,incep1.branch3x3_3,incep1.branch_pool,incep2.branch1x1,incep2.branch5x5_2,incep2.branch3x3_3,incep2.branch_pool")]
    [InlineData("residual", "rcblock1,rcblock2")]
    public void Without_a_part_the_logits_are_PyTorchs(string model, string parts)
    {
        var (network, weights, source) = GradCamTests.Trained(model);
        var golden = Golden.Read($"explain-{model}");
        var plan = Plan.Compile(network, new PlanOptions { BatchSize = 20 });
        foreach (string part in parts.Split(','))
        {
            string last = model == "inception" ? part : $"{part}.conv2";
            var join = network.Nodes.Single(n => n.Inputs.Contains(network.Find(last)));
            plan.SetWeights(Ablation.Without(weights, Ablation.LastLayers(network, network.Find(last), join)));
            plan.Infer(source, [.. Enumerable.Range(0, 20)]);
            Compare.Close($"without {part}", golden[$"without.{part}"].Values, plan.Output, Tolerance);
        }
    }

    [Fact]
    public void Branches_are_measured_as_PyTorch_does()
    {
        var (network, weights, _) = GradCamTests.Trained("inception");
        var golden = Golden.Read("explain-inception");
        var steps = new List<ContributionProgress>();
        var measured = BranchContributions.Measure(
            network, weights, Options("inception") with { Progress = new Steps(steps) }, TestContext.Current.CancellationToken);
        Assert.Equal(8, measured.Branches.Count);
        Assert.All(measured.Branches, b =>
        {
            Assert.Equal(golden[$"accuracy_without.{b.Name}"].Values[0], b.Top1Without, 1e-6);
            string module = b.Module.Split('.')[0];
            int place = measured.Branches.Where(other => other.Module == b.Module).ToList().IndexOf(b);
            Assert.Equal(golden[$"energy.{module}"].Values[place], b.EnergyShare, 1e-6);
        });
        Assert.Equal(88, measured.Branches.Take(4).Sum(b => b.Channels));
        Assert.Equal(Top1(network, weights), measured.Top1);
        Assert.Equal([.. Enumerable.Range(0, 11)], steps.Select(s => s.Done));
        Assert.All(steps, s => Assert.Equal(11, s.Total));
    }

    [Fact]
    public void Blocks_are_measured_as_PyTorch_does()
    {
        var (network, weights, _) = GradCamTests.Trained("residual");
        var golden = Golden.Read("explain-residual");
        var measured = BlockContributions.Measure(
            network, weights, Options("residual") with { BatchSize = 7 }, TestContext.Current.CancellationToken);
        Assert.Equal(["rcblock1", "rcblock2"], measured.Blocks.Select(b => b.Name));
        Assert.All(measured.Blocks, b =>
        {
            Assert.Equal(golden[$"accuracy_without.{b.Name}"].Values[0], b.Top1Without, 1e-6);
            Compare.Close(b.Name, golden[$"block.{b.Name}"].Values, [(float)b.ResidualRms, (float)b.ShortcutRms, (float)b.Cosine], 1e-5);
            Assert.Equal(b.ResidualRms / b.ShortcutRms, b.Ratio);
        });
        Assert.Equal(Top1(network, weights), measured.Top1);
    }

    [Theory]
    [InlineData("googlenet", "inception3a.concat1", "inception3a.branch1,inception3a.branch2,inception3a.branch3,inception3a.branch4")]
    [InlineData("googlenet-paper", "inception5b.concat1", "inception5b.branch1,inception5b.branch2,inception5b.branch3,inception5b.branch4")]
    [InlineData("inception-relu", "incep2.concat1", "incep2.branch1x1,incep2.branch5x5_2,incep2.branch3x3_3,incep2.branch_pool")]
    public void Every_branch_can_be_switched_off_exactly(string model, string module, string names)
    {
        var network = Small(model, 32);
        var concat = network.Find(module);
        var weights = Formula.Weights(network);
        var part = network.UpTo(concat);
        var plan = Plan.Compile(part, new PlanOptions { BatchSize = 1 });
        int from = 0;
        foreach (var branch in concat.Inputs)
        {
            plan.SetWeights(Ablation.Without(weights, Ablation.LastLayers(network, branch, concat)).Of(part));
            plan.Infer(Formula.Images(1, network.Input, 5), [0]);
            Assert.All(plan.Output.Slice(from, branch.Shape.Count).ToArray(), y => Assert.Equal(0f, y));
            Assert.Contains(plan.Output.ToArray(), y => y != 0);
            from += branch.Shape.Count;
        }

        Assert.Equal(names.Split(','), BranchContributions.Names(network, concat));
    }

    [Theory]
    [InlineData("resnet18", 8, "layer1.0", "layer2.0", "layer1.0.bn2")]
    [InlineData("resnet50", 16, "layer1.0", "layer4.2", "layer1.0.bn3")]
    [InlineData("resnet20", 9, "layer1.0", "layer3.2", "layer1.0.bn2")]
    public void The_longer_way_is_F_and_the_other_the_shortcut(string model, int count, string first, string another, string last)
    {
        var network = Small(model, 32);
        var sums = BlockContributions.Sums(network);
        Assert.Equal(count, sums.Count);
        Assert.Equal([network.Find(last)], BlockContributions.LastLayers(network, sums[0]));
        Assert.All(sums, sum => Assert.DoesNotContain("downsample", BlockContributions.LastLayers(network, sum)[0].Path));
        Assert.Equal([$"{first}.add1", $"{another}.add1"], sums.Where(s => s.Path.StartsWith(first, StringComparison.Ordinal) || s.Path.StartsWith(another, StringComparison.Ordinal)).Select(s => s.Path));
    }

    [Fact]
    public void Networks_without_such_parts_are_refused()
    {
        var plain = ModelCatalog.Find("plain20").ForClasses(10);
        var options = new ContributionOptions(BuiltInDigits.Test(4), ImageTransform.Mnist);
        Assert.Contains("no module", Assert.ThrowsAny<LanewiseException>(() => BranchContributions.Measure(plain, Weights.Initialize(plain, 1), options, TestContext.Current.CancellationToken)).Message);
        Assert.Contains("no residual block", Assert.ThrowsAny<LanewiseException>(() => BlockContributions.Measure(plain, Weights.Initialize(plain, 1), options, TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void What_cannot_be_switched_off_alone_is_left_out()
    {
        var network = Network.Define("dense", new Shape(1, 8, 8), x =>
        {
            var stem = x.Conv2d("stem", 4, kernelSize: 3, padding: 1);
            var shared = stem.Concat(
                stem.Conv2d("grow", 4, kernelSize: 3, padding: 1).ReLU().MaxPool2d(3, stride: 1, padding: 1),
                x.AvgPool2d(3, stride: 1, padding: 1));
            var twins = shared.Conv2d("left", 4, kernelSize: 1).Add(shared.Conv2d("right", 4, kernelSize: 1));
            return twins.Add(x.Conv2d("last", 4, kernelSize: 1).BatchNorm2d("norm")).Flatten().Linear("fc", 3);
        });
        var join = Assert.Single(BranchContributions.Modules(network));
        Assert.Equal(["grow"], BranchContributions.Names(network, join));
        // The sum of twins has no shortcut; that of twins and another way has, though its layers are several.
        var sum = Assert.Single(BlockContributions.Sums(network));
        Assert.Equal(["right", "left"], BlockContributions.LastLayers(network, sum).Select(n => n.Path));
    }

    [Fact]
    public void The_first_layer_may_lie_in_a_block_and_measuring_can_be_cancelled()
    {
        var network = Network.Define(
            "early",
            new Shape(1, 28, 28),
            x => x.Module("block", m => m.Conv2d("conv", 1, kernelSize: 3, padding: 1).Add(m)).Flatten().Linear("fc", 10));
        var weights = Weights.Initialize(network, 3);
        var options = new ContributionOptions(BuiltInDigits.Test(32), ImageTransform.Mnist);
        var block = Assert.Single(BlockContributions.Measure(network, weights, options, TestContext.Current.CancellationToken).Blocks);
        Assert.Equal("block", block.Name);
        Assert.InRange(block.ShortcutRms, 0.5, 2);
        Assert.InRange(block.Cosine, -1, 1);
        Assert.Throws<OperationCanceledException>(
            () => BlockContributions.Measure(network, weights, options, new CancellationToken(canceled: true)));
    }

    private static Network Small(string model, int side)
    {
        var entry = ModelCatalog.Find(model);
        return entry.Create(new ModelOptions { Classes = 5, Input = new Shape(entry.Transform.Input.Channels, side, side) });
    }

    private static ContributionOptions Options(string model)
    {
        var golden = Golden.Read(model);
        byte[] pixels = Array.ConvertAll(golden["train_images"].Values[..(20 * 28 * 28)], v => (byte)v);
        int[] labels = Array.ConvertAll(golden["labels"].Values, v => (int)v);
        string[] classes = [.. Enumerable.Range(0, 10).Select(i => $"{i}")];
        return new(new MemoryImageDataset("golden", new Shape(1, 28, 28), classes, pixels, labels), ImageTransform.Mnist) { Threads = 1 };
    }

    private static double Top1(Network network, Weights weights)
    {
        var (_, _, source) = GradCamTests.Trained(network.Name);
        var plan = Plan.Compile(network, new PlanOptions { BatchSize = 20 });
        plan.SetWeights(weights);
        plan.Evaluate(source, [.. Enumerable.Range(0, 20)]);
        return plan.Predictions.ToArray().Index().Count(p => p.Item == source.Label(p.Index)) / 20.0;
    }

    private sealed class Steps(List<ContributionProgress> steps) : IProgress<ContributionProgress>
    {
        public void Report(ContributionProgress value) => steps.Add(value);
    }
}
