using Lanewise.Files;
using Lanewise.Tests.Engine;
using Xunit;

namespace Lanewise.Tests;

public sealed class ImageClassifierTests
{
    private static readonly Weights ResidualWeights = Weights.Initialize(Residual.Create(), 3);

    // The last has no form for single images: its shortcuts without parameters compute whole blocks.
    public static TheoryData<string> Models => ["residual", "inception", "resnet20"];

    [Theory]
    [MemberData(nameof(Models))]
    public void An_image_has_one_answer_however_it_is_passed(string name)
    {
        using var classifier = Create(name);
        var images = Images(classifier.Network.Input, 21);
        var alone = Array.ConvertAll(images, classifier.Classify);

        AssertSame(alone, classifier.ClassifyBatch(images));
        AssertSame(alone, Array.ConvertAll(images, i => classifier.Classify(Interleaved(i), i.Width, i.Height, i.Channels)));
        byte[] pixels = [.. images.SelectMany(Interleaved)];
        AssertSame(alone, classifier.ClassifyBatch(pixels, images[0].Width, images[0].Height, images[0].Channels));
        float[][] values = Array.ConvertAll(images, image => Values(classifier, image));
        AssertSame(alone, Array.ConvertAll(values, v => classifier.ClassifyValues(v)));
        AssertSame(alone, classifier.ClassifyValuesBatch(values.SelectMany(v => v).ToArray()));
        Assert.Equal(name == "resnet20", classifier.BlockImages > 1);
    }

    [Fact]
    public void The_answer_is_that_of_the_network()
    {
        using var classifier = Create("residual");
        var image = Images(classifier.Network.Input, 1)[0];
        using var model = CompiledModel.Compile(classifier.Network, ResidualWeights);
        using var session = model.CreateSession();
        float[] logits = new float[10];
        session.Infer(Values(classifier, image), logits);

        var result = classifier.Classify(image);

        Assert.Equal(logits, result.Logits);
        Assert.Equal(Array.IndexOf(logits, logits.Max()), result.Index);
        Assert.Equal("unchanged", result.Processing.Split("; ")[^1]);
    }

