using Lanewise.Files;

namespace Lanewise.Cli.Tests;

public sealed class FineTuningTests(TrainedRun trained)
{
    [Fact]
    public async Task A_network_is_trained_on_to_another_number_of_classes()
    {
        using var folder = new TemporaryFolder();
        var result = (await CliProgram.RunAsync(
            folder.Path, "train", "residual", "--weights", trained.Run, "--classes", "12", "--dataset", "digits", "--limit-train", "1000", "--limit-test", "200",
            "--epochs", "2", "--opt", "adamw", "--sched", "cosine", "--warmup-epochs", "0.5", "--output", "run")).Ok();
        Assert.Contains("has no fc.weight, fc.bias for 12 classes", result.Error, StringComparison.Ordinal);

        var model = ModelFile.Load(folder["run/model.safetensors"]);
        Assert.Equal(12, model.Network.OutputCount);
        Assert.Equal(["9", "10", "11"], model.Card.Classes.Skip(9));
        Assert.Matches(@"test accuracy [89]\d", result.Out);
        string[] rates = [.. File.ReadAllLines(folder["run/summary.csv"]).Skip(1).Select(line => line.Split(',')[5])];
        Assert.Equal(["0.00080438075", "4.2775696E-06"], rates);

        Assert.Contains("test_accuracy", (await CliProgram.RunAsync(folder.Path, "eval", "run", "--limit-test", "50", "--json")).Ok().Out, StringComparison.Ordinal);
        Assert.Contains("is complete", (await CliProgram.RunAsync(folder.Path, "train", "--resume", "run")).Ok().Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_as_many_classes_everything_is_kept()
    {
        using var folder = new TemporaryFolder();
        var result = (await CliProgram.RunAsync(
            folder.Path, "train", "residual", "--weights", trained.Model, "--dataset", "digits", "--limit-train", "100", "--limit-test", "400",
            "--epochs", "1", "--lr", "1e-6", "--output", "run", "--json")).Ok();
        Assert.DoesNotContain("afresh", result.Error, StringComparison.Ordinal);
        double before = Accuracy(trained.Json), after = Accuracy(result.Out);
        Assert.Equal(before, after, 0.01);

        static double Accuracy(string json) => System.Text.Json.JsonDocument.Parse(json).RootElement.GetProperty("test_accuracy").GetDouble();
    }

    [Fact]
    public async Task A_frozen_body_is_the_same_afterwards()
    {
        using var folder = new TemporaryFolder();
        var result = (await CliProgram.RunAsync(
            folder.Path, "train", "residual", "--weights", trained.Run, "--freeze", "--dataset", "digits", "--limit-train", "200", "--limit-test", "50",
            "--epochs", "1", "--output", "run")).Ok();
        Assert.Contains("only fc.weight, fc.bias will be trained.", result.Error, StringComparison.Ordinal);
        var (before, after) = (ModelFile.Load(trained.Model).Weights, ModelFile.Load(folder["run/model.safetensors"]).Weights);
        Assert.All(after.Tensors, t =>
            Assert.Equal(!t.Name.StartsWith("fc.", StringComparison.Ordinal), t.Values.AsSpan().SequenceEqual(before[t.Name].Values)));
    }

    [Theory]
    [InlineData("residual --classes 5 --weights WEIGHTS", 2, "--classes 5: digits has 10; name at least as many")]
    [InlineData("inception --weights WEIGHTS", 1, "these are not weights of 'inception'")]
    [InlineData("residual --weights no-such-run", 1, "no-such-run")]
    [InlineData("residual --aux", 2, "--aux: residual has no auxiliary classifiers")]
    [InlineData("residual --sched step --min-lr 0.001", 2, "--min-lr: it needs --sched cosine.")]
    public async Task What_does_not_fit_is_refused_and_leaves_nothing(string words, int exitCode, string expected)
    {
        using var folder = new TemporaryFolder();
        string[] arguments = [.. words.Split(' ').Select(word => word == "WEIGHTS" ? trained.Model : word)];
        string error = (await CliProgram.RunAsync(folder.Path, ["train", "--dataset", "digits", .. arguments])).OneError(exitCode);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["runs/residual-1"]));
    }
}
