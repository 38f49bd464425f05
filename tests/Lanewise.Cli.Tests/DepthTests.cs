using System.Text.Json;
using System.Xml.Linq;

namespace Lanewise.Cli.Tests;

public sealed class DepthTests
{
    private static readonly string[] Tables = ["runs.csv", "epochs.csv", "gradients.csv", "depth.json"];

    private static readonly string[] Small =
    [
        "depth", "--depths", "8,14", "--dataset", "digits", "--limit-train", "128", "--limit-test", "64", "--batch-size", "32",
        "--threads", "1",
    ];

    [Fact]
    public async Task A_study_writes_tables_json_and_a_page_and_can_be_killed_stopped_and_resumed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "requires Unix signals");
        using var folder = new TemporaryFolder();
        var whole = (await CliProgram.RunAsync(folder.Path, [.. Small, "--epochs", "2", "--output", "whole", "--json"])).Ok();
        Assert.Contains("4 runs, 2 epochs of 128 images each, 64 test images, writing to whole", whole.Error, StringComparison.Ordinal);
        CheckDocument(whole.Out);
        CheckFiles(folder);

        await InterruptAsync(folder, "KILL", expectedExit: 137, [.. Small, "--epochs", "2", "--output", "parts"]);
        var stopped = await InterruptAsync(folder, "INT", expectedExit: 130, "depth", "--resume", "parts");
        Assert.Matches("stopped after [0-4] of 4 runs; resume with: lanewise depth --resume parts$", stopped.ErrorLines[^1]);
        var resumed = (await CliProgram.RunAsync(folder.Path, "depth", "--resume", "parts", "--threads", "2")).Ok();
        Assert.Contains("Plain: training error ", resumed.Out, StringComparison.Ordinal);
        foreach (string file in Tables)
        {
            Assert.Equal(File.ReadAllText(folder[$"whole/{file}"]), File.ReadAllText(folder[$"parts/{file}"]));
        }

        Assert.Equal(["figures"], Directory.GetDirectories(folder["parts"]).Select(Path.GetFileName));
        Assert.All(Directory.GetFiles(folder["parts/figures"]), figure => Assert.Equal("svg", XElement.Load(figure).Name.LocalName));
        Assert.True(File.Exists(folder["parts/figures/training-error.svg"]));
        var again = (await CliProgram.RunAsync(folder.Path, "depth", "--resume", "parts")).Ok();
        Assert.Equal("parts is complete: 4 runs.", Assert.Single(again.ErrorLines));
        Assert.Equal(resumed.Out, again.Out);
    }

    [Fact]
    public async Task At_start_measures_initial_gradients_and_resume_recovers_from_write_errors()
    {
        using var folder = new TemporaryFolder();
        string[] start = [.. Small, "--at-start", "--no-batch-norm", "--families", "plain"];
        var whole = (await CliProgram.RunAsync(folder.Path, [.. start, "--output", "whole"])).Ok();
        Assert.Matches(@"14 layers at initialization: .* is \d\.?\d*e-\d+ in the plain network\.", whole.Out);
        Assert.Equal(
            ["args.json", "depth.html", "depth.json", "epochs.csv", "figures", "gradients.csv", "runs.csv"],
            Directory.GetFileSystemEntries(folder["whole"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        // Simulates a write error: the arguments exist, but a table cannot be written.
        Directory.CreateDirectory(folder["parts"]);
        File.Copy(folder["whole/args.json"], folder["parts/args.json"]);
        Directory.CreateDirectory(folder["parts/runs.csv"]);
        var failed = await CliProgram.RunAsync(folder.Path, "depth", "--resume", "parts");
        Assert.Matches("runs.csv could not be written: .* resume with: lanewise depth --resume parts$", failed.OneError());
        Directory.Delete(folder["parts/runs.csv"]);
        (await CliProgram.RunAsync(folder.Path, "depth", "--resume", "parts")).Ok();
        Assert.All(Tables, file => Assert.Equal(File.ReadAllText(folder[$"whole/{file}"]), File.ReadAllText(folder[$"parts/{file}"])));

        await AssertDamagedAsync(folder, "args.json", "\"plain\"", "\"plane\"", "There is no family");
        await AssertDamagedAsync(folder, "gradients.csv", "seed1,0,", "seed1,zero,", "line 2 is not a row");
        await AssertDamagedAsync(folder, "gradients.csv", "plain8-seed1,0,linear", "plain8-seed2,0,linear", "are incomplete");
        await AssertDamagedAsync(folder, "epochs.csv", "run,", "name,", "the first line is not");
        File.Delete(folder["parts/epochs.csv"]);
        (await CliProgram.RunAsync(folder.Path, "depth", "--resume", "parts")).AssertError("epochs.csv is missing");
    }

    [Fact]
    public async Task A_diverged_run_is_recorded_and_the_study_continues()
    {
        using var folder = new TemporaryFolder();
        string[] options = ["--epochs", "1", "--no-batch-norm", "--init", "he", "--lr", "1e9", "--families", "residual", "--json"];
        var result = (await CliProgram.RunAsync(folder.Path, [.. Small, .. options])).Ok();
        const string Notice = "residual8-seed1: the loss is no longer finite in epoch 1; the study continues";
        Assert.Contains(Notice, result.Error, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(result.Out);
        Assert.Equal("runs/depth-1", document.RootElement.GetProperty("folder").GetString());
        Assert.All(document.RootElement.GetProperty("runs").EnumerateArray(), run =>
        {
            Assert.Equal("he", run.GetProperty("init").GetString());
            Assert.True(run.GetProperty("diverged").GetBoolean());
            Assert.Equal(JsonValueKind.Null, run.GetProperty("train_error").ValueKind);
            Assert.Equal(JsonValueKind.Null, run.GetProperty("test_error").ValueKind);
        });
        Assert.Equal(2, document.RootElement.GetProperty("runs").GetArrayLength());
    }

    [Fact]
    public async Task Only_folders_of_studies_are_resumed()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("has no args.json", await ErrorAsync("."), StringComparison.Ordinal);
        Assert.Contains("the folder does not exist", await ErrorAsync("nowhere"), StringComparison.Ordinal);
        File.WriteAllText(folder["args.json"], """{ "version": "0.1.0", "command": "lanewise train residual", "model": "residual" }""");
        Assert.Contains("not the arguments of a study", await ErrorAsync("."), StringComparison.Ordinal);

        async Task<string> ErrorAsync(string path) => (await CliProgram.RunAsync(folder.Path, "depth", "--resume", path)).OneError();
    }

    /// <summary>Waits for a new checkpoint, then sends the signal.</summary>
    private static async Task<CliResult> InterruptAsync(TemporaryFolder folder, string signal, int expectedExit, params string[] arguments)
    {
        var start = DateTime.UtcNow;
        using var program = CliProgram.Start(folder.Path, arguments);
        while (!HasNewCheckpoint())
        {
            Assert.False(program.HasExited);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        program.Signal(signal);
        var result = await program.EndAsync();
        Assert.Equal(expectedExit, result.ExitCode);
        return result;

        bool HasNewCheckpoint() => Directory.Exists(folder["parts"]) && Directory
            .GetFiles(folder["parts"], "checkpoint.safetensors", SearchOption.AllDirectories)
            .Any(file => File.GetLastWriteTimeUtc(file) > start);
    }

    private static async Task AssertDamagedAsync(TemporaryFolder folder, string file, string good, string bad, string expected)
    {
        string text = File.ReadAllText(folder[$"parts/{file}"]);
        Assert.Contains(good, text, StringComparison.Ordinal);
        File.WriteAllText(folder[$"parts/{file}"], text.Replace(good, bad, StringComparison.Ordinal));
        (await CliProgram.RunAsync(folder.Path, "depth", "--resume", "parts")).AssertError(expected);
        File.WriteAllText(folder[$"parts/{file}"], text);
    }

    private static void CheckDocument(string text)
    {
        using var document = JsonDocument.Parse(text);
        var json = document.RootElement;
        Assert.Equal("digits", json.GetProperty("dataset").GetString());
        Assert.True(json.GetProperty("complete").GetBoolean());
        JsonElement[] runs = [.. json.GetProperty("runs").EnumerateArray()];
        Assert.Equal(
            ["plain 8", "residual 8", "plain 14", "residual 14"],
            runs.Select(r => $"{r.GetProperty("family").GetString()} {r.GetProperty("depth").GetInt32()}"));
        foreach (var run in runs)
        {
            int depth = run.GetProperty("depth").GetInt32();
            Assert.True(run.GetProperty("batch_norm").GetBoolean());
            Assert.Equal(1, run.GetProperty("seed").GetInt32());
            Assert.InRange(run.GetProperty("train_error").GetDouble(), 0, 1);
            Assert.InRange(run.GetProperty("test_error").GetDouble(), 0, 1);
            Assert.Equal(2, run.GetProperty("epochs").GetArrayLength());
            Assert.Equal(run.GetProperty("epochs")[1].GetProperty("train_error").GetDouble(), run.GetProperty("train_error").GetDouble());
            Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], run.GetProperty("steps").EnumerateArray().Select(s => s.GetInt32()));
            foreach (string list in (string[])["layers", "gradient_norms", "gradient_norms_at_start", "zero_share", "zero_share_at_start"])
            {
                Assert.Equal(depth, run.GetProperty(list).GetArrayLength());
            }

            var atStart = run.GetProperty("gradient_norms_at_start");
            Assert.Equal(run.GetProperty("first_to_last_at_start").GetDouble(), atStart[0].GetDouble() / atStart[depth - 1].GetDouble());
        }
    }

    private static void CheckFiles(TemporaryFolder folder)
    {
        Assert.Equal(5, File.ReadAllLines(folder["whole/runs.csv"]).Length);
        Assert.Equal(1 + 4 * 2, File.ReadAllLines(folder["whole/epochs.csv"]).Length);
        Assert.Equal(1 + 2 * (8 + 14) * 8, File.ReadAllLines(folder["whole/gradients.csv"]).Length);
        string page = File.ReadAllText(folder["whole/depth.html"]);
        var html = XElement.Parse(page.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));
        Assert.Contains("Training error by epoch", html.Descendants("figcaption").Select(c => c.Value));
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
    }
}
