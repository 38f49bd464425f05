using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lanewise.Cli.Tests;

/// <summary>The receipt of a run, and <c>lanewise verify</c>.</summary>
public sealed class VerifyTests(VerifyTests.KeptRun kept) : IClassFixture<VerifyTests.KeptRun>
{
    [Fact]
    public void The_receipt_has_a_row_for_the_start_each_epoch_and_some_steps()
    {
        var rows = Receipt(kept.Folder["run/receipt.json"])["rows"]!.AsArray();
        Assert.Equal([0, 4, 5, 8, 10, 12, 15, 16, 20], rows.Select(row => (int)row!["step"]!));
        Assert.Equal([0, 0, 1, 1, 2, 2, 3, 3, 4], rows.Select(row => (int)row!["epoch"]!));
        Assert.Equal(rows.Count, rows.Select(row => (string)row!["chain"]!).Distinct().Count());
        Assert.Equal(["epoch-0002.safetensors", "epoch-0004.safetensors"],
            Directory.GetFiles(kept.Folder["run/checkpoints"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_run_is_verified_at_another_lane_width_and_number_of_threads()
    {
        using var folder = kept.Copy();
        var result = (await CliProgram.RunAtAsync(4, folder.Path, "verify", "run", "--threads", "3")).Ok();
        Assert.EndsWith(
            "model.safetensors has the weights of step 20.\n"
            + "run is verified: 9 rows of its receipt were trained again, with the same bits.\n", result.Out, StringComparison.Ordinal);
        Assert.Equal(9, result.Out.Split("  same").Length - 1);
        // The run is as it was.
        Assert.Equal(File.ReadAllBytes(kept.Folder["run/args.json"]), File.ReadAllBytes(folder["run/args.json"]));
        Assert.Equal(Directory.GetFiles(kept.Folder["run"]).Length, Directory.GetFiles(folder["run"]).Length);
    }

    [Fact]
    public async Task Segments_start_from_kept_checkpoints()
    {
        var result = (await CliProgram.RunAsync(kept.Folder.Path, "verify", "run", "--segments", "5", "--json")).Ok();
        using var json = JsonDocument.Parse(result.Out);
        Assert.True(json.RootElement.GetProperty("verified").GetBoolean());
        Assert.Equal(0, json.RootElement.GetProperty("unchecked").GetInt32());
        var checks = json.RootElement.GetProperty("checks").EnumerateArray().ToArray();
        Assert.Equal([0, 4, 5, 8, 10, 10, 12, 15, 16, 20], checks.Select(check => check.GetProperty("step").GetInt32()));
        Assert.Equal([1, 1, 1, 1, 1, 2, 2, 2, 2, 2], checks.Select(check => check.GetProperty("segment").GetInt32()));

        result = (await CliProgram.RunAsync(kept.Folder.Path, "verify", "run", "--segments", "1", "--seed", "3")).Ok();
        Assert.Matches("5 rows of its receipt were trained again, with the same bits; 4 other rows were not trained again .--seed 3.", result.Out);
    }

    [Fact]
    public async Task Another_training_is_found_at_its_first_row()
    {
        using var folder = kept.Copy();
        var arguments = JsonNode.Parse(File.ReadAllText(folder["run/args.json"]))!.AsObject();
        arguments["lr"] = 0.021;
        File.WriteAllText(folder["run/args.json"], arguments.ToJsonString());
        var result = await CliProgram.RunAsync(folder.Path, "verify", "run");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("run is not verified: the weights differ at step 4; up to the row before it", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kept_checkpoint_that_was_changed_is_found_at_once()
    {
        using var folder = kept.Copy();
        File.Copy(folder["run/checkpoints/epoch-0004.safetensors"], folder["run/checkpoints/epoch-0002.safetensors"], overwrite: true);
        var result = await CliProgram.RunAsync(folder.Path, "verify", "run", "--segments", "2");
        result.AssertError("epoch-0002.safetensors: not the checkpoint after epoch 2");
    }

    [Fact]
    public async Task Another_model_is_found()
    {
        using var folder = kept.Copy();
        byte[] model = File.ReadAllBytes(folder["run/model.safetensors"]);
        model[^1] ^= 1;
        File.WriteAllBytes(folder["run/model.safetensors"], model);
        var result = await CliProgram.RunAsync(folder.Path, "verify", "run");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("model.safetensors has weights that the receipt does not know.", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_data_is_refused()
    {
        using var folder = kept.Copy();
        var receipt = Lanewise.Workflows.Receipt.Load(folder["run/receipt.json"]);
        Assert.Null(receipt.FirstBroken());
        var other = await CliProgram.RunAsync(folder.Path, "verify", "run", "--dataset", "mnist", "--data-dir", ".");
        other.AssertError("mnist");
    }

    [Theory]
    [InlineData("weights", "the row of step 5 does not follow from those before it: the file was changed")]
    [InlineData("chain", "the row of step 5 does not follow from those before it: the file was changed")]
    public async Task A_changed_receipt_is_refused(string key, string expected)
    {
        using var folder = kept.Copy();
        var receipt = Receipt(folder["run/receipt.json"]);
        receipt["rows"]![2]![key] = new string('0', 64);
        File.WriteAllText(folder["run/receipt.json"], receipt.ToJsonString());
        (await CliProgram.RunAsync(folder.Path, "verify", "run")).AssertError(expected);
    }

    [Fact]
    public async Task Missing_and_damaged_receipts_are_errors()
    {
        using var folder = kept.Copy();
        File.WriteAllText(folder["run/receipt.json"], "{ }");
        (await CliProgram.RunAsync(folder.Path, "verify", "run")).AssertError("not the receipt of a run");
        File.Delete(folder["run/receipt.json"]);
        (await CliProgram.RunAsync(folder.Path, "verify", "run")).AssertError("the run has no receipt.json");
        (await CliProgram.RunAsync(folder.Path, "verify", "elsewhere")).AssertError("the folder does not exist");
        Directory.Delete(folder["run/checkpoints"], recursive: true);
        File.Copy(kept.Folder["run/receipt.json"], folder["run/receipt.json"]);
        (await CliProgram.RunAsync(folder.Path, "verify", "run", "--segments", "2")).AssertError("the run kept no checkpoints (--keep-checkpoints");
    }

    [Fact]
    public async Task A_resumed_run_has_the_receipt_of_an_uninterrupted_one()
    {
        using var folder = new TemporaryFolder();
        (await CliProgram.RunAsync(folder.Path, KeptRun.Arguments("2"))).Ok();
        // As after a crash: rows that the checkpoint does not have.
        var receipt = Receipt(folder["run/receipt.json"]);
        receipt["rows"]!.AsArray().Add(receipt["rows"]![0]!.DeepClone());
        File.WriteAllText(folder["run/receipt.json"], receipt.ToJsonString());
        (await CliProgram.RunAsync(folder.Path, "train", "--resume", "run", "--epochs", "4")).Ok();
        Assert.Equal(File.ReadAllText(kept.Folder["run/receipt.json"]), File.ReadAllText(folder["run/receipt.json"]));
    }

    private static JsonObject Receipt(string path) => JsonNode.Parse(File.ReadAllText(path))!.AsObject();

    /// <summary>A run of four epochs of five steps, which kept two checkpoints.</summary>
    public sealed class KeptRun : IAsyncLifetime
    {
        internal TemporaryFolder Folder { get; } = new();

        internal static string[] Arguments(string epochs) =>
        [
            "train", "residual", "--dataset", "digits", "--limit-train", "160", "--limit-test", "32", "--batch-size", "32", "--lr", "0.02",
            "--threads", "1", "--epochs", epochs, "--receipt-steps", "4", "--keep-checkpoints", "2", "--output", "run",
        ];

        public async ValueTask InitializeAsync() => (await CliProgram.RunAsync(Folder.Path, Arguments("4"))).Ok();

        public ValueTask DisposeAsync()
        {
            Folder.Dispose();
            return ValueTask.CompletedTask;
        }

        internal TemporaryFolder Copy()
        {
            var copy = new TemporaryFolder();
            foreach (string file in Directory.GetFiles(Folder["run"], "*", SearchOption.AllDirectories))
            {
                string to = copy[Path.GetRelativePath(Folder.Path, file)];
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(file, to);
            }

            return copy;
        }
    }
}
