using System.Diagnostics;
using System.Text.Json;
using Lanewise.Files;
using Lanewise.Imaging;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>Folders as people have them: not divided, with other classes or names, with files that are no images.</summary>
public sealed class FoldersAsTheyAreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_that_is_not_divided_trains_and_evaluates_on_what_was_held_out()
    {
        Classes("photos", "lying", "upright");
        var run = await TrainAsync("run", Settings("photos"));
        Assert.Equal("0.2", run.Settings.ValSplit);
        var record = run.Directory.LoadRecord();
        Assert.Equal((16, 4), (record.Facts.TrainImages, record.Facts.TestImages));

        var events = new Events();
        var result = await EvaluateAsync("run", new DataSource(), events);
        Assert.Equal(run.Epochs[^1].ValTop1, result.Evaluation.Top1);
        Assert.Equal(4, result.Evaluation.Total);
        Assert.Contains("the 20 % of folder:", events.Notices, StringComparison.Ordinal);

        // A model file alone remembers it, also when the folder has moved; any other folder is evaluated as a whole.
        Directory.Move(_folder["photos"], _folder["moved"]);
        File.Move(run.Directory.Model, _folder["alone.safetensors"]);
        Assert.Equal(result.Evaluation.Loss, (await EvaluateAsync("alone.safetensors", Source("moved") with { Split = "val" })).Evaluation.Loss);
        Assert.Equal(20, (await EvaluateAsync("alone.safetensors", Source("moved"))).Evaluation.Total);
    }

    [Fact]
    public async Task A_resumed_run_holds_out_the_same_images()
    {
        Classes("photos", "lying", "upright");
        var settings = Settings("photos") with { Seed = 5, ValSplit = "0.3", GroupBy = "\\d+" };
        await TrainAsync("run", settings with { Epochs = 1 });
        var resumed = await TrainingJob.Resume(_folder["run"], s => s with { Epochs = 2 }).RunAsync(cancellationToken: Token);
        var straight = await TrainAsync("straight", settings with { Epochs = 2 });
        Assert.Equal(File.ReadAllBytes(straight.Directory.Model), File.ReadAllBytes(resumed.Directory.Model));
        var split = ModelFile.Load(straight.Directory.Model).Card.Validation;
        Assert.Equal(new ValidationSplit { Fraction = 0.3, Seed = 5, GroupBy = "\\d+" }, split);
    }

    [Fact]
    public async Task Labels_follow_the_names_of_the_classes_not_their_positions()
    {
        Classes("photos", "1", "10", "2");
        await TrainAsync("run", Settings("photos"));
        // As weights from elsewhere: the card gives the names in numerical order.
        var file = ModelFile.Load(_folder["run/model.safetensors"]);
        var card = file.Card with { Classes = ["1", "2", "10"], Dataset = "folder:/elsewhere", Validation = null };
        ModelFile.Save(_folder["ordered.safetensors"], file.Weights, card);
        var result = await EvaluateAsync("ordered.safetensors", Source("photos"));
        var predictions = await PredictAsync("ordered.safetensors", "photos");
        int right = predictions.Count(p => Path.GetFileName(Path.GetDirectoryName(p.Path)) == p.Classification!.Label);
        Assert.Equal(right, result.Evaluation.Correct);
        Assert.Equal(30, predictions.Count);

        // Further training keeps the order of the weights.
        var more = await TrainAsync("more", Settings("photos") with { Weights = _folder["ordered.safetensors"] });
        Assert.Equal(["1", "2", "10"], ModelFile.Load(more.Directory.Model).Card.Classes);
    }

    [Fact]
    public async Task Some_of_the_classes_are_enough_and_others_are_named_or_renamed()
    {
        Classes("photos", "lying", "upright");
        await TrainAsync("run", Settings("photos"));
        Classes("some", "upright");
        var result = await EvaluateAsync("run", Source("some"));
        Assert.Equal([0, 10], result.Evaluation.PerClass().Select(score => score.Support));

        Classes("other", "lying", "stehend");
        var e = await Assert.ThrowsAsync<JobException>(() => EvaluateAsync("run", Source("other")));
        Assert.Contains("class 'stehend' is not a class of residual ('lying', 'upright')", e.Message, StringComparison.Ordinal);
        Assert.Contains("class-map", e.Message, StringComparison.Ordinal);
        foreach (string map in (string[])["stehend,upright\n", "{\"stehend\": \"upright\"}", "\nstehend\tupright\n"])
        {
            File.WriteAllText(_folder["map.txt"], map);
            var renamed = await EvaluateAsync("run", Source("other") with { ClassMap = _folder["map.txt"] });
            Assert.Equal([10, 10], renamed.Evaluation.PerClass().Select(score => score.Support));
        }

        File.WriteAllText(_folder["map.txt"], "stehend");
        var malformed = await Assert.ThrowsAsync<JobException>(() => EvaluateAsync("run", Source("other") with { ClassMap = _folder["map.txt"] }));
        Assert.Contains("line 1 is 'stehend'", malformed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_split_is_chosen_by_name_and_an_unknown_one_is_named()
    {
        Classes("photos/train", "lying", "upright");
        Classes("photos/valid", "lying", "upright");
        Classes("photos/TEST", "lying");
        await TrainAsync("run", Settings("photos"));
        Assert.Equal("valid", ModelFile.Load(_folder["run/model.safetensors"]).Card.Validation?.Name);
        Assert.Equal(20, (await EvaluateAsync("run", new DataSource())).Evaluation.Total);
        Assert.Equal(10, (await EvaluateAsync("run", new DataSource { Split = "test" })).Evaluation.Total);
        Assert.Equal(20, (await EvaluateAsync("run", new DataSource { Split = "val" })).Evaluation.Total);
        var e = await Assert.ThrowsAsync<DatasetException>(() => EvaluateAsync("run", new DataSource { Split = "dev" }));
        Assert.Contains("there is no split 'dev'; there are TEST, train, valid.", e.Message, StringComparison.Ordinal);
        Assert.Equal(10, (await PredictAsync("run", "photos", "test")).Count);
    }

    [Fact]
    public async Task One_class_is_refused_with_a_reason()
    {
        Classes("photos", "lying");
        var e = await Assert.ThrowsAsync<JobException>(() => TrainAsync("run", Settings("photos")));
        Assert.Contains("there is one class only, lying, and a classifier tells at least two apart", e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public async Task A_run_opens_with_a_table_of_classes_and_splits()
    {
        Classes("photos", "lying", "upright");
        var result = (await CliProgram.RunAsync(
            _folder.Path, "train", "residual", "--dataset", "photos", "--epochs", "1", "--threads", "1")).Ok();
        string[] table = ["class    train  val", "lying        8    2", "upright      8    2", "(all)       16    4"];
        Assert.Equal(table, result.ErrorLines.SkipWhile(line => !line.StartsWith("class", StringComparison.Ordinal)).Take(4));
        var unknown = await CliProgram.RunAsync(_folder.Path, "train", "residual", "--dataset", "my photos");
        unknown.AssertError("There is no folder or file 'my photos'", exitCode: 2);
    }

    [Fact]
    public async Task Special_files_and_names_are_named_and_never_waited_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "pipes and names of any bytes are files of Unix.");
        Classes("photos", "lying", "upright");
        Shell("mkfifo photos/lying/pipe.png && ln -s /dev/zero photos/lying/zero.png && ln -s .. photos/lying/up && ln -s loop.png photos/lying/loop.png");
        var events = new Events();
        var settings = Settings("photos");
        var stopped = await Assert.ThrowsAsync<JobException>(() => TrainingJob.Create(settings, _folder["run"]).RunAsync(events, Token));
        Assert.Contains("3 of 23 images", stopped.Message, StringComparison.Ordinal);
        foreach (string name in (string[])["pipe.png is empty, or not a regular file", "zero.png is empty, or not a regular file", "loop.png"])
        {
            Assert.Contains(name, events.Notices, StringComparison.Ordinal);
        }

        await TrainAsync("run", settings with { OnCorrupt = CorruptImagePolicy.Skip });
        Shell(@"cp photos/upright/0.png ""photos/upright/$(printf 'caf\351.png')""");
        events = new Events();
        await Assert.ThrowsAsync<JobException>(() => TrainingJob.Create(settings, _folder["again"]).RunAsync(events, Token));
        Assert.Contains("its name is not UTF-8; rename it", events.Notices, StringComparison.Ordinal);
        Shell(@"mkdir ""photos/$(printf 'caf\351')""");
        var e = await Assert.ThrowsAsync<FileAccessException>(() => TrainAsync("third", settings));
        Assert.Contains("its name is not UTF-8", e.Message, StringComparison.Ordinal);
        // .NET cannot name it, so it cannot delete it.
        Shell("rm -r photos");
    }

    [Fact]
    public async Task Verbs_that_answer_image_by_image_go_on_after_one_that_cannot_be_read()
    {
        Classes("photos", "lying", "upright");
        await TrainAsync("run", Settings("photos"));
        Classes("new", "any");
        File.WriteAllBytes(_folder["new/any/3.png"], []);
        File.WriteAllText(_folder["new/any/notes.txt"], "");
        foreach (string[] command in (string[][])[["predict", "run", "new"], ["explain", "run", "new"], ["embed", "run", "new", "--output", "f.csv"]])
        {
            var result = await CliProgram.RunAsync(_folder.Path, [.. command, "--threads", "1", "--json"]);
            Assert.Equal(1, result.ExitCode);
            Assert.Contains(result.ErrorLines, line => line.Contains("3.png is empty", StringComparison.Ordinal));
            using var json = JsonDocument.Parse(result.Out);
            Assert.Contains("3.png", result.Out, StringComparison.Ordinal);
            Assert.Contains("9.png", command[0] == "embed" ? File.ReadAllText(_folder["f.csv"]) : result.Out, StringComparison.Ordinal);
        }
    }

    private static TrainSettings Base => new() { Model = "residual", Epochs = 1, BatchSize = 8, Threads = 1, LearningRate = 0.02 };

    private TrainSettings Settings(string dataset) => Base with { Dataset = _folder[dataset] };

    private DataSource Source(string dataset) => new(_folder[dataset]);

    private Task<TrainingResult> TrainAsync(string output, TrainSettings settings) =>
        TrainingJob.Create(settings, _folder[output]).RunAsync(cancellationToken: Token);

    private Task<EvaluationResult> EvaluateAsync(string model, DataSource source, IProgress<JobEvent>? progress = null) =>
        new EvaluationJob(TrainedModel.Load(_folder[model]), source, new EvaluationOptions { Threads = 1 }).RunAsync(progress, Token);

    private async Task<List<ClassifiedImage>> PredictAsync(string model, string folder, string? split = null)
    {
        var images = new List<ClassifiedImage>();
        var files = ImagePaths.Expand([_folder[folder]], split);
        await foreach (var image in new ClassificationJob(TrainedModel.Load(_folder[model])).RunAsync(files, cancellationToken: Token))
        {
            images.Add(image);
        }

        return images;
    }

    /// <summary>Writes ten images of a shade of its own for each class.</summary>
    private void Classes(string root, params string[] names)
    {
        for (int label = 0; label < names.Length; label++)
        {
            Directory.CreateDirectory(_folder[$"{root}/{names[label]}"]);
            for (int i = 0; i < 10; i++)
            {
                byte[] pixels = [.. Enumerable.Range(0, 28 * 28).Select(p => (byte)(p * (label + 1) / 4 % 200 + i))];
                ImageWriter.Write(_folder[$"{root}/{names[label]}/{i}.png"], new Shape(1, 28, 28), pixels);
            }
        }
    }

    private void Shell(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", command]) { WorkingDirectory = _folder.Path })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }

    private sealed class Events : IProgress<JobEvent>
    {
        private readonly List<string> _notices = [];

        public string Notices => string.Join('\n', _notices);

        public void Report(JobEvent value)
        {
            if (value is NoticeEvent notice)
            {
                _notices.Add(notice.Message);
            }
        }
    }
}
