using System.Text.Json;
using Lanewise.Files;
using Lanewise.Imaging;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary><c>eval --calibrate</c>, and what <c>predict</c> and <see cref="ImageClassifier"/> make of it.</summary>
public sealed class CalibrationTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    private string Model => _folder["run/model.safetensors"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var settings = new TrainSettings
        {
            Model = "residual",
            Dataset = "digits",
            LimitTrain = 1000,
            LimitTest = 300,
            Epochs = 2,
            LearningRate = 0.03,
            Threads = 1,
        };
        await TrainingJob.Create(settings, _folder["run"]).RunAsync(cancellationToken: Token);
        var digits = BuiltInDigits.Test(3);
        byte[] pixels = new byte[28 * 28];
        for (int i = 0; i < 3; i++)
        {
            digits.Read(i, pixels);
            await File.WriteAllBytesAsync(_folder[$"{i}.png"], ImageWriter.Encode(new Shape(1, 28, 28), pixels, 1), Token);
        }
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_calibration_changes_the_card_and_no_weight()
    {
        byte[] before = await File.ReadAllBytesAsync(Model, Token);
        var old = Safetensors.Read(Model);
        using var json = JsonDocument.Parse((await CalibrateAsync("--json")).Out);
        var root = json.RootElement;
        Assert.Equal((150, 150), (root.GetProperty("fit_images").GetInt32(), root.GetProperty("test_images").GetInt32()));
        double temperature = root.GetProperty("temperature").GetDouble();
        Assert.NotEqual(1, temperature);
        Assert.InRange(root.GetProperty("coverage")[1].GetProperty("covered").GetDouble(), 0.88, 1);

        byte[] after = await File.ReadAllBytesAsync(Model, Token);
        int values = old.Tensors.Sum(tensor => 4 * tensor.Values.Length);
        Assert.Equal(before[^values..], after[^values..]);
        var changed = Safetensors.Read(Model);
        Assert.Equal(old.Metadata, changed.Metadata.Where(entry => entry.Key != "lanewise.calibration").ToDictionary());
        var card = ModelCard.FromMetadata(changed.Metadata, Model)!;
        Assert.Equal(temperature, card.Calibration!.Temperature);
        Assert.Equal(card.ToMetadata(), ModelCard.FromMetadata(card.ToMetadata(), "x")!.ToMetadata());

        // The same again, and after the run went on, none.
        await CalibrateAsync();
        Assert.Equal(after, await File.ReadAllBytesAsync(Model, Token));
        await TrainingJob.Resume(_folder["run"], settings => settings with { Epochs = 3 }).RunAsync(cancellationToken: Token);
        Assert.Null(ModelFile.Load(Model).Card.Calibration);
    }

    [Fact]
    public async Task Probabilities_are_calibrated_in_predict_eval_and_the_library_alike()
    {
        var plain = await PredictAsync();
        using var before = JsonDocument.Parse((await CliProgram.RunAsync(_folder.Path, "eval", "run", "--limit-test", "300", "--json")).Ok().Out);
        await CalibrateAsync();
        var calibration = ModelFile.Load(Model).Card.Calibration!;
        var calibrated = await PredictAsync();
        Assert.Equal(calibration.Temperature, calibrated.GetProperty("temperature").GetDouble());
        Assert.False(plain.TryGetProperty("temperature", out _));
        var (one, other) = (plain.GetProperty("predictions")[0], calibrated.GetProperty("predictions")[0]);
        Assert.Equal(one.GetProperty("logits").GetRawText(), other.GetProperty("logits").GetRawText());
        float[] logits = [.. other.GetProperty("logits").EnumerateArray().Select(logit => logit.GetSingle())];
        double expected = Calibration.Softmax(logits, isSoftmax: false, calibration.Temperature).Max();
        Assert.Equal(expected, other.GetProperty("top")[0].GetProperty("probability").GetDouble(), 1e-12);

        using var classifier = ImageClassifier.Load(_folder["run"]);
        Assert.Equal(expected, classifier.Classify(_folder["0.png"]).Probability, 1e-12);
        Assert.Equal(calibration.Temperature, classifier.Calibration!.Temperature);

        using var after = JsonDocument.Parse((await CliProgram.RunAsync(_folder.Path, "eval", "run", "--limit-test", "300", "--json")).Ok().Out);
        Assert.Equal(Value(before, "test_top1"), Value(after, "test_top1"));
        Assert.NotEqual(Value(before, "test_loss"), Value(after, "test_loss"));
        var evaluation = await classifier.EvaluateAsync(BuiltInDigits.Test().Take(300), cancellationToken: Token);
        Assert.Equal(evaluation.Loss, Value(after, "test_loss"), 1e-5);

        static double Value(JsonDocument document, string name) => document.RootElement.GetProperty(name).GetDouble();
    }

    [Fact]
    public async Task An_evaluation_on_the_images_of_the_fit_says_so()
    {
        const string Notice = "the model was calibrated on 150 images, likely half of these";
        Assert.DoesNotContain(Notice, (await CalibrateAsync()).Error, StringComparison.Ordinal);
        Assert.Contains(Notice, (await EvalAsync("--limit-test", "300")).Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Notice, (await EvalAsync("--limit-test", "200")).Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Notice, (await EvalAsync("--limit-test", "300", "--split", "train")).Error, StringComparison.Ordinal);
        Assert.Contains(Notice, (await CliProgram.RunAsync(_folder.Path, "report", "run")).Ok().Error, StringComparison.Ordinal);

        async Task<CliResult> EvalAsync(params string[] options) =>
            (await CliProgram.RunAsync(_folder.Path, ["eval", "run", .. options])).Ok();
    }

    [Fact]
    public async Task Unlikely_answers_are_rejected_and_likely_classes_listed_only_where_asked_for()
    {
        (await CliProgram.RunAsync(_folder.Path, "predict", "run", "0.png", "--reject", "auto"))
            .AssertError("--reject auto: the model is not calibrated; calibrate it first with: lanewise eval run --calibrate");
        (await CliProgram.RunAsync(_folder.Path, "predict", "run", "0.png", "--reject", "1.5"))
            .AssertError("--reject 1.5: expected a probability from 0 to 1, or auto.", exitCode: 2);
        await CalibrateAsync();
        var calibration = ModelFile.Load(Model).Card.Calibration!;
        var without = (await PredictAsync()).GetProperty("predictions")[0];
        Assert.False(without.TryGetProperty("rejected", out _) || without.TryGetProperty("likely", out _));

        var all = (await PredictAsync("--reject", "auto", "--coverage", "0.9", "--csv", "table.csv")).GetProperty("predictions");
        foreach (var image in all.EnumerateArray())
        {
            double top = image.GetProperty("top")[0].GetProperty("probability").GetDouble();
            Assert.Equal(top < calibration.Threshold, image.GetProperty("rejected").GetBoolean());
            float[] logits = [.. image.GetProperty("logits").EnumerateArray().Select(logit => logit.GetSingle())];
            double min = calibration.MinProbability(0.9);
            int likely = Math.Max(1, Calibration.Softmax(logits, false, calibration.Temperature).Count(p => p >= min));
            Assert.Equal(likely, image.GetProperty("likely").GetArrayLength());
        }

        string[] rows = await File.ReadAllLinesAsync(_folder["table.csv"], Token);
        Assert.EndsWith(",rejected,likely,error", rows[0], StringComparison.Ordinal);
        // By a threshold that no answer reaches, and one that each does.
        var text = (await CliProgram.RunAsync(_folder.Path, "predict", "run", "0.png", "--reject", "1")).Ok();
        Assert.Contains("0.png  none of these   ", text.Out, StringComparison.Ordinal);
        text = (await CliProgram.RunAsync(_folder.Path, "predict", "run", "0.png", "--reject", "0", "--coverage", "0.5")).Ok();
        Assert.DoesNotContain("none of these", text.Out, StringComparison.Ordinal);
        Assert.Contains("   {", text.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exported_file_gives_calibrated_probabilities()
    {
        await CalibrateAsync();
        var model = ModelFile.Load(Model);
        var logits = OnnxFile.Write(_folder["logits.onnx"], model);
        var probabilities = OnnxFile.Write(_folder["probabilities.onnx"], model, new OnnxExportOptions { Probabilities = true });
        Assert.InRange(logits.MaxDifference, 0, 1e-4);
        Assert.InRange(probabilities.MaxDifference, 0, 1e-4);
        using var own = ImageClassifier.Load(Model);
        foreach (string file in (string[])["logits.onnx", "probabilities.onnx"])
        {
            var answer = JsonDocument.Parse((await CliProgram.RunAsync(_folder.Path, "predict", file, "0.png", "--json")).Ok().Out).RootElement
                .GetProperty("predictions")[0].GetProperty("top")[0].GetProperty("probability").GetDouble();
            // Not divided by the temperature twice, nor not at all.
            Assert.Equal(own.Classify(_folder["0.png"]).Probability, answer, 1e-4);
        }
    }

    [Fact]
    public async Task What_cannot_be_calibrated_is_refused()
    {
        (await CliProgram.RunAsync(_folder.Path, "eval", "run", "--calibrate", "--limit-test", "99"))
            .AssertError("digits: 99 images are too few to calibrate: at least 100 are needed, half to fit on and half to measure with.");
        (await CliProgram.RunAsync(_folder.Path, "eval", "run", "--calibrate", "--split", "train"))
            .AssertError("digits: a calibration is fitted to images that the model was not trained on");
        (await CliProgram.RunAsync(_folder.Path, "eval", "run", "--calibrate", "--crop-pct", "0.9"))
            .AssertError("a calibration is stored for images prepared as the model's file says; omit --img-size");
        (await CliProgram.RunAsync(_folder.Path, "export", "run", "run.onnx")).Ok();
        (await CliProgram.RunAsync(_folder.Path, "eval", "run.onnx", "--calibrate")).AssertError("convert it to one first.");
        using var classifier = ImageClassifier.Load(Model, new() { Reject = 1 });
        Assert.True(classifier.Classify(_folder["0.png"]).IsRejected);
        Assert.Throws<InvalidOptionException>(() => ImageClassifier.Load(Model, new() { Reject = double.NaN }));
        Assert.Throws<InvalidOptionException>(() => ImageClassifier.Load(Model, new() { Coverage = 0.9 }));
        Assert.Throws<InvalidOptionException>(() => ImageClassifier.Load(Model, new() { Coverage = 1 }));

        var card = ModelFile.Load(Model).Card.ToMetadata();
        foreach (string damaged in (string[])["{", "[]", "{}", """{"temperature":-1,"threshold":0,"images":1,"label_probabilities":[1]}"""])
        {
            card["lanewise.calibration"] = damaged;
            Assert.Contains(
                "calibration is malformed", Assert.Throws<ModelFormatException>(() => ModelCard.FromMetadata(card, "file")).Message,
                StringComparison.Ordinal);
        }
    }

    private async Task<CliResult> CalibrateAsync(params string[] options) =>
        (await CliProgram.RunAsync(_folder.Path, ["eval", "run", "--calibrate", "--limit-test", "300", .. options])).Ok();

    private async Task<JsonElement> PredictAsync(params string[] options)
    {
        var result = await CliProgram.RunAsync(_folder.Path, ["predict", "run", "0.png", "1.png", "2.png", "--json", .. options]);
        return JsonDocument.Parse(result.Ok().Out).RootElement;
    }
}
