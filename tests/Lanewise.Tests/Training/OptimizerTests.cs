using Lanewise.Engine;
using Lanewise.Kernels;
using Lanewise.Tests.Engine;
using Xunit;

namespace Lanewise.Tests.Training;

public sealed class OptimizerTests
{
    public static TheoryData<int> Widths => [.. KernelSet.Widths];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Ten_steps_of_AdamW_with_warm_up_and_cosine_are_PyTorchs(int width) =>
        AssertTenSteps(width, new AdamW(0.002, weightDecay: 0.05), "");

    [Theory]
    [MemberData(nameof(Widths))]
    public void Ten_steps_of_RMSprop_with_warm_up_and_cosine_are_PyTorchs(int width) =>
        AssertTenSteps(width, new RMSprop(0.001, alpha: 0.9, eps: 0.0316, weightDecay: 0.01, momentum: 0.9), "rmsprop.");

    [Theory]
    [MemberData(nameof(Widths))]
    public void Ten_steps_of_Muon_with_warm_up_and_cosine_are_those_of_its_formulas(int width) =>
        AssertTenSteps(width, new Muon(0.002, weightDecay: 0.05), "muon.");

    [Fact]
    public void Muon_makes_every_convolution_without_groups_orthogonal_also_those_of_more_outputs_than_inputs()
    {
        var network = Network.Define("net", new Shape(2, 8, 8), x => x
            .Conv2d("tall", 37, kernelSize: 3).ReLU().Conv2d("square", 37, kernelSize: 1).ReLU().Conv2d("grouped", 74, kernelSize: 3, groups: 37)
            .ReLU().Flatten().Linear("head", 5));
        var optimizer = new Muon(0.01, weightDecay: 0.1);
        var groups = ParameterGroups.Of(network, new TrainingOptions { Optimizer = optimizer });
        Assert.Equal(
            ["tall.weight", "square.weight"],
            network.Parameters.Select(p => p.Name).Where(name => groups.MatrixIndexOf(name) is not null));
        using var plan = Plan.Compile(network, new PlanOptions { BatchSize = 8, Threads = 2, Training = true });
        var weights = Weights.Initialize(network, 3);
        plan.SetWeights(weights);
        plan.ComputeGradients(
            new TensorSource([.. Kernels.Volume.Randoms(8 * 128, 4).Select(v => (float)v)], [0, 1, 2, 3, 4, 0, 1, 2]), [.. Enumerable.Range(0, 8)]);
        var gradients = plan.Gradients();
        plan.Apply(new OptimizerWork(plan.AllocateLikeWeights(), plan.AllocateLikeWeights())
        {
            Steps = [.. Enumerable.Range(0, groups.Count).Select(group => groups.StepAt(group, 0.01, 1))],
            Step = groups.StepAt(0, 0.01, 1),
            Ranges = plan.RangesOf(groups.IndexOf),
            Matrices = plan.MatricesOf(groups.MatrixIndexOf),
        });
        foreach (string name in (string[])["tall.weight", "square.weight"])
        {
            int columns = weights[name].Values.Length / 37;
            double[,] direction = Kernels.NewtonSchulzTests.Orthogonal(gradients[name].Values, 37, columns);
            double rate = 0.01 * 0.2 * Math.Sqrt(37);
            double[] expected = [.. weights[name].Values.Select((w, i) =>
                (1 - 0.01 * 0.1) * w - rate * direction[i / columns, i % columns])];
            Compare.Close(name, expected, plan.GetWeights()[name].Values, 1e-4);
        }
    }

