using System.Text.Json;
using Lanewise.Imaging;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary><c>lanewise find-lr</c> and <see cref="FindLearningRateJob"/>.</summary>
public sealed class FindLearningRateTests
{
    private static readonly TrainSettings Digits = new() { Model = "residual", Dataset = "digits", Threads = 1 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_curve_falls_and_rises_the_same_at_any_number_of_threads()
    {
        var range = new LearningRateRange(1e-5, 10, 300);
        var one = await FindLearningRateJob.Create(Digits, range).RunAsync(null, Token);
        var two = await FindLearningRateJob.Create(Digits with { Threads = 2 }, range).RunAsync(null, Token);
        Assert.Equal(one.Curve.Points, two.Curve.Points);
        Assert.Equal(1e-5, one.Curve.Points[0].LearningRate, 1e-12);
        Assert.InRange(one.Curve.Points[0].Loss, 2.0, 2.7);
        Assert.InRange(one.Curve.Suggestion!.Value, 0.003, 0.2);
        Assert.True(one.Curve.Suggested < one.Curve.Minimum);
        Assert.Equal(two.Curve.Suggestion, one.Curve.Suggestion);
        var other = await FindLearningRateJob.Create(Digits with { Seed = 2 }, range).RunAsync(null, Token);
        Assert.NotEqual(one.Curve.Points[0].Loss, other.Curve.Points[0].Loss);
    }

    [Fact]
    public async Task What_a_run_saves_and_the_learning_rate_of_the_settings_have_no_effect()
    {
        var range = new LearningRateRange(Steps: 20);
        var plain = await FindLearningRateJob.Create(Digits, range).RunAsync(null, Token);
        var given = await FindLearningRateJob.Create(
            Digits with
            {
                LearningRate = 0.5,
                HeadLearningRate = 0.1,
                Schedule = ScheduleKind.Cosine,
                ModelEma = true,
                Monitor = MonitoredMetric.ValLoss,
                TensorBoard = true,
            },
            range).RunAsync(null, Token);
        Assert.Equal(plain.Curve.Points, given.Curve.Points);
    }

    [Fact]
    public async Task Images_without_anything_to_learn_give_no_suggestion()
    {
        using var folder = new TemporaryFolder();
        foreach (string label in (string[])["noise", "static"])
        {
            Directory.CreateDirectory(folder[$"images/{label}"]);
            for (int i = 0; i < 30; i++)
            {
                byte[] pixels = new byte[28 * 28];
                new Random(i + label.Length * 100).NextBytes(pixels);
                File.WriteAllBytes(folder[$"images/{label}/{i}.png"], ImageWriter.Encode(new Shape(1, 28, 28), pixels, 1));
            }
        }

        // Fewer images than steps times a batch: they come again.
        var result = await FindLearningRateJob.Create(Digits with { Dataset = folder["images"] }, new(Steps: 60)).RunAsync(null, Token);
        Assert.True(result.Curve.Points.Count * result.Settings.BatchSize > 3 * 48);
        Assert.Null(result.Curve.Suggestion);
        Assert.Matches(@"^the smoothed loss fell by 1?\d %, and only 20 % or more .* more steps \(\{num-it\} 240\)", result.Curve.Reason);
        Assert.Equal(["images"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task It_is_stopped_after_a_step()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        int steps = 0;
        var progress = new Handler(e =>
        {
            if (e is LearningRateEvent step)
            {
                Assert.Equal(++steps, step.Step);
                if (steps == 3)
                {
                    stop.Cancel();
                }
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FindLearningRateJob.Create(Digits).RunAsync(progress, stop.Token));
        Assert.Equal(3, steps);
    }

    [Fact]
    public async Task It_prints_a_table_or_json_and_writes_no_file()
    {
        using var folder = new TemporaryFolder();
        string[] arguments = ["find-lr", "residual", "--dataset", "digits", "--num-it", "40", "--end-lr", "0.01", "--threads", "1"];
        var text = (await CliProgram.RunAsync(folder.Path, arguments)).Ok();
        Assert.Contains("40 learning rates from 1E-07 to 0.01, 64 images a step, sgd", text.Error, StringComparison.Ordinal);
        string[] lines = text.Out.TrimEnd().Split('\n');
        Assert.Matches("^learning rate +loss +smoothed +curve", lines[0]);
        Assert.Matches(@"^ +1\.00e-07 +2\.\d{4} +2\.\d{4} +━+", lines[1]);
        Assert.InRange(lines.Length, 22, 28);
        Assert.Equal("all 40 steps were taken", lines[^2]);
        Assert.StartsWith("no learning rate is suggested: the smoothed loss fell by ", lines[^1], StringComparison.Ordinal);
        Assert.Contains("(--num-it 160)", lines[^1], StringComparison.Ordinal);

        var json = (await CliProgram.RunAsync(folder.Path, [.. arguments, "--json"])).Ok();
        using var document = JsonDocument.Parse(json.Out);
        var root = document.RootElement;
        Assert.Equal("residual", root.GetProperty("model").GetString());
        Assert.Equal(0.01, root.GetProperty("end_lr").GetDouble());
        Assert.Equal("all_steps", root.GetProperty("end").GetString());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("suggestion").ValueKind);
        Assert.Equal(lines[^1].Split(": ", 2)[1], root.GetProperty("reason").GetString());
        var curve = root.GetProperty("curve").EnumerateArray().ToArray();
        Assert.Equal(40, curve.Length);
        Assert.Equal(0.01, curve[^1].GetProperty("lr").GetDouble(), 1e-9);
        Assert.Equal(curve[0].GetProperty("loss").GetDouble(), curve[0].GetProperty("smoothed_loss").GetDouble(), 1e-9);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("find-lr", "specify a model")]
    [InlineData("find-lr residual --lr 0.1", "--lr")]
    [InlineData("find-lr residual --resume runs/x", "--resume")]
    [InlineData("find-lr residual --monitor val_loss", "--monitor")]
    [InlineData("find-lr residual --num-it 19", "--num-it")]
    [InlineData("find-lr residual --start-lr 0", "--start-lr")]
    [InlineData("find-lr residual --start-lr 1 --end-lr 0.1", "--start-lr 1, --end-lr 0.1: expected")]
    public async Task Wrong_options_are_refused(string arguments, string expected)
    {
        var result = await InProcess.RunAsync(arguments.Split(' '));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_curve_ends_where_the_loss_explodes_and_says_why_it_suggests_nothing()
    {
        // Falls to the last step.
        var falling = new LearningRateCurve(20);
        Assert.All(Enumerable.Range(0, 20), i => Assert.True(falling.Add(i, 4 - 0.2 * i)));
        Assert.Equal((LearningRateEnd.AllSteps, null, 19), (falling.End, falling.Suggestion, falling.Minimum));
        Assert.EndsWith("was still falling at the last step; raise {end-lr}.", falling.Reason, StringComparison.Ordinal);

        // Flat, then 0 from position 6 on, then an explosion. With m losses of 4 among k, equally weighted, the average is about 4 m / k:
        // the first zero moves it most.
        var clear = new LearningRateCurve(20);
        Assert.All(Enumerable.Range(0, 14), i => Assert.True(clear.Add(i, i < 6 ? 4 : 0)));
        Assert.False(clear.Add(14, 1000));
        Assert.Equal((LearningRateEnd.LossRose, 5, 13), (clear.End, clear.Suggested, clear.Minimum));
        Assert.Equal(5, clear.Suggestion);
        // The bias-corrected average: Σ 0.98^(k-i) loss_i / Σ 0.98^(k-i).
        double ones = Enumerable.Range(0, 8).Sum(i => Math.Pow(0.98, i)), fours = Enumerable.Range(0, 6).Sum(i => Math.Pow(0.98, 8 + i));
        Assert.Equal(4 * fours / (ones + fours), clear.Points[13].SmoothedLoss, 1e-12);

        var diverged = new LearningRateCurve(20);
        Assert.True(diverged.Add(1, 2));
        Assert.False(diverged.Add(2, double.NaN));
        Assert.Equal((LearningRateEnd.NotFinite, null, 1), (diverged.End, diverged.Suggestion, diverged.Points.Count));
        Assert.EndsWith("start lower with {start-lr}.", diverged.Reason, StringComparison.Ordinal);
        Assert.Null(new LearningRateCurve(20).Suggestion);
    }

    private sealed class Handler(Action<JobEvent> handle) : IProgress<JobEvent>
    {
        public void Report(JobEvent value) => handle(value);
    }
}
