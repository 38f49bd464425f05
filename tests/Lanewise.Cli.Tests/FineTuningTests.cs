using System.Text.Json;
using Lanewise.Files;

namespace Lanewise.Cli.Tests;

public sealed class FineTuningTests(TrainedRun trained)
{
    [Fact]
    public async Task A_model_is_fine_tuned_to_another_number_of_classes()
    {
        using var folder = new TemporaryFolder();
        var result = (await CliProgram.RunAsync(
            folder.Path, "train", "residual", "--weights", trained.Run, "--classes", "12",
            "--dataset", "digits", "--limit-train", "1000", "--limit-test", "200",
            "--epochs", "2", "--opt", "adamw", "--sched", "cosine", "--warmup-epochs", "0.5", "--output", "run")).Ok();
        Assert.Contains("has no fc.weight, fc.bias for 12 classes; re-initialized.", result.Error, StringComparison.Ordinal);

        var model = ModelFile.Load(folder["run/model.safetensors"]);
        Assert.Equal(12, model.Network.OutputCount);
        Assert.Equal(["9", "10", "11"], model.Card.Classes.Skip(9));
        Assert.Matches(@"test accuracy [89]\d", result.Out);
        string[] rates = [.. File.ReadAllLines(folder["run/summary.csv"]).Skip(1).Select(line => line.Split(',')[5])];
        Assert.Equal(["0.00080438075", "4.2775696E-06"], rates);

        var eval = (await CliProgram.RunAsync(folder.Path, "eval", "run", "--limit-test", "50", "--json")).Ok();
        Assert.Contains("test_accuracy", eval.Out, StringComparison.Ordinal);
        var resumed = (await CliProgram.RunAsync(folder.Path, "train", "--resume", "run")).Ok();
        Assert.Contains("is complete", resumed.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_weights_are_kept_if_the_number_of_classes_is_the_same()
    {
        using var folder = new TemporaryFolder();
        var result = (await CliProgram.RunAsync(
            folder.Path, "train", "residual", "--weights", trained.Model,
            "--dataset", "digits", "--limit-train", "100", "--limit-test", "400",
            "--epochs", "1", "--lr", "1e-6", "--output", "run", "--json")).Ok();
        Assert.DoesNotContain("re-initialized", result.Error, StringComparison.Ordinal);
        double before = Accuracy(trained.Json), after = Accuracy(result.Out);
        Assert.Equal(before, after, 0.01);

        static double Accuracy(string json) => JsonDocument.Parse(json).RootElement.GetProperty("test_accuracy").GetDouble();
    }

    [Fact]
    public async Task Freeze_trains_only_the_last_linear_layer()
    {
        using var folder = new TemporaryFolder();
        var result = (await CliProgram.RunAsync(
            folder.Path, "train", "residual", "--weights", trained.Run, "--freeze",
            "--dataset", "digits", "--limit-train", "200", "--limit-test", "50",
            "--epochs", "1", "--output", "run")).Ok();
        Assert.Contains("training only fc.weight, fc.bias.", result.Error, StringComparison.Ordinal);
        var (before, after) = (ModelFile.Load(trained.Model).Weights, ModelFile.Load(folder["run/model.safetensors"]).Weights);
        Assert.All(after.Tensors, t =>
            Assert.Equal(!t.Name.StartsWith("fc.", StringComparison.Ordinal), t.Values.AsSpan().SequenceEqual(before[t.Name].Values)));
    }

    [Theory]
    [InlineData("residual --classes 5 --weights WEIGHTS", 2, "--classes 5: digits has 10 classes; specify at least as many")]
    [InlineData("inception --weights WEIGHTS", 1, "these are not weights of 'inception'")]
    [InlineData("residual --weights no-such-run", 1, "no-such-run")]
    [InlineData("residual --aux", 2, "--aux: residual has no auxiliary classifiers")]
    [InlineData("residual --sched step --min-lr 0.001", 2, "--min-lr requires --sched cosine or plateau.")]
    public async Task Contradictions_are_rejected_and_leave_no_run_folder(string words, int exitCode, string expected)
    {
        using var folder = new TemporaryFolder();
        string[] arguments = [.. words.Split(' ').Select(word => word == "WEIGHTS" ? trained.Model : word)];
        string error = (await CliProgram.RunAsync(folder.Path, ["train", "--dataset", "digits", .. arguments])).OneError(exitCode);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["runs/residual-1"]));
    }
}
