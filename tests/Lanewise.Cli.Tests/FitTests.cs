using Lanewise.Files;
using Lanewise.Imaging;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>A classifier for a folder of images within a given time.</summary>
public sealed class FitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("clearly more accurate", 0.95, 0.30, 0.80, 0.10, 0)]
    [InlineData("within a standard error, lower loss", 0.95, 0.30, 0.94, 0.10, 1)]
    [InlineData("equal accuracy", 0.9, 0.2, 0.9, 0.3, 0)]
    public void The_more_accurate_is_kept_and_of_nearly_equal_ones_that_with_the_lower_loss(
        string what, double top1, double loss, double otherTop1, double otherLoss, int expected)
    {
        FitCandidate[] candidates = [Candidate(top1, loss), Candidate(otherTop1, otherLoss)];
        Assert.True(ReferenceEquals(candidates[expected], FitCandidate.Best(candidates, images: 100)), what);

        static FitCandidate Candidate(double top1, double loss) => new("name", new(), top1, loss, 1, 1, WasStopped: false);
    }

    [Fact]
    public void What_fits_into_the_time_follows_from_the_measured_speed()
    {
        var budget = new FitBudget(TimeSpan.FromMinutes(5)) { InferenceRate = 100 };
        Assert.InRange(budget.Left, 299, 300);
        Assert.Equal(1.15 * 500 / 100 + 1.5, budget.Probe(500, scale: 1), 9);
        Assert.Equal(1.15 * 500 / 400 + 1.5, budget.Probe(500, scale: 0.25), 9);
        // An epoch of 200 + 50 images takes 1.15 * (3.6 * 200 + 50) / 100 = 8.855 s.
        Assert.Equal(0, budget.Epochs(10, 200, 50, scale: 1));
        Assert.Equal(11, budget.Epochs(100, 200, 50, scale: 1));
    }

    [Fact]
    public async Task A_folder_is_fitted_from_given_weights_and_leaves_one_ordinary_run()
    {
        WriteDigits(perClass: 12);
        var network = Residual.Create();
        var card = new ModelCard(network.Name, BuiltInDigits.Numerals, ImageTransform.Mnist);
        ModelFile.Save(_folder["digits.safetensors"], Weights.Initialize(network, 3), card);
        var notices = new List<string>();
        var result = await FitJob.Create(
            new() { Dataset = _folder["photos"], Pretrained = _folder["digits.safetensors"], Minutes = 3, ValSplit = "0.25" },
            _folder["run"]).RunAsync(new Notices(notices), Token);

        Assert.Equal(["linear-probe", "fine-tuning"], result.Candidates.Select(candidate => candidate.Name));
        Assert.Contains(result.Chosen, result.Candidates);
        Assert.Equal((90, 30, 10), (result.Data.Train, result.Data.Validation, result.Data.Classes));
        Assert.Equal(notices.Count, notices.Distinct().Count());
        // Of a linear probe from which the kept fine-tuning started, the weights stay.
        string[] probe = result.Chosen.Name == "fine-tuning" ? ["linear-probe"] : [];
        Assert.Equal(
            ["args.json", "best.safetensors", "checkpoint.safetensors", "gradients.csv", .. probe, "model.safetensors", "receipt.json", "report.html",
                "summary.csv"],
            Directory.EnumerateFileSystemEntries(_folder["run"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using var classifier = ImageClassifier.Load(_folder["run"]);
        var evaluation = await new EvaluationJob(TrainedModel.Load(_folder["run"])).RunAsync(cancellationToken: Token);
        Assert.Equal(result.Chosen.ValTop1, evaluation.Evaluation.Top1, 9);
        Assert.True((await TrainingJob.Resume(_folder["run"]).RunAsync(cancellationToken: Token)).WasComplete);
    }

    [Fact]
    public async Task Without_pretrained_weights_a_network_is_trained_from_random_ones()
    {
        WriteDigits(perClass: 4);
        var result = await FitJob.Create(
            new() { Dataset = _folder["photos"], Pretrained = FitOptions.NoPretrained, Minutes = 2 }, _folder["run"])
            .RunAsync(cancellationToken: Token);
        Assert.Equal(["from-scratch"], result.Candidates.Select(candidate => candidate.Name));
        Assert.Null(result.Calibration);
    }

    [Fact]
    public async Task What_was_trained_is_kept_when_it_is_stopped()
    {
        WriteDigits(perClass: 4);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var job = FitJob.Create(new() { Dataset = _folder["photos"], Pretrained = "mnist", Minutes = 3 }, _folder["run"]);
        int epochs = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => job.RunAsync(
            new Stops(e =>
            {
                if (e is EpochEvent && ++epochs == 3)
                {
                    stop.Cancel();
                }
            }),
            stop.Token));
        Assert.Equal("residual", TrainedModel.Load(_folder["run"]).Network.Name);
        Assert.False(Directory.Exists(_folder["run/linear-probe"]));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_used_leaves_nothing()
    {
        Directory.CreateDirectory(_folder["photos"]);
        await Assert.ThrowsAnyAsync<LanewiseException>(() => FitJob.Create(new() { Dataset = _folder["photos"] }, _folder["run"])
            .RunAsync(cancellationToken: Token));
        Assert.False(Directory.Exists(_folder["run"]));
        Assert.Throws<JobException>(() => FitJob.Create(new() { Dataset = _folder["photos"], Minutes = 0.01 }));
    }

    /// <summary>Writes image files of the built-in digits.</summary>
    private void WriteDigits(int perClass)
    {
        var digits = BuiltInDigits.Train();
        int[] written = new int[10];
        byte[] pixels = new byte[digits.Shape.Count];
        for (int i = 0; written.Any(count => count < perClass); i++)
        {
            int label = digits.Label(i);
            if (written[label] < perClass)
            {
                digits.Read(i, pixels);
                string folder = Directory.CreateDirectory(Path.Combine(_folder["photos"], $"{label}")).FullName;
                ImageWriter.Write(Path.Combine(folder, $"{written[label]++}.png"), digits.Shape, pixels);
            }
        }
    }

    private sealed class Stops(Action<JobEvent> handle) : IProgress<JobEvent>
    {
        public void Report(JobEvent value) => handle(value);
    }

    private sealed class Notices(List<string> all) : IProgress<JobEvent>
    {
        public void Report(JobEvent value)
        {
            if (value is NoticeEvent notice)
            {
                all.Add(notice.Message);
            }
        }
    }
}
