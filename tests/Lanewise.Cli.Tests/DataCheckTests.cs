using System.Text.Json;
using Lanewise.Workflows;
using SkiaSharp;

namespace Lanewise.Cli.Tests;

/// <summary><c>lanewise data check</c> on data with planted faults.</summary>
public sealed class DataCheckTests(TrainedRun trained) : IDisposable
{
    private const int Width = 120, Height = 96;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_planted_copy_is_found_and_nothing_else()
    {
        WriteDivided();
        Directory.CreateDirectory(_folder["photos/val/ants"]);
        File.Copy(_folder["photos/train/ants/0.png"], _folder["photos/val/ants/same.png"]);
        Resave("train/ants/1.png", "val/ants/half.jpg", SKEncodedImageFormat.Jpeg, 40, Width / 2, Height / 2);
        Resave("train/ants/2.png", "val/ants/mirror.jpg", SKEncodedImageFormat.Jpeg, 80, Width, Height, isMirrored: true);
        Resave("train/ants/3.png", "val/ants/crop.jpg", SKEncodedImageFormat.Jpeg, 85, Width - 10, Height - 8, left: 5, top: 4);
        Resave("train/ants/4.png", "train/bees/other-label.webp", SKEncodedImageFormat.Webp, 80, Width, Height);
        File.Copy(_folder["photos/train/bees/5.png"], _folder["photos/train/bees/twice.png"]);
        Resave("train/bees/6.png", "train/bees/pixels.png", SKEncodedImageFormat.Png, 100, Width, Height);
        Resave("train/bees/7.png", "train/bees/series.jpg", SKEncodedImageFormat.Jpeg, 60, Width, Height);

        var result = await CheckAsync("photos");
        Assert.Equal(
            [
                "alike, mirrored: train/ants/2.png val/ants/mirror.jpg", "alike: train/ants/1.png val/ants/half.jpg",
                "alike: train/ants/3.png val/ants/crop.jpg", "same file: train/ants/0.png val/ants/same.png",
            ],
            Groups(result, DataFindingKind.AcrossSplits));
        Assert.Equal("4 images of val are also in train", Find(result, DataFindingKind.AcrossSplits).Text);
        Assert.Equal(["alike: train/ants/4.png train/bees/other-label.webp"], Groups(result, DataFindingKind.ConflictingLabels));
        Assert.Equal(
            ["same file: train/bees/5.png train/bees/twice.png", "same pixels: train/bees/6.png train/bees/pixels.png"],
            Groups(result, DataFindingKind.Duplicates));
        Assert.Equal(
            ["alike: train/ants/4.png train/bees/other-label.webp", "alike: train/bees/7.png train/bees/series.jpg"],
            Groups(result, DataFindingKind.NearDuplicates));
        Assert.Equal([DataFindingKind.Unreadable, DataFindingKind.FewImages, DataFindingKind.UnequalClasses], result.NotFound);
    }

