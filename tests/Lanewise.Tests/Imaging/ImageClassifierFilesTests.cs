using Lanewise.Imaging;
using Xunit;

namespace Lanewise.Tests.Imaging;

public sealed class ImageClassifierFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ImageClassifier _classifier = ImageClassifierTests.Create("residual");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _classifier.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_file_a_stream_and_its_bytes_have_one_answer()
    {
        string path = Write(0);
        byte[] bytes = await File.ReadAllBytesAsync(path, Token);
        var expected = _classifier.Classify(ImageDecoder.Decode(path, _classifier.GetDecodeOptions()));
        using var stream = new MemoryStream(bytes);
        using var piecemeal = new PiecemealStream(bytes);
        using var unseekable = new PiecemealStream(bytes);

        ImageClassifierTests.AssertSame(
            [expected, expected, expected, expected, expected],
            [
                _classifier.Classify(path),
                _classifier.Classify(stream),
                _classifier.Classify(bytes),
                await _classifier.ClassifyAsync(piecemeal, cancellationToken: Token),
                _classifier.Classify(unseekable),
            ]);
        stream.Position = 0;
        float[] features = _classifier.Embed(path);
        Assert.Equal(features, _classifier.Embed(stream));
        Assert.Equal(features, _classifier.Embed(bytes));
    }

    [Fact]
    public async Task Many_files_come_in_order_with_the_errors_of_those_that_are_damaged_or_missing()
    {
        var paths = Enumerable.Range(0, 100).Select(Write).ToArray();
        File.WriteAllBytes(paths[17], [1, 2, 3]);
        paths[50] = _folder["missing.png"];

        var results = new List<ClassifiedImage>();
        await foreach (var result in _classifier.ClassifyAsync(paths, Token))
        {
            results.Add(result);
        }

        Assert.Equal(paths, results.Select(r => r.Path));
        Assert.Equal([17, 50], results.Select((r, i) => (r, i)).Where(p => !p.r.Succeeded).Select(p => p.i));
        Assert.IsType<ImageFormatException>(results[17].Error);
        Assert.IsType<FileAccessException>(results[50].Error);
        ImageClassifierTests.AssertSame(
            [.. paths.Where((_, i) => i is not (17 or 50)).Select(path => _classifier.Classify(path))],
            [.. results.Where(r => r.Succeeded).Select(r => r.Classification!)]);
    }

    [Fact]
    public async Task Files_are_read_only_shortly_before_they_are_needed()
    {
        string path = Write(0);
        int asked = 0, got = 0, maxAhead = 0;
        await foreach (var result in _classifier.ClassifyAsync(Enumerable.Range(0, 1000).Select(_ => (asked++, path).path), Token))
        {
            maxAhead = Math.Max(maxAhead, asked - got++);
            Assert.True(result.Succeeded);
        }

        Assert.Equal((1000, 1000), (asked, got));
        Assert.InRange(maxAhead, 1, 4 * _classifier.Threads + 1);
    }

    [Fact]
    public async Task Cancelling_and_stopping_early_end_the_work()
    {
        string path = Write(0);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in _classifier.ClassifyAsync(Enumerable.Repeat(path, 1_000_000), cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        });
        await foreach (var _ in _classifier.ClassifyAsync(Enumerable.Repeat(path, 1_000_000), Token))
        {
            break;
        }
    }

    [Fact]
    public async Task Uploads_that_fail_leave_the_processors_to_the_others()
    {
        byte[] good = await File.ReadAllBytesAsync(Write(0), Token), bad = [1, 2, 3];
        var expected = _classifier.Classify(good);
        var answers = Enumerable.Range(0, 8 * Environment.ProcessorCount).Select(i => Task.Run(
            () => _classifier.ClassifyAsync(new MemoryStream(i % 2 == 0 ? bad : good), cancellationToken: Token), Token)).ToArray();
        for (int i = 0; i < answers.Length; i += 2)
        {
            await Assert.ThrowsAsync<ImageFormatException>(() => answers[i].WaitAsync(TimeSpan.FromSeconds(60), Token));
            ImageClassifierTests.AssertSame([expected], [await answers[i + 1].WaitAsync(TimeSpan.FromSeconds(60), Token)]);
        }
    }

    [Fact]
    public async Task Faults_of_the_model_are_not_those_of_an_image()
    {
        string path = Write(0);
        var network = Residual.Create();
        var nan = new Weights(Weights.Initialize(network, 1).Tensors.Select(t => t with { Values = Array.ConvertAll(t.Values, _ => float.NaN) }));
        using var damaged = ImageClassifier.Create(network, nan, transform: ImageTransform.Mnist);
        await Assert.ThrowsAsync<InferenceException>(() => ClassifyAllAsync(damaged, path));
        var flat = Network.Define("flat", new Shape(1, 2, 2), x => x.Flatten().Linear("fc", 2));
        using var arrays = ImageClassifier.Create(flat, Weights.Initialize(flat, 1));
        await Assert.ThrowsAsync<InvalidOptionException>(() => ClassifyAllAsync(arrays, path));
        await Assert.ThrowsAsync<InvalidOptionException>(() => arrays.ClassifyAsync(new MemoryStream([1]), cancellationToken: Token));
        Assert.Throws<InvalidOptionException>(() => arrays.Classify(path));
        await Assert.ThrowsAsync<ImageFormatException>(() => _classifier.ClassifyAsync(new MemoryStream([1, 2]), "upload", Token));
    }

    [Fact]
    public async Task A_network_of_ones_own_trained_on_images_classifies_files_as_it_did_in_memory()
    {
        var network = Network.Define("mine", new Shape(1, 28, 28), x =>
        {
            var stem = x.Conv2d("stem", 6, 5, stride: 2, padding: (1, 2)).BatchNorm2d("norm").ReLU();
            var branches = stem.MaxPool2d(2).Concat(stem.AvgPool2d(2), stem.Conv2d("down", 4, 2, stride: 2));
            branches.AdaptiveAvgPool2d().Flatten().Linear("aux", 10).AuxiliaryOutput(0.3f);
            return branches.Dropout(0.1f).Flatten().Linear("fc", 10);
        });
        var digits = BuiltInDigits.Train(200);
        using var trainer = new Trainer(network, new TrainingOptions { Epochs = 1, BatchSize = 20, Threads = 1, Transform = ImageTransform.Mnist });
        await trainer.FitAsync(digits, digits, cancellationToken: Token);
        trainer.Save(_folder["mine.safetensors"]);

        using var loaded = ImageClassifier.Load(_folder["mine.safetensors"]);

        using var inMemory = ImageClassifier.Create(network, trainer.GetWeights(), digits.Classes, ImageTransform.Mnist);
        Assert.Equal(ImageTransform.Mnist, loaded.Transform);
        Assert.Empty(loaded.Notices);
        string[] paths = [.. Enumerable.Range(0, 10).Select(Write)];
        ImageClassifierTests.AssertSame([.. paths.Select(path => inMemory.Classify(path))], [.. paths.Select(path => loaded.Classify(path))]);
        Assert.Equal(inMemory.Embed(paths[0]), loaded.Embed(paths[0]));
    }

    private static async Task ClassifyAllAsync(ImageClassifier classifier, string path)
    {
        await foreach (var result in classifier.ClassifyAsync([path], Token))
        {
            Assert.Fail($"{result.Path}: {result.Classification} {result.Error?.Message}");
        }
    }

    private string Write(int index)
    {
        string path = _folder[$"{index}.png"];
        ImageWriter.Write(path, new Shape(1, 28, 28), ImageReaderTests.Digit(index % 10), scale: 1 + index % 3);
        return path;
    }

    /// <summary>A stream that cannot seek and gives a few bytes a call, as a network does.</summary>
    private sealed class PiecemealStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 100));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 100)]);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 100)], cancellationToken);
    }
}
