using System.Globalization;
using System.Text.RegularExpressions;
using Lanewise.Files;

namespace Lanewise.Cli.Tests;

public sealed class InterruptTests
{
    private static readonly string[] Settings =
        ["train", "residual", "--dataset", "digits", "--limit-train", "6000", "--limit-test", "200", "--threads", "1", "--seed", "3"];

    [Fact]
    public async Task A_run_stopped_within_an_epoch_and_resumed_writes_the_same_bytes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "requires Unix signals");
        using var folder = new TemporaryFolder();
        (await CliProgram.RunAsync(folder.Path, [.. Settings, "--output", "whole", "--epochs", "3"])).Ok();

        using (var program = CliProgram.Start(folder.Path, [.. Settings, "--output", "parts", "--epochs", "2"]))
        {
            await UntilAsync(() => File.Exists(folder["parts/summary.csv"]), program);
            await Task.Delay(150, TestContext.Current.CancellationToken);
            program.Signal("INT");
            var stopped = await program.EndAsync();
            Assert.Equal(130, stopped.ExitCode);
            var where = Regex.Match(
                stopped.ErrorLines[^1], @"^stopped after step (\d+) of epoch 2; resume with: lanewise train --resume parts$");
            Assert.True(where.Success, stopped.Error);
            Assert.InRange(int.Parse(where.Groups[1].Value, CultureInfo.InvariantCulture), 1, 93);
        }

        (await CliProgram.RunAsync(folder.Path, "train", "--resume", "parts", "--epochs", "3")).Ok();
        foreach (string file in (string[])["model.safetensors", "gradients.csv"])
        {
            Assert.Equal(await ReadAsync(folder[$"whole/{file}"]), await ReadAsync(folder[$"parts/{file}"]));
        }

        // The metadata of the checkpoint has the times of the epochs.
        var (whole, parts) = (Tensors("whole"), Tensors("parts"));
        Assert.Equal(whole.Select(tensor => tensor.Name), parts.Select(tensor => tensor.Name));
        Assert.All(whole.Zip(parts), pair => Assert.Equal(pair.First.Values, pair.Second.Values));

        Assert.Equal(WithoutTimes(folder["whole/summary.csv"]), WithoutTimes(folder["parts/summary.csv"]));
        var again = (await CliProgram.RunAsync(folder.Path, "train", "--resume", "parts")).Ok();
        Assert.StartsWith("parts is complete: ", again.Out, StringComparison.Ordinal);

        IReadOnlyList<Tensor> Tensors(string run) => Safetensors.Read(folder[$"{run}/checkpoint.safetensors"]).Tensors;
    }

    [Fact]
    public async Task A_run_stopped_in_the_first_epoch_has_a_checkpoint_but_no_model()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "requires Unix signals");
        using var folder = new TemporaryFolder();
        using var program = CliProgram.Start(folder.Path, "train", "residual", "--dataset", "digits", "--output", "run", "--threads", "1");
        // The number of images is written just before training starts.
        string arguments = folder["run/args.json"];
        await UntilAsync(() => File.Exists(arguments) && File.ReadAllText(arguments).Contains("60000", StringComparison.Ordinal), program);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        program.Signal("TERM");
        Assert.Equal(143, (await program.EndAsync()).ExitCode);
        Assert.True(File.Exists(folder["run/checkpoint.safetensors"]));
        Assert.False(File.Exists(folder["run/model.safetensors"]));
        var eval = await CliProgram.RunAsync(folder.Path, "eval", "run");
        eval.AssertError("the folder has no model.safetensors");
    }

    private static async Task UntilAsync(Func<bool> condition, CliProgram program)
    {
        while (!condition())
        {
            Assert.False(program.HasExited);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private static Task<byte[]> ReadAsync(string path) => File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);

    private static string[] WithoutTimes(string summary) =>
        [.. File.ReadAllLines(summary).Select(line => string.Join(',', line.Split(',').Take(6)))];
}
