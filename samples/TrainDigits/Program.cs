// Describes a small network, trains it on the built-in digits, saves it, and classifies a digit with the saved model.
using Lanewise;

var network = Network.Define("my-residual", input: new Shape(1, 28, 28), x => x
    .Conv2d("stem", 8, kernelSize: 5).ReLU().MaxPool2d(2) // 8×12×12
    .ResidualBlock("block1")                              // 8×12×12
    .MaxPool2d(2)                                         // 8×6×6
    .Flatten()                                            // 288
    .Linear("fc", 10));
Console.WriteLine(network);

var train = BuiltInDigits.Train(20_000);
var test = BuiltInDigits.Test(2_000);
var trainer = new Trainer(network, new TrainingOptions { Epochs = 2, Optimizer = new Sgd(0.02, momentum: 0.9), Seed = 1 });
foreach (var epoch in await trainer.FitAsync(train, test))
{
    Console.WriteLine(
        $"epoch {epoch.Epoch}: loss {epoch.TrainLoss:F3}, accuracy {epoch.ValTop1:P2}, {epoch.ImagesPerSecond:N0} images/s");
}

// The file holds weights that PyTorch can load, the classes, and descriptions of the network and of how images are prepared.
trainer.Save("my-residual.safetensors");

using var classifier = ImageClassifier.Load("my-residual.safetensors");
byte[] digit = new byte[test.Shape.Count];
test.Read(0, digit);
Console.WriteLine($"a {test.Classes[test.Label(0)]} is classified as {classifier.Classify(digit, width: 28, height: 28, channels: 1)}");