    [Fact]
    public void Sixteen_threads_get_the_answers_of_one()
    {
        using var classifier = Create("residual", new ImageClassifierOptions { MaxSessions = 3 });
        var images = Images(classifier.Network.Input, 64);
        var expected = Array.ConvertAll(images, classifier.Classify);
        int wrong = 0;
        Run(threads: 16, _ =>
        {
            for (int i = 0; i < 4 * images.Length; i++)
            {
                var (result, right) = (classifier.Classify(images[i % images.Length]), expected[i % images.Length]);
                if (!result.Logits.SequenceEqual(right.Logits) || result.Label != right.Label)
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        });
        Assert.Equal(0, wrong);
        Assert.InRange(classifier.Sessions, 1, 3);
    }

    [Fact]
    public void Sessions_are_created_when_they_are_needed()
    {
        using var classifier = Create("residual");
        Assert.Equal(0, classifier.Sessions);
        var image = Images(classifier.Network.Input, 1)[0];
        classifier.Classify(image);
        classifier.Classify(image);
        Assert.Equal(1, classifier.Sessions);
    }

    [Fact]
    public async Task After_disposal_calls_throw_and_callers_that_wait_are_released()
    {
        var classifier = Create("residual", new ImageClassifierOptions { MaxSessions = 1 });
        var image = Images(classifier.Network.Input, 1)[0];
        using var inside = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var slow = new SlowDataset(image, inside, go);
        classifier.Classify(image);
        var evaluation = classifier.EvaluateAsync(slow, cancellationToken: TestContext.Current.CancellationToken);
        inside.Wait(TestContext.Current.CancellationToken);
        classifier.Dispose();
        go.Set();
        await Assert.ThrowsAnyAsync<ObjectDisposedException>(() => evaluation);
        Assert.Throws<ObjectDisposedException>(() => classifier.Classify(image));
        Assert.Throws<ObjectDisposedException>(() => classifier.ClassifyBatch([image]));
        Assert.Throws<ObjectDisposedException>(() => classifier.ClassifyValues(new float[784]));
        Assert.Throws<ObjectDisposedException>(() => classifier.Embed(image));
        Assert.Throws<ObjectDisposedException>(() => classifier.GetDecodeOptions());
        classifier.Dispose();
    }

    [Fact]
    public void A_waiting_caller_gets_a_returned_session_or_learns_of_the_disposal()
    {
        var network = Residual.Create();
        using var model = CompiledModel.Compile(network, ResidualWeights);
        using var pool = new SessionPool(model, max: 1);
        var session = pool.Rent();
        object? got = null;
        var waiter = new Thread(() => got = pool.Rent());
        waiter.Start();
        pool.Return(session);
        waiter.Join();
        Assert.Same(session, got);
        Exception? error = null;
        waiter = new Thread(() => error = Record.Exception(() => pool.Rent()));
        waiter.Start();
        pool.Dispose();
        waiter.Join();
        Assert.IsType<ObjectDisposedException>(error);
        pool.Return(session);
        Assert.Throws<ObjectDisposedException>(() => session.Infer(new float[784], new float[10]));
    }

    [Fact]
    public void Weights_that_are_not_finite_are_an_error_and_no_class()
    {
        var nan = new Weights(ResidualWeights.Tensors.Select(t => t with { Values = Array.ConvertAll(t.Values, _ => float.NaN) }));
        using var classifier = ImageClassifier.Create(Residual.Create(), nan, transform: ImageTransform.Mnist);
        var image = Images(classifier.Network.Input, 1)[0];
        Assert.Contains("residual", Assert.Throws<InferenceException>(() => classifier.Classify(image)).Message, StringComparison.Ordinal);
        Assert.Throws<InferenceException>(() => classifier.ClassifyBatch([image, image]));
        Assert.Throws<InferenceException>(() => classifier.Embed(image));
    }

    [Fact]
    public void Softmax_at_the_end_is_not_applied_twice()
    {
        var network = Network.Define("ends-in-softmax", new Shape(2, 3, 3), x => x.Flatten().Linear("fc", 4).Softmax());
        using var classifier = ImageClassifier.Create(network, Weights.Initialize(network, 1));
        var result = classifier.ClassifyValues([.. Enumerable.Range(0, 18).Select(i => i / 9f)]);
        Assert.Equal(result.Logits.Select(p => (double)p), result.Probabilities);
        Assert.Equal(1, result.Probabilities.Sum(), 1e-5);
    }

    [Fact]
    public void Features_are_the_input_of_the_last_linear_layer()
    {
        using var classifier = Create("residual");
        var image = Images(classifier.Network.Input, 1)[0];

        float[] features = classifier.Embed(image);

        Assert.Equal(512, features.Length);
        var (weight, bias) = (ResidualWeights["fc.weight"].Values, ResidualWeights["fc.bias"].Values);
        double[] logits = [.. Enumerable.Range(0, 10).Select(c => bias[c] + features.Select((f, i) => (double)f * weight[c * 512 + i]).Sum())];
        Compare.Close("logits", logits, [.. classifier.Classify(image).Logits], 1e-5);
        Assert.Equal(features, classifier.Embed(Interleaved(image), image.Width, image.Height, 1));
        Assert.Equal(features, classifier.EmbedValues(Values(classifier, image)));

        var flat = Network.Define("flat", new Shape(4, 1, 1), x => x.Linear("fc", 2));
        using var without = ImageClassifier.Create(flat, Weights.Initialize(flat, 1));
        Assert.Throws<NetworkException>(() => without.EmbedValues([1, 2, 3, 4]));
    }

    [Theory]
    [InlineData("residual")]
    [InlineData("resnet20")]
    public async Task An_evaluation_classifies_as_the_classifier_does(string name)
    {
        using var classifier = Create(name);
        var images = Images(classifier.Network.Input, 37);
        int[] labels = [.. images.Select((_, i) => i * 7 % 10)];
        var dataset = new MemoryImageDataset("random", classifier.Network.Input, classifier.Classes, [.. images.SelectMany(i => i.Pixels)], labels);
        var predictions = new List<ImagePrediction>();

        var evaluation = await classifier.EvaluateAsync(dataset, predictions.Add, TestContext.Current.CancellationToken);

        var alone = Array.ConvertAll(images, classifier.Classify);
        Assert.Equal(alone.Select((c, i) => new ImagePrediction(i, labels[i], c.Index, c.Probability)), predictions);
        Assert.Equal(alone.Where((c, i) => c.Index == labels[i]).Count(), evaluation.Correct);
        Assert.Equal(alone.Select((c, i) => -Math.Log(c.Probabilities[labels[i]])).Average(), evaluation.Loss, 1e-6);
        Assert.Equal(37, evaluation.Confusion.Sum(row => row.Sum()));
        await Assert.ThrowsAsync<ShapeException>(() => classifier.EvaluateAsync(
            new TensorDataset(new Shape(1, 2, 2), new float[4], [0]), cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Arguments_that_do_not_fit_are_refused()
    {
        using var classifier = Create("residual");
        Assert.Throws<ArgumentException>(() => classifier.Classify(new byte[10], 2, 2, 3));
        Assert.Throws<ArgumentException>(() => classifier.Classify(new byte[16], 2, 2, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => classifier.Classify([], 0, 2, 3));
        Assert.Throws<ArgumentException>(() => classifier.ClassifyBatch(new byte[13], 2, 2, 3));
        Assert.Throws<ArgumentException>(() => classifier.ClassifyValues(new float[783]));
        Assert.Throws<ArgumentException>(() => classifier.ClassifyValuesBatch(new float[783]));
        Assert.Empty(classifier.ClassifyValuesBatch(Array.Empty<float>()));
        Assert.Throws<ShapeException>(() => classifier.Classify(ImageTransform.Cifar10.Apply(new DecodedImage(3, 9, 9))));
        Assert.Throws<InvalidOptionException>(() => Create("residual", new ImageClassifierOptions { Threads = 0 }));
        Assert.Throws<InvalidOptionException>(() => Create("residual", new ImageClassifierOptions { MaxSessions = 0 }));
        Assert.Throws<InvalidOptionException>(() => ImageClassifier.Create(Residual.Create(), ResidualWeights, ["one"]));
        Assert.Throws<ShapeException>(() => ImageClassifier.Create(Residual.Create(), ResidualWeights, null, ImageTransform.Cifar10));
    }

    [Fact]
    public void A_file_without_a_card_is_used_with_the_default_of_its_model_and_says_so()
    {
        using var folder = new TemporaryFolder();
        ResidualWeights.Save(folder["residual.safetensors"]);
        Assert.Equal(
            ModelFormatError.ModelNotNamed,
            Assert.Throws<ModelFormatException>(() => ImageClassifier.Load(folder["residual.safetensors"])).Error);

        using var classifier = ImageClassifier.Load(folder["residual.safetensors"], new ImageClassifierOptions { Model = "residual" });

        string notice = Assert.Single(classifier.Notices);
        Assert.Contains("residual.safetensors does not say how images are prepared", notice, StringComparison.Ordinal);
        Assert.Contains("mean 0.1307", notice, StringComparison.Ordinal);
        Assert.Equal(ImageTransform.Mnist, classifier.Transform);
        Assert.Equal("9", classifier.Classes[9]);
        var own = new ImageClassifierOptions { Model = "residual", Transform = ImageTransform.Default(new(1, 28, 28)) };
        using var chosen = ImageClassifier.Load(folder["residual.safetensors"], own);
        Assert.Empty(chosen.Notices);
        Assert.Equal(own.Transform, chosen.Transform);
    }

    [Fact]
    public void A_transform_of_another_size_builds_the_network_for_it()
    {
        using var folder = new TemporaryFolder();
        var network = ModelCatalog.Find("resnet20").ForClasses(4);
        string[] names = ["a", "b", "c", "d"];
        ModelFile.Save(folder["m.safetensors"], Weights.Initialize(network, 1), new ModelCard("resnet20", names, ImageTransform.Cifar10));
        var larger = ImageTransform.Cifar10.For(new Shape(3, 48, 40));
        using var classifier = ImageClassifier.Load(folder["m.safetensors"], new ImageClassifierOptions { Transform = larger });
        Assert.Equal(larger.Input, classifier.Network.Input);
        Assert.Contains(classifier.Classify(new DecodedImage(3, 50, 50)).Label, names);
    }

    [Fact]
    public async Task A_model_of_arrays_takes_values_and_refuses_images()
    {
        using var folder = new TemporaryFolder();
        var network = Network.Define("spectrum", new Shape(5, 4, 6), x => x.Conv2d("conv", 8, 3).ReLU().Flatten().Linear("fc", 2));
        var random = new Random(1);
        float[][] samples = [.. Enumerable.Range(0, 40).Select(i => Enumerable.Range(0, 120).Select(_ => random.NextSingle() + i % 2).ToArray())];
        var dataset = new TensorDataset(network.Input, samples, [.. samples.Select((_, i) => i % 2)], ["low", "high"]);
        using var trainer = new Trainer(network, new TrainingOptions { Epochs = 5, BatchSize = 8, Threads = 1, Optimizer = new AdamW(0.01) });
        await trainer.FitAsync(dataset, dataset, cancellationToken: TestContext.Current.CancellationToken);
        trainer.Save(folder["spectrum.safetensors"]);

        using var classifier = ImageClassifier.Load(folder["spectrum.safetensors"]);

        Assert.Null(classifier.Transform);
        Assert.Equal("high", classifier.ClassifyValues(samples[1]).Label);
        Assert.Equal("low", classifier.ClassifyValues(samples[0]).Label);
        Assert.Equal(40, (await classifier.EvaluateAsync(dataset, cancellationToken: TestContext.Current.CancellationToken)).Correct);
        var error = Assert.Throws<InvalidOptionException>(() => classifier.Classify(new DecodedImage(3, 6, 4)));
        Assert.Contains("takes arrays of 5×4×6 values, and no images", error.Message, StringComparison.Ordinal);
    }

    internal static ImageClassifier Create(string name, ImageClassifierOptions? options = null)
    {
        var entry = ModelCatalog.Find(name);
        var network = entry.ForClasses(10);
        return ImageClassifier.Create(
            network, name == "residual" ? ResidualWeights : Weights.Initialize(network, 3), null, entry.Transform.For(network.Input), options);
    }

    internal static DecodedImage[] Images(Shape shape, int count)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var image = new DecodedImage(shape.Channels, shape.Width, shape.Height);
            random.NextBytes(image.Pixels);
            // Light on dark, as the ink of a drawing.
            image.Map([.. Enumerable.Range(0, 256).Select(v => (byte)(v < 200 ? 0 : v))]);
            return image;
        })];
    }

    internal static void Run(int threads, Action<int> action)
    {
        Thread[] all = [.. Enumerable.Range(0, threads).Select(t => new Thread(() => action(t)))];
        Array.ForEach(all, t => t.Start());
        Array.ForEach(all, t => t.Join());
    }

    internal static void AssertSame(IReadOnlyList<Classification> expected, IReadOnlyList<Classification> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.Equal(Bits(expected[i]), Bits(actual[i]));
            Assert.Equal((expected[i].Label, expected[i].Probability), (actual[i].Label, actual[i].Probability));
        }
    }

    private static int[] Bits(Classification c) => [.. c.Logits.Select(BitConverter.SingleToInt32Bits)];

    private static byte[] Interleaved(DecodedImage image)
    {
        int plane = image.Width * image.Height;
        return [.. Enumerable.Range(0, plane).SelectMany(p => Enumerable.Range(0, image.Channels).Select(c => image.Pixels[c * plane + p]))];
    }

    private static float[] Values(ImageClassifier classifier, DecodedImage image)
    {
        float[] values = new float[classifier.Network.Input.Count];
        classifier.Transform!.Normalize(classifier.Transform.Apply(image).Pixels, values);
        return values;
    }

    /// <summary>A dataset whose first image waits.</summary>
    private sealed class SlowDataset(DecodedImage image, ManualResetEventSlim inside, ManualResetEventSlim go) : IImageDataset
    {
        public string Name => "slow";

        public int Count => 4;

        public IReadOnlyList<string> Classes { get; } = ["0"];

        public int Label(int index) => 0;

        public DecodedImage Read(int index, DecodeOptions options = default)
        {
            inside.Set();
            go.Wait();
            return image;
        }
    }
}
