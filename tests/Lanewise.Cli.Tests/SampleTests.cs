using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Lanewise.Files;
using Lanewise.Imaging;

namespace Lanewise.Cli.Tests;

/// <summary>The samples run, answer as the library does, and are what the documents show.</summary>
public sealed class SampleTests(TrainedRun trained) : IDisposable
{
    // A variable, so that the long form of 4,000 needs no other code.
    private const string CountVariable = "LANEWISE_WEB_IMAGES";
    private const int DefaultCount = 400, Concurrency = 16;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_sample_of_ten_lines_classifies_an_image()
    {
        string image = WriteDigits(1)[0];
        using var classifier = ImageClassifier.Load(trained.Run);
        string[] expected =
            [.. classifier.Classify(image).Top(3).Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Label} {c.Probability:P1}"))];

        using var sample = Process.Start(Start("ClassifyImage", trained.Run, image))!;
        string output = await sample.StandardOutput.ReadToEndAsync(Token);
        await sample.WaitForExitAsync(Token);

        Assert.Equal(0, sample.ExitCode);
        Assert.Equal(expected, output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void The_code_in_README_is_that_of_the_samples()
    {
        string[] blocks = Code("README.md");
        Assert.Equal(3, blocks.Length);
        Assert.EndsWith(blocks[0], Sample("ClassifyImage"), StringComparison.Ordinal);
        Assert.Contains(blocks[1].Split("await")[0], Sample("TrainDigits").Replace(
            "Console.WriteLine(network);\n\nvar train = BuiltInDigits.Train(20_000);\nvar test = BuiltInDigits.Test(2_000);\n", ""), StringComparison.Ordinal);
        Assert.EndsWith(blocks[2], Sample("FineTune"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_code_in_the_page_about_jobs_is_that_of_the_sample()
    {
        string[] blocks = Code("docs/library.md");
        Assert.Equal(6, blocks.Length);
        Assert.EndsWith(string.Join('\n', blocks), Sample("Jobs"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sample_of_jobs_trains_evaluates_reports_exports_and_classifies()
    {
        string[] lines = await RunAsync("Jobs", WriteDigits(1)[0], "missing.png");
        Assert.Contains(lines, line => line.StartsWith("residual on digits: ", StringComparison.Ordinal));
        Assert.True(File.Exists(_folder["runs/digits/report.html"]));
        Assert.StartsWith("digits.onnx: ", lines[^4], StringComparison.Ordinal);
        // The file that was exported answers as the run.
        Assert.Equal(lines[^2], lines[^3]);
        Assert.StartsWith(_folder["0.png"] + ": ", lines[^2], StringComparison.Ordinal);
        Assert.StartsWith("missing.png: missing.png could not be read", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sample_of_arrays_learns_and_classifies_values()
    {
        string[] lines = await RunAsync("OwnArrays");
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("opposed ", lines[1], StringComparison.Ordinal);
        using var classifier = ImageClassifier.Load(_folder["signals.safetensors"]);
        Assert.Null(classifier.Transform);
    }

    [Fact]
    public async Task The_sample_of_fine_tuning_trains_the_head_on_a_folder()
    {
        // A file of PyTorch is read in the same way: the content decides, not the name.
        var pretrained = Weights.Initialize(ResNet.ResNet18(), seed: 1);
        pretrained.Save(_folder["resnet18.pth"]);
        string[] images = WriteDigits(8);
        foreach (var (i, image) in images.Index())
        {
            string folder = _folder[$"photos/{(i < 4 ? "train" : "val")}/{(i % 2 == 0 ? "cat" : "dog")}"];
            Directory.CreateDirectory(folder);
            File.Move(image, Path.Combine(folder, Path.GetFileName(image)));
        }

        Assert.Equal(2, (await RunAsync("FineTune")).Length);
        using var classifier = ImageClassifier.Load(_folder["photos.safetensors"]);
        Assert.Equal(["cat", "dog"], classifier.Classes);
        Assert.Equal(ImageTransform.ImageNet, classifier.Transform);
        var trained = ModelFile.Load(_folder["photos.safetensors"]).Weights.Tensors;
        Assert.Equal(
            pretrained.Tensors.First(t => t.Name == "conv1.weight").Values, trained.First(t => t.Name == "conv1.weight").Values);
    }

    [Fact]
    public async Task Predict_answers_as_the_library_does()
    {
        string[] images = WriteDigits(40);
        using var classifier = ImageClassifier.Load(trained.Run);
        var result = (await CliProgram.RunAsync(_folder.Path, ["predict", trained.Run, .. images, "--json", "--top-k", "10"])).Ok();
        using var json = JsonDocument.Parse(result.Out);
        Assert.All(images.Zip(json.RootElement.GetProperty("predictions").EnumerateArray()), pair =>
        {
            var (expected, answer) = (classifier.Classify(pair.First), pair.Second);
            Assert.Equal(expected.Logits, answer.GetProperty("logits").EnumerateArray().Select(logit => logit.GetSingle()));
            Assert.Equal(
                expected.Top(10).Select(c => (c.Label, c.Probability)),
                answer.GetProperty("top").EnumerateArray()
                    .Select(c => (c.GetProperty("class").GetString()!, c.GetProperty("probability").GetDouble())));
        });
    }

    [Fact]
    public async Task Predict_goes_on_after_images_that_cannot_be_read()
    {
        List<string> images = [.. WriteDigits(98)];
        File.WriteAllBytes(_folder["empty.png"], []);
        images.Insert(3, "empty.png");
        images.Insert(60, "missing.png");
        var result = await CliProgram.RunAsync(_folder.Path, ["predict", trained.Run, .. images, "--json", "--csv", "table.csv"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(2, result.ErrorLines.Count(line => line.StartsWith("error: ", StringComparison.Ordinal)));
        using var json = JsonDocument.Parse(result.Out);
        var predictions = json.RootElement.GetProperty("predictions").EnumerateArray().ToArray();
        Assert.Equal(images, predictions.Select(p => p.GetProperty("file").GetString()));
        Assert.Equal([3, 60], predictions.Index().Where(p => p.Item.TryGetProperty("error", out _)).Select(p => p.Index));
        string[] rows = await File.ReadAllLinesAsync(_folder["table.csv"], Token);
        Assert.Equal("file,class_1,probability_1,class_2,probability_2,class_3,probability_3,error", rows[0]);
        Assert.Equal(101, rows.Length);
        Assert.StartsWith("missing.png,,,,,,,", rows[61], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_web_application_answers_sixteen_clients_as_the_library_answers_one()
    {
        string[] images = WriteDigits(int.TryParse(Environment.GetEnvironmentVariable(CountVariable), out int count) ? count : DefaultCount);
        using var classifier = ImageClassifier.Load(trained.Run);
        var expected = Array.ConvertAll(images, image => classifier.Classify(image));
        using var web = await WebSample.StartAsync(trained.Run);
        int next = -1, wrong = 0;
        await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(async _ =>
        {
            for (int i = Interlocked.Increment(ref next); i < images.Length; i = Interlocked.Increment(ref next))
            {
                using var reply = await web.PostAsync(await File.ReadAllBytesAsync(images[i], Token));
                Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
                using var json = JsonDocument.Parse(await reply.Content.ReadAsStringAsync(Token));
                wrong += Same(expected[i], json.RootElement) ? 0 : 1;
            }
        }));
        Assert.Equal(0, wrong);
    }

    [Fact]
    public async Task A_web_application_tells_a_bad_upload_from_a_fault_of_its_own()
    {
        byte[] image = await File.ReadAllBytesAsync(WriteDigits(1)[0], Token);
        var model = ModelFile.Load(trained.Run);
        // Each weight is finite, so the file loads; the outputs are not.
        var huge = model.Weights.Tensors.Select(t => t with { Values = Array.ConvertAll(t.Values, _ => 1e30f) });
        ModelFile.Save(_folder["huge.safetensors"], new Weights(huge), model.Card);

        using (var web = await WebSample.StartAsync(trained.Run))
        {
            using var reply = await web.PostAsync([1, 2, 3]);
            Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
            Assert.Equal("application/problem+json", reply.Content.Headers.ContentType?.MediaType);
            Assert.Contains("the uploaded image", await reply.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
            using var tooLarge = await web.PostAsync(new byte[40_000_000]);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLarge.StatusCode);
        }

        using var faulty = await WebSample.StartAsync(_folder["huge.safetensors"]);
        using var fault = await faulty.PostAsync(image);
        Assert.Equal(HttpStatusCode.InternalServerError, fault.StatusCode);
    }

    private static bool Same(Classification expected, JsonElement actual)
    {
        var top = expected.Top(5);
        return actual.GetProperty("label").GetString() == expected.Label
            && actual.GetProperty("probability").GetDouble().Equals(expected.Probability)
            && actual.GetProperty("top").EnumerateArray().Select(c => new ClassProbability(
                c.GetProperty("label").GetString()!, c.GetProperty("index").GetInt32(), c.GetProperty("probability").GetDouble()))
                .SequenceEqual(top);
    }

    private static string[] Code(string document) =>
        [.. Text(document).Split("```csharp\n").Skip(1).Select(block => block.Split("```")[0])];

    /// <summary>Returns the program of a sample.</summary>
    internal static string Sample(string name) => Text($"samples/{name}/Program.cs");

    /// <summary>Returns the text of a file of the repository.</summary>
    internal static string Text(string path) => File.ReadAllText(PathOf(path)).ReplaceLineEndings("\n");

    /// <summary>Returns the path of a file of the repository.</summary>
    internal static string PathOf(string path) => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../", path));

    private async Task<string[]> RunAsync(string sample, params string[] arguments)
    {
        var start = Start(sample, arguments);
        start.WorkingDirectory = _folder.Path;
        using var process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        Assert.Equal(0, process.ExitCode);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static ProcessStartInfo Start(string sample, params string[] arguments) =>
        new("dotnet", [Path.Combine(AppContext.BaseDirectory, sample + ".dll"), .. arguments]) { RedirectStandardOutput = true };

    private string[] WriteDigits(int count)
    {
        var digits = BuiltInDigits.Test(count);
        byte[] pixels = new byte[digits.Shape.Count];
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            digits.Read(i, pixels);
            string path = _folder[$"{i}.png"];
            ImageWriter.Write(path, digits.Shape, pixels);
            return path;
        })];
    }

    /// <summary>The sample as a process, on a free port.</summary>
    private sealed class WebSample : IDisposable
    {
        private const string Listening = "Now listening on: ";
        private readonly Process _process;
        private readonly HttpClient _client;

        private WebSample(Process process, string address) =>
            (_process, _client) =
                (process, new HttpClient { BaseAddress = new Uri(address), DefaultRequestHeaders = { ExpectContinue = true } });

        public static async Task<WebSample> StartAsync(string model)
        {
            var process = Process.Start(Start("WebClassifier", "--model", model, "--urls", "http://127.0.0.1:0"))!;
            while (await process.StandardOutput.ReadLineAsync(Token) is { } line)
            {
                if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
                {
                    // What is not read would fill the pipe and stop the application.
                    _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                    return new WebSample(process, line[(at + Listening.Length)..]);
                }
            }

            throw new InvalidOperationException("the sample ended without listening");
        }

        public Task<HttpResponseMessage> PostAsync(byte[] image) =>
            _client.PostAsync(new Uri("/classify", UriKind.Relative), new ByteArrayContent(image), Token);

        public void Dispose()
        {
            _process.Kill();
            _process.Dispose();
            _client.Dispose();
        }
    }
}
