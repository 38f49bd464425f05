using System.Globalization;
using System.Text.Json;
using Lanewise.Imaging;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>The metrics of <c>lanewise eval</c> and its table of images.</summary>
public sealed class EvalMetricsTests(TrainedRun trained) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_table_has_a_row_for_each_image_from_which_the_metrics_follow()
    {
        var result = (await EvalAsync("--limit-test", "400", "--csv", _folder["images.csv"], "--json")).Ok();
        var json = JsonDocument.Parse(result.Out).RootElement;
        string[][] rows = Rows("images.csv");
        Assert.Equal(["image", "label", "prediction", "probability", "loss", "correct"], rows[0]);
        rows = rows[1..];
        Assert.Equal(Enumerable.Range(0, 400).Select(i => i.ToString(CultureInfo.InvariantCulture)), rows.Select(row => row[0]));
        Assert.All(rows, row => Assert.Equal(row[1] == row[2] ? "1" : "0", row[5]));
        Assert.Equal(json.GetProperty("correct").GetInt32(), rows.Count(row => row[5] == "1"));
        Assert.Equal(json.GetProperty("test_loss").GetDouble(), rows.Average(row => Number(row[4])), 9);
        // The loss of a correct image is that of its probability.
        Assert.All(rows.Where(row => row[5] == "1"), row => Assert.Equal(-Math.Log(Number(row[3])), Number(row[4]), 5));

        string[] classes = [.. json.GetProperty("per_class").EnumerateArray().Select(c => c.GetProperty("class").GetString()!)];
        var scores = classes.Select(c => (
            Hits: rows.Count(row => row[1] == c && row[2] == c),
            Labels: rows.Count(row => row[1] == c),
            Answers: rows.Count(row => row[2] == c)));
        Assert.Equal(json.GetProperty("macro_f1").GetDouble(), scores.Average(s => 2.0 * s.Hits / (s.Labels + s.Answers)), 9);
        Assert.Equal(json.GetProperty("balanced_accuracy").GetDouble(), scores.Average(s => (double)s.Hits / s.Labels), 9);
        var bins = rows.GroupBy(row => Math.Ceiling(Number(row[3]) * 15));
        double error = bins.Sum(bin => Math.Abs(bin.Sum(row => Number(row[5])) - bin.Sum(row => Number(row[3])))) / rows.Length;
        Assert.Equal(json.GetProperty("calibration_error").GetDouble(), error, 9);
        Assert.Equal(400, json.GetProperty("reliability").EnumerateArray().Sum(bin => bin.GetProperty("count").GetInt32()));
        Assert.InRange(json.GetProperty("top5").GetDouble(), json.GetProperty("test_top1").GetDouble(), 1);
    }

    [Fact]
    public async Task The_metrics_are_two_lines_of_text()
    {
        var result = (await EvalAsync("--limit-test", "100")).Ok();
        Assert.Matches(@"\ntop-5 accuracy \d+\.\d\d %\nmacro F1 \d+\.\d\d %, balanced accuracy \d+\.\d\d %, ", result.Out);
        Assert.Matches(@", calibration error \d+\.\d\d %\n", result.Out);
    }

    [Fact]
    public async Task A_table_that_cannot_be_written_is_known_before_the_evaluation()
    {
        var result = await EvalAsync("--csv", _folder["nowhere/images.csv"]);
        result.AssertError("nowhere");
        Assert.Empty(result.Out);
    }

    [Fact]
    public async Task The_images_that_a_model_was_trained_on_are_the_split_train()
    {
        WritePhotos("lying", "upright");
        var settings = new TrainSettings
        {
            Model = "residual",
            Dataset = _folder["photos"],
            Epochs = 1,
            BatchSize = 8,
            Threads = 1,
            Seed = 3,
            ValSplit = "0.3",
        };
        await TrainingJob.Create(settings, _folder["run"]).RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        string[] trainedOn = await FilesAsync("train"), heldOut = await FilesAsync("val");
        Assert.Equal(14, trainedOn.Length);
        Assert.Equal(6, heldOut.Length);
        Assert.Equal(
            ["lying/0.png", "lying/1.png"], trainedOn.Concat(heldOut).Order(StringComparer.Ordinal).Take(2));
        Assert.Equal(20, trainedOn.Concat(heldOut).Distinct().Count());
    }

    private async Task<string[]> FilesAsync(string split)
    {
        var source = new DataSource { Split = split };
        var options = new EvaluationOptions { Threads = 1 };
        var job = new EvaluationJob(TrainedModel.Load(_folder["run"]), source, options) { Table = _folder[split + ".csv"] };
        var result = await job.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        string[][] rows = Rows(split + ".csv");
        Assert.Equal("file", rows[0][0]);
        Assert.Equal(result.Evaluation.Total, rows.Length - 1);
        return [.. rows[1..].Select(row => row[0])];
    }

    /// <summary>Writes ten images of each class.</summary>
    private void WritePhotos(params string[] classes)
    {
        foreach (var (label, name) in classes.Index())
        {
            Directory.CreateDirectory(_folder[$"photos/{name}"]);
            for (int i = 0; i < 10; i++)
            {
                byte[] pixels = [.. Enumerable.Range(0, 28 * 28).Select(p => (byte)(p * (label + 1) / 4 % 200 + i))];
                ImageWriter.Write(_folder[$"photos/{name}/{i}.png"], new Shape(1, 28, 28), pixels);
            }
        }
    }

    private Task<CliResult> EvalAsync(params string[] options) =>
        CliProgram.RunAsync(_folder.Path, ["eval", trained.Run, "--threads", "1", .. options]);

    private string[][] Rows(string file) =>
        [.. File.ReadAllText(_folder[file]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split(','))];

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