    [Fact]
    public async Task Files_that_cannot_be_read_are_findings_and_the_others_are_checked()
    {
        WriteDivided();
        File.WriteAllText(_folder["photos/train/ants/broken.jpg"], "not an image");
        File.WriteAllBytes(_folder["photos/val/bees/cut.png"], File.ReadAllBytes(_folder["photos/val/bees/0.png"])[..200]);
        var result = (await CliProgram.RunAsync(_folder.Path, "data", "check", "photos", "--json", "--csv", "found.csv")).Ok();
        var json = JsonDocument.Parse(result.Out).RootElement;
        var finding = json.GetProperty("findings").EnumerateArray().Single();
        Assert.Equal("unreadable", finding.GetProperty("finding").GetString());
        Assert.Equal(2, finding.GetProperty("count").GetInt32());
        Assert.Equal([49, 25], json.GetProperty("splits").EnumerateArray().Select(split => split.GetProperty("images").GetInt32()));
        string[] rows = File.ReadAllLines(_folder["found.csv"]);
        Assert.Equal("finding,group,detail,split,file,class", rows[0]);
        Assert.Equal(3, rows.Length);
        Assert.EndsWith(",train,train/ants/broken.jpg,ants", rows[1], StringComparison.Ordinal);
        Assert.EndsWith(",val,val/bees/cut.png,bees", rows[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_not_divided_is_checked_as_a_training_divides_it()
    {
        WriteClass("photos/ants", 0, 30);
        WriteClass("photos/bees", 100, 120);
        var result = await CheckAsync("photos");
        Assert.Equal(["train", "val"], result.Counts.Splits.Select(split => split.Name));
        Assert.Equal([24, 96], result.Counts.Splits[0].Counts);
        Assert.Contains("holds out 20 %", result.Division, StringComparison.Ordinal);
        Assert.Equal(["ants: 6 images in val"], Find(result, DataFindingKind.FewImages).Groups.Select(group => group.Detail));
        Assert.Contains("4.0 times as many", Find(result, DataFindingKind.UnequalClasses).Text, StringComparison.Ordinal);
        Assert.Equal(2, result.Findings.Count);
        Assert.Equal((Width, Height, 150), ((int)result.Sizes!.Width.Min, (int)result.Sizes.Height.Max, result.Sizes.Smaller));

        WriteClass("one/ants", 0, 1);
        WriteClass("one/bees", 100, 1);
        Assert.Equal(["all"], (await CheckAsync("one")).Counts.Splits.Select(split => split.Name));
    }

    [Fact]
    public async Task A_folder_is_divided_without_the_images_that_cannot_be_read()
    {
        WriteClass("photos/ants", 0, 30);
        WriteClass("photos/bees", 100, 30);
        // Copies of one image: on which sides they are tells the division.
        foreach (int i in (int[])[1, 2, 3, 4, 5, 6, 7, 8, 9])
        {
            File.Copy(_folder["photos/ants/0.png"], _folder[$"photos/ants/{i}.png"], overwrite: true);
        }

        File.WriteAllText(_folder["photos/ants/broken.jpg"], "not an image");
        var result = await CheckAsync("photos");
        Assert.Equal(1, Find(result, DataFindingKind.Unreadable).Count);
        Assert.Equal([24, 24], result.Counts.Splits[0].Counts);
        File.Delete(_folder["photos/ants/broken.jpg"]);
        var expected = await CheckAsync("photos");
        Assert.Equal(
            Find(expected, DataFindingKind.AcrossSplits).Groups.SelectMany(group => group.Images),
            Find(result, DataFindingKind.AcrossSplits).Groups.SelectMany(group => group.Images));
    }

    [Fact]
    public async Task A_model_of_other_classes_skips_wrong_labels_only()
    {
        WriteDivided();
        File.Copy(_folder["photos/train/ants/0.png"], _folder["photos/val/ants/{use}.png"]);
        File.WriteAllText(_folder["photos/val/ants/{lr}.jpg"], "not an image");
        var result = (await CliProgram.RunAsync(_folder.Path, "data", "check", "photos", "--model", trained.Run, "--use", "last", "--json")).Ok();
        var json = JsonDocument.Parse(result.Out).RootElement;
        Assert.Equal(
            ["across_splits", "unreadable"],
            json.GetProperty("findings").EnumerateArray().Select(one => Text(one, "finding")).Where(name => name is "across_splits" or "unreadable"));
        var skipped = json.GetProperty("skipped").EnumerateArray().Single(one => Text(one, "finding") == "likely_wrong_labels");
        Assert.Contains("ants", Text(skipped, "reason"), StringComparison.Ordinal);
        (await CliProgram.RunAsync(_folder.Path, "data", "check", "photos", "--use", "last"))
            .AssertError("--use requires --model: the run whose weights are taken.", exitCode: 2);

        // A name in braces is that of a file, not of an option.
        var train = await CliProgram.RunAsync(_folder.Path, "train", "resnet20", "--dataset", "./photos", "--on-corrupt", "error");
        Assert.Contains("corrupt: ", train.Error, StringComparison.Ordinal);
        Assert.Contains("{lr}.jpg", train.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_model_labels_that_it_contradicts_are_found_in_drawings_too()
    {
        var result = (await CliProgram.RunAsync(
            _folder.Path, "data", "check", "digits", "--model", trained.Run, "--threads", "1", "--json")).Ok();
        var json = JsonDocument.Parse(result.Out).RootElement;
        var finding = json.GetProperty("findings").EnumerateArray().Single(one => Text(one, "finding") == "likely_wrong_labels");
        Assert.Matches(
            @"labels are likely wrong by the answers of the model, which agrees with \d\d\.\d % of train, \d\d\.\d % of test",
            Text(finding, "text"));
        Assert.Equal(["near_duplicates"], json.GetProperty("skipped").EnumerateArray().Select(one => Text(one, "finding")));
    }

    [Fact]
    public async Task The_text_names_what_was_found_first_and_what_was_not()
    {
        WriteDivided();
        File.Copy(_folder["photos/train/ants/0.png"], _folder["photos/val/bees/copy.png"]);
        var result = (await CliProgram.RunAsync(_folder.Path, "data", "check", "photos")).Ok();
        string[] lines = result.Out.Split('\n');
        int first = Array.IndexOf(lines, "! 1 image of val is also in train:");
        Assert.True(first > 0, result.Out);
        Assert.Equal("  train/ants/0.png  =  val/bees/copy.png  (same file)", lines[first + 1]);
        Assert.Contains("--group-by", result.Out, StringComparison.Ordinal);
        Assert.Contains("! 1 image has copies with different labels:", lines);
        Assert.Contains("2 kinds of findings.", lines);
        Assert.Contains("Looked for and not found: images that cannot be read,", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_that_is_stopped_writes_nothing()
    {
        WriteDivided();
        using var cancellation = new CancellationTokenSource();
        var job = new DataCheckJob(new DataSource(_folder["photos"]), new DataCheckOptions { Table = _folder["found.csv"] });
        var stop = new Handler(e =>
        {
            if (e is ReadingEvent { Done: > 3 })
            {
                cancellation.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => job.RunAsync(stop, cancellation.Token));
        Assert.False(File.Exists(_folder["found.csv"]));
    }

    [Fact]
    public async Task Data_that_does_not_exist_is_an_error()
    {
        (await CliProgram.RunAsync(_folder.Path, "data", "check", "./nowhere")).AssertError("nowhere", exitCode: 2);
        Directory.CreateDirectory(_folder["empty"]);
        Assert.Equal(1, (await CliProgram.RunAsync(_folder.Path, "data", "check", "empty")).ExitCode);
    }

    private Task<DataCheckResult> CheckAsync(string data) =>
        new DataCheckJob(new DataSource(_folder[data])).RunAsync(cancellationToken: Token);

    private static DataFinding Find(DataCheckResult result, DataFindingKind kind) =>
        result.Findings.Single(finding => finding.Kind == kind);

    private static string[] Groups(DataCheckResult result, DataFindingKind kind) => [.. Find(result, kind).Groups
        .Select(group => $"{group.Detail}: {string.Join(' ', group.Images.Select(image => image.Name))}").Order(StringComparer.Ordinal)];

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private void WriteDivided()
    {
        WriteClass("photos/train/ants", 0, 24);
        WriteClass("photos/train/bees", 100, 24);
        WriteClass("photos/val/ants", 200, 12);
        WriteClass("photos/val/bees", 300, 12);
    }

    /// <summary>Writes scenes of coloured discs, which have the falling spectrum of photographs, each of a seed of its own.</summary>
    private void WriteClass(string folder, int firstSeed, int count)
    {
        Directory.CreateDirectory(_folder[folder]);
        for (int i = 0; i < count; i++)
        {
            var random = new Random(firstSeed + i);
            using var bitmap = new SKBitmap(Width, Height);
            using var canvas = new SKCanvas(bitmap);
            canvas.Clear(SKColors.Gray);
            for (int disc = 0; disc < 20; disc++)
            {
                using var paint = new SKPaint { Color = new SKColor((uint)random.Next() | 0xFF00_0000), IsAntialias = true };
                canvas.DrawCircle(random.Next(Width), random.Next(Height), 50 / (1 + disc / 5f), paint);
            }

            canvas.Flush();
            Save(bitmap, $"{folder}/{i}.png", SKEncodedImageFormat.Png, 100);
        }
    }

    private void Resave(
        string from, string to, SKEncodedImageFormat format, int quality, int width, int height, bool isMirrored = false, int left = 0,
        int top = 0)
    {
        bool isCrop = left > 0;
        using var source = SKBitmap.Decode(_folder["photos/" + from]);
        using var image = SKImage.FromBitmap(source);
        using var bitmap = new SKBitmap(width, height);
        using var canvas = new SKCanvas(bitmap);
        if (isMirrored)
        {
            canvas.Scale(-1, 1, width / 2f, 0);
        }

        var box = isCrop ? new SKRect(left, top, left + width, top + height) : new SKRect(0, 0, Width, Height);
        bool isSameSize = !isCrop && width == Width && height == Height;
        canvas.DrawImage(
            image, box, new SKRect(0, 0, width, height),
            isSameSize ? new SKSamplingOptions(SKFilterMode.Nearest) : new SKSamplingOptions(SKCubicResampler.Mitchell));
        canvas.Flush();
        Save(bitmap, "photos/" + to, format, quality);
    }

    private void Save(SKBitmap bitmap, string name, SKEncodedImageFormat format, int quality)
    {
        // Another zlib level, so that files of equal pixels differ.
        using var pixmap = bitmap.PeekPixels()!;
        using var data = format == SKEncodedImageFormat.Png
            ? pixmap.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.AllFilters, name.EndsWith("pixels.png") ? 1 : 9))
            : bitmap.Encode(format, quality);
        File.WriteAllBytes(_folder[name], data!.ToArray());
    }

    private sealed class Handler(Action<JobEvent> handle) : IProgress<JobEvent>
    {
        public void Report(JobEvent value) => handle(value);
    }
}
