using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Lanewise.Files;
using Lanewise.Imaging;

namespace Lanewise.Cli.Tests;

/// <summary>Exported models in other runtimes: the samples answer as Lanewise does, and are what docs/deploy.md shows.</summary>
public sealed class DeploymentTests(TrainedRun trained) : IDisposable
{
    // Debian's, whose packages python3-onnx, python3-pil and python3-numpy are those that are tried, and whatever comes first.
    private static readonly string[] Pythons = ["/usr/bin/python3", "python3"];

    // ONNX Runtime for Python is not needed: this stands in for it. It checks the model, keeps the pixels and gives known probabilities.
    private const string RuntimeStandIn =
        """
        import numpy
        import onnx

        class Input:
            def __init__(self, value):
                self.shape = [size.dim_param or size.dim_value for size in value.type.tensor_type.shape.dim]

        class Metadata:
            def __init__(self, model):
                self.custom_metadata_map = {entry.key: entry.value for entry in model.metadata_props}

        class InferenceSession:
            def __init__(self, path):
                onnx.checker.check_model(path, full_check=True)
                self.model = onnx.load(path)

            def get_inputs(self):
                return [Input(value) for value in self.model.graph.input]

            def get_modelmeta(self):
                return Metadata(self.model)

            def run(self, outputs, inputs):
                assert outputs == [value.name for value in self.model.graph.output]
                (pixels,) = [inputs[value.name] for value in self.model.graph.input]
                assert pixels.dtype == numpy.uint8
                numpy.ascontiguousarray(pixels).tofile("pixels.bin")
                return [numpy.fromfile("probabilities.bin", numpy.float32).reshape(len(pixels), -1)]
        """;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_code_in_the_page_about_deployment_is_that_of_the_samples()
    {
        string page = SampleTests.Text("docs/deploy.md");
        Assert.Contains(Block("csharp", SampleTests.Sample("ClassifyImage")), page, StringComparison.Ordinal);
        Assert.Contains(Block("csharp", SampleTests.Sample("OnnxRuntimeClassify")), page, StringComparison.Ordinal);
        Assert.Contains(Block("python", SampleTests.Text("samples/deploy/classify.py")), page, StringComparison.Ordinal);
        Assert.Contains(Block("html", SampleTests.Text("samples/deploy/index.html")), page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sample_of_ONNX_Runtime_answers_as_Lanewise_does()
    {
        await ExportAsync(trained.Run, "digits.onnx");
        using var digits = ImageClassifier.Load(trained.Run);
        string digit = WriteDigit();
        string[] expected = [.. digits.Classify(digit).Top(3).Select(Line)];
        Assert.Equal(expected, await RunAsync("dotnet", Sample, _folder["digits.onnx"], digit));

        // As the page says, Lanewise prepares images for an exported model, ink included.
        byte[] pixels = OnnxFile.Read(_folder["digits.onnx"]).Transform!.Apply(digit).Pixels;
        var transform = digits.Transform!;
        Assert.NotNull(transform.Ink);
        Assert.Equal(transform.Apply(digit).Pixels, pixels);

        string photos = SavePhotoModel(cropPct: 1);
        await ExportAsync(photos, "photos.onnx", "--fold", "--opset", "21");
        using var classifier = ImageClassifier.Load(photos);
        string photo = WriteImage("photo.png", new Shape(3, 32, 32));
        expected = [.. classifier.Classify(photo).Top(3).Select(Line)];
        Assert.Equal(expected, await RunAsync("dotnet", Sample, _folder["photos.onnx"], photo));

        // Skia does not resize exactly as Lanewise does.
        photo = WriteImage("large.png", new Shape(3, 120, 200));
        var result = classifier.Classify(photo);
        string[] first = (await RunAsync("dotnet", Sample, _folder["photos.onnx"], photo))[0].Split(' ');
        Assert.Equal(result.Label, first[0]);
        Assert.Equal(100 * result.Probability, double.Parse(first[1], CultureInfo.InvariantCulture), tolerance: 1);
    }

    [Fact]
    public async Task The_script_for_Python_prepares_images_as_Lanewise_does()
    {
        string? python = Pythons.FirstOrDefault(HasPackages);
        Assert.SkipWhen(python is null, "no python3 with the packages onnx, numpy and PIL");
        await File.WriteAllTextAsync(_folder["onnxruntime.py"], RuntimeStandIn, Token);
        string photos = SavePhotoModel(cropPct: 0.875f);
        await ExportAsync(photos, "photos.onnx");
        using var classifier = ImageClassifier.Load(photos);
        string[] images =
        [
            WriteImage("small.png", new Shape(3, 32, 32)), WriteImage("wide.png", new Shape(3, 71, 120)),
            WriteImage("tall.png", new Shape(3, 93, 50)), WriteImage("grey.png", new Shape(1, 20, 31)),
        ];
        var results = Array.ConvertAll(images, image => classifier.Classify(image));
        float[] probabilities = [.. results.SelectMany(result => Enumerable.Range(0, 10)
            .Select(i => (float)result.Top(10).Single(c => c.Index == i).Probability))];
        await File.WriteAllBytesAsync(_folder["probabilities.bin"], MemoryMarshal.AsBytes(probabilities.AsSpan()).ToArray(), Token);

        string[] lines = await RunAsync(python, [Script, "photos.onnx", .. images]);

        Assert.Equal(images.Zip(results).Select(pair => string.Create(
            CultureInfo.InvariantCulture, $"{pair.First}: {pair.Second.Label} {pair.Second.Probability:0.0%}")), lines);
        byte[] expected = [.. images.SelectMany(image => classifier.Transform!.Apply(image).Pixels)];
        byte[] actual = await File.ReadAllBytesAsync(_folder["pixels.bin"], Token);
        Assert.Equal(expected.Length, actual.Length);
        // Pillow resizes in fixed-point numbers and rounds between rows and columns.
        int[] differences = [.. expected.Zip(actual, (a, b) => Math.Abs(a - b))];
        Assert.Equal(1, differences.Max());
        Assert.InRange(differences.Average(), 0, 0.3);
    }

    private static string Sample => Path.Combine(AppContext.BaseDirectory, "OnnxRuntimeClassify.dll");

    private static string Script => SampleTests.PathOf("samples/deploy/classify.py");

    private static string Block(string language, string code) => $"```{language}\n{code}```";

    private static string Line(ClassProbability c) => string.Create(CultureInfo.InvariantCulture, $"{c.Label} {c.Probability:P1}");

    private static bool HasPackages(string python)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(python, ["-c", "import onnx, numpy, PIL.ImageOps"]) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private async Task ExportAsync(string model, string file, params string[] options) => (await CliProgram.RunAsync(
        _folder.Path, ["export", model, file, "--input", "uint8", "--probabilities", .. options])).Ok();

    /// <summary>Saves a model of photographs with random weights.</summary>
    private string SavePhotoModel(float cropPct)
    {
        var network = CifarResNet.ResNet20();
        string[] classes = [.. Enumerable.Range(0, 10).Select(i => $"class{i}")];
        var card = new ModelCard("resnet20", classes, ImageTransform.Cifar10 with { CropPct = cropPct });
        ModelFile.Save(_folder["photos.safetensors"], Weights.Initialize(network, seed: 1), card);
        return _folder["photos.safetensors"];
    }

    private string WriteDigit()
    {
        var digits = BuiltInDigits.Test(1);
        byte[] pixels = new byte[digits.Shape.Count];
        digits.Read(0, pixels);
        ImageWriter.Write(_folder["digit.png"], digits.Shape, pixels);
        return _folder["digit.png"];
    }

    /// <summary>Writes an image of smooth colours with some noise.</summary>
    private string WriteImage(string name, Shape shape)
    {
        var random = new Random(shape.Count);
        byte[] pixels = [.. Enumerable.Range(0, shape.Count).Select(i =>
            (byte)(128 + 100 * Math.Sin(0.06 * (i % shape.Width) + 0.09 * (i / shape.Width)) + random.Next(20)))];
        ImageWriter.Write(_folder[name], shape, pixels);
        return _folder[name];
    }

    private async Task<string[]> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.Path,
        };
        // The stand-in for ONNX Runtime is in the folder.
        start.Environment["PYTHONPATH"] = _folder.Path;
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(Token);
        string output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        Assert.True(process.ExitCode == 0, await error);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
