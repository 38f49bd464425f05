using Lanewise.Engine;
using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>Algorithms chosen by measurement, and what is remembered of it.</summary>
public sealed class TuningTests : IDisposable
{
    private static readonly ConvAxis Three = new(3, 1, 1, 1);
    private readonly string _folder = Directory.CreateTempSubdirectory("lanewise-tuning-").FullName;

    private string File => Path.Combine(_folder, "tuning", "processor.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_measured_algorithm_is_one_of_those_that_are_estimated_to_be_close()
    {
        var kernels = KernelSet.For();
        foreach (var problem in new[] { Problem(16, 16), Problem(16, 16, lanes: true), Problem(12, 8, pools: true) })
        {
            var choice = new Conv2dTuner(kernels, Tuning.Measure, new TuningTable(File)).Choose(problem);
            Assert.Equal(ChoiceReason.Measurement, choice.Reason);
            Assert.Contains(choice.Chosen, choice.Candidates);
            Assert.InRange(choice.Chosen.Cost, 0, 2 * choice.Candidates.Min(candidate => candidate.Cost));
            Assert.True(problem.Epilogue.Pool is null || choice.Chosen.Form is not { AlongRows: true });
        }
    }

    [Fact]
    public void What_was_measured_is_kept_in_a_file_and_not_measured_again()
    {
        var table = new TuningTable(File);
        Assert.Equal("direct", table.Find("shape", _ => true, () => "direct"));
        table.Save();
        Assert.Equal("direct", new TuningTable(File).Find("shape", _ => true, () => throw new InvalidOperationException("measured again")));
        Assert.Equal(["processor.json"], Directory.GetFiles(Path.GetDirectoryName(File)!).Select(Path.GetFileName));
    }

    [Fact]
    public void Two_processes_keep_what_both_measured()
    {
        TuningTable first = new(File), second = new(File);
        first.Find("a", _ => true, () => "direct");
        second.Find("b", _ => true, () => "direct");
        first.Save();
        second.Save();
        var both = new TuningTable(File);
        Assert.All(["a", "b"], (string shape) => Assert.Equal("direct", both.Find(shape, _ => true, () => "measured again")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("""{"version": "0.0.0.1", "algorithms": {"shape": "old"}}""")]
    [InlineData("""{"version": 3, "algorithms": []}""")]
    public void A_broken_file_or_one_of_another_version_counts_as_empty_and_is_replaced(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllText(File, content);
        var table = new TuningTable(File);
        Assert.Equal("new", table.Find("shape", _ => true, () => "new"));
        table.Save();
        Assert.Equal("new", new TuningTable(File).Find("shape", _ => true, () => "other"));
    }

    [Fact]
    public void A_remembered_name_that_no_algorithm_has_is_measured_again()
    {
        var (kernels, table) = (KernelSet.For(), new TuningTable(File));
        var first = new Conv2dTuner(kernels, Tuning.Measure, table).Choose(Problem(16, 16));
        table.Save();
        string text = System.IO.File.ReadAllText(File);
        System.IO.File.WriteAllText(File, text.Replace($"\"{first.Chosen.Name}\"", "\"F(9,9)\"", StringComparison.Ordinal));
        var again = new TuningTable(File);
        Assert.Equal(ChoiceReason.Measurement, new Conv2dTuner(kernels, Tuning.Measure, again).Choose(Problem(16, 16)).Reason);
        again.Save();
        Assert.DoesNotContain("F(9,9)", System.IO.File.ReadAllText(File), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_costs_only_the_next_measurement()
    {
        System.IO.File.WriteAllText(Path.Combine(_folder, "tuning"), "a file where the folder should be");
        var table = new TuningTable(File);
        table.Find("shape", _ => true, () => "direct");
        table.Save();
        Assert.Equal("direct", table.Find("shape", _ => true, () => "other"));
    }

    [Fact]
    public void Estimates_are_not_measured_and_training_takes_the_reference()
    {
        var tuner = new Conv2dTuner(KernelSet.For(), Tuning.Estimate, new TuningTable(File));
        Assert.Equal(ChoiceReason.Estimate, tuner.Choose(Problem(16, 16)).Reason);
        var network = Network.Define("test", new(3, 8, 8), x => x.Conv2d("a", 4, 3));
        var options = new PlanOptions { Training = true, Tuning = Tuning.Measure };
        string message = Assert.Throws<InvalidOptionException>(() => Plan.Compile(network, options)).Message;
        Assert.Contains("training takes the algorithms of Tuning.Reference", message, StringComparison.Ordinal);
        Assert.Equal(Tuning.Reference, (options with { Tuning = Tuning.Estimate }).EffectiveTuning);
    }

    [Fact]
    public void A_tuned_network_gives_the_same_logits_up_to_rounding()
    {
        var network = ModelCatalog.Find("residual").Create(new ModelOptions());
        var weights = Weights.Initialize(network, 1);
        float[] plain = new float[10], tuned = new float[10];
        Infer(Tuning.Reference, plain);
        Infer(Tuning.Measure, tuned);
        Assert.All(plain.Zip(tuned), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));

        void Infer(Tuning tuning, float[] logits)
        {
            var options = new PlanOptions { BatchSize = 1, Tuning = tuning, TuningTable = new TuningTable(File) };
            using var plan = Plan.Compile(network, options);
            plan.SetWeights(weights);
            plan.Infer(TensorSource.Random(1, network.Input.Count, 10), [0]);
            plan.Output.CopyTo(logits);
        }
    }

    private static Conv2dProblem Problem(int inputs, int outputs, bool lanes = false, bool pools = false)
    {
        int width = KernelSet.For().LaneWidth;
        var channels = lanes ? ChannelLanes.Of(inputs, width) : null;
        int planes = channels?.Vectors ?? inputs, written = lanes ? ChannelLanes.Of(outputs, width).Vectors : outputs;
        Planes x = Planes.Lay(planes, 12, 12, 1, 0), y = Planes.Lay(written, 12, 12, 1, 0), half = Planes.Lay(written, 6, 6, 0, 0);
        var axis = PoolAxis.Of(new ConvAxis(2, 2, 0, 0), 12);
        return new(new(inputs, outputs, Three, Three), x, y, new(0, 0))
        {
            Lanes = channels,
            Epilogue = pools ? new() { ReLU = true, Pool = new PoolCall(axis, axis, y, half) } : new() { Add = y },
        };
    }
}
