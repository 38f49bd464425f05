// The program of docs/library.md: trains, evaluates, reports, exports and reads ONNX, and classifies files, as the command line does.
using Lanewise;
using Lanewise.Workflows;

using var cancellation = new CancellationTokenSource();
var progress = new Progress<JobEvent>(e =>
{
    if (e is EpochEvent { Epoch: var epoch })
    {
        Console.WriteLine($"epoch {epoch.Epoch}: loss {epoch.TrainLoss:F3}, accuracy {epoch.ValTop1:P1}");
    }
});

var settings = new TrainSettings
{
    Model = "residual",
    Dataset = "digits",
    LimitTrain = 2_000,
    LimitTest = 400,
    Epochs = 2,
    LearningRate = 0.03,
};
var training = TrainingJob.Create(settings, output: "runs/digits");
TrainingResult run = await training.RunAsync(progress, cancellation.Token);

var model = TrainedModel.Load(run.Directory.Path);
var test = new DataSource("digits") { LimitTest = 400 };
EvaluationResult result = await new EvaluationJob(model, test).RunAsync(progress, cancellation.Token);
Console.WriteLine($"{result.Model} on {result.Dataset}: {result.Evaluation.Top1:P1}");
foreach (var score in result.Evaluation.PerClass())
{
    Console.WriteLine($"{result.Classes[score.Class]}: precision {score.Precision:P1}, recall {score.Recall:P1}");
}

await new ReportJob(run.Directory).RunAsync(run.Directory.Report, progress, cancellation.Token);

OnnxExport export = OnnxFile.Write(
    "digits.onnx", model.File, new OnnxExportOptions { Input = OnnxInput.UInt8, Probabilities = true });
Console.WriteLine($"{export.Path}: {export.Nodes} nodes, {export.Bytes} bytes, largest difference {export.MaxDifference:0.0e+0}");

OnnxModel onnx = OnnxFile.Read("digits.onnx");
var read = onnx.ToModelFile();
using var classifier = ImageClassifier.Create(read.Network, read.Weights, read.Card.Classes, read.Card.Transform);
Console.WriteLine($"{args[0]}: {classifier.Classify(args[0])}");

await foreach (ClassifiedImage image in new ClassificationJob(model).RunAsync(args, progress, cancellation.Token))
{
    Console.WriteLine($"{image.Path}: {(image.Succeeded ? image.Classification : image.Error.Message)}");
}