    private static void AssertTenSteps(int width, Optimizer optimizer, string prefix)
    {
        const int Batch = 64, Steps = 10;
        var (golden, recipe) = (Golden.Read("residual"), Golden.Read("recipes"));
        var network = Residual.Create();
        var plan = Plan.Compile(
            network,
            new PlanOptions { BatchSize = Batch, LaneWidth = width, Threads = 2, Training = true, Algorithm = Conv2dAlgorithm.Direct });
        plan.SetWeights(Weights.Match(network, golden.Below("weights"), "residual"));
        var source = new TensorSource(
            Array.ConvertAll(golden["train_images"].Values, v => (v / 255f - 0.1307f) / 0.3081f), golden["train_labels"].Values);
        double scale = optimizer.LearningRate / 0.002;
        var schedule = new CosineAnnealingLR { WarmupEpochs = 0.3 };
        var groups = ParameterGroups.Of(network, new TrainingOptions { Optimizer = optimizer });
        var update = new OptimizerWork(plan.AllocateLikeWeights(), plan.AllocateLikeWeights())
        {
            Steps = new OptimizerStep[groups.Count],
            Step = groups.StepAt(0, 0, 1),
            Ranges = plan.RangesOf(groups.IndexOf),
            Matrices = plan.MatricesOf(groups.MatrixIndexOf),
        };
        for (int step = 0; step < Steps; step++)
        {
            double rate = schedule.RateAt(optimizer.LearningRate, (double)step / Steps, epochs: 1);
            Assert.Equal(scale * recipe["rates"].Values[step], rate, 1e-9);
            for (int group = 0; group < groups.Count; group++)
            {
                update.Steps[group] = groups.StepAt(group, rate, step + 1);
            }

            plan.ComputeGradients(source, [.. Enumerable.Range(step * Batch, Batch)]);
            Assert.Equal(recipe[prefix + "losses"].Values[step], plan.Losses.ToArray().Average(), 1e-4);
            plan.Apply(update);
        }

        var trained = plan.GetWeights();
        Assert.All(recipe.Below(prefix + "trained"), t => Compare.Close($"trained {t.Name}", t.Values, trained[t.Name].Values, 1e-4));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Only_the_first_floats_are_updated(int width)
    {
        const int Length = 4096 * 2 + 64, Trained = 4096 + 32;
        foreach (Optimizer optimizer in (Optimizer[])[new Sgd(0.1, 0.9), new AdamW(0.1), new RMSprop(0.1, alpha: 0)])
        {
            LaneMemory[] state = [.. optimizer.StateNames.Select(_ => new LaneMemory(Length))];
            var (weights, slots) = (new LaneMemory(Length), new[] { new LaneMemory(Length), new LaneMemory(Length) });
            Array.ForEach(slots, slot => slot.Slice(0, Length).Fill(1));
            var update = new OptimizerWork(state) { Step = optimizer.StepAt(0.1, 1) };
            update.Run(Workers.For(2), KernelSet.For(width), weights, slots, Trained, Trained);
            Assert.All(weights.Slice(0, Trained).ToArray(), w => Assert.InRange(w, -0.21f, -0.09f));
            Assert.All(weights.Slice(Trained, Length - Trained).ToArray(), w => Assert.Equal(0, w));
            Assert.All(slots, slot => Assert.Equal(0, slot.Slice(0, Trained).ToArray().Max()));
            Assert.All(state, s => Assert.Equal(0, s.Slice(Trained, Length - Trained).ToArray().Max()));
        }
    }

    [Fact]
    public void AdamWs_first_step_goes_by_the_rate_against_each_gradients_sign()
    {
        var (weights, slot) = (new LaneMemory(16), new LaneMemory(16));
        weights.Slice(0, 16).Fill(2);
        slot.Slice(0, 8).Fill(1e-3f);
        slot.Slice(8, 8).Fill(-50);
        var update = new OptimizerWork(new LaneMemory(16), new LaneMemory(16)) { Step = new AdamW(weightDecay: 0.5).StepAt(0.01, 1) };
        update.Run(Workers.For(1), KernelSet.For(), weights, [slot], 16, 16);
        // 2 · (1 − 0.01 · 0.5) ∓ 0.01: the decay has no part in the averages.
        Assert.All(weights.Slice(0, 8).ToArray(), w => Assert.Equal(1.98, w, 1e-5));
        Assert.All(weights.Slice(8, 8).ToArray(), w => Assert.Equal(2.00, w, 1e-5));
    }

    [Fact]
    public void Values_out_of_range_are_refused()
    {
        (Optimizer Optimizer, string Named)[] wrong =
        [
            (new AdamW(0), "learning rate 0"),
            (new AdamW(float.NaN), "learning rate NaN"),
            (new AdamW(float.PositiveInfinity), "learning rate"),
            (new AdamW(beta1: 1), "beta1 1"),
            (new AdamW(beta2: -0.1), "beta2 -0.1"),
            (new AdamW(eps: 0), "eps 0"),
            (new AdamW(eps: 1e-60), "eps 1E-60"),
            (new AdamW(weightDecay: -1), "weight decay -1"),
            (new RMSprop(alpha: 1), "alpha 1"),
            (new RMSprop(eps: 0), "eps 0"),
            (new RMSprop(momentum: 1), "momentum 1"),
            (new RMSprop(weightDecay: -1), "weight decay -1"),
            (new Muon(momentum: 1), "momentum 1"),
            (new Muon(weightDecay: -1), "weight decay -1"),
        ];
        foreach (var (optimizer, named) in wrong)
        {
            var e = Assert.ThrowsAny<LanewiseException>(
                () => new Trainer(Residual.Create(), new TrainingOptions { Optimizer = optimizer }));
            Assert.StartsWith(named, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Optimizers_of_equal_values_are_equal() => Assert.Equal<Optimizer>(new AdamW(), new AdamW());
}
