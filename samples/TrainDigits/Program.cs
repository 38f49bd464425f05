using Lanewise;
// Describes a small network, trains it on the built-in digits and saves weights that PyTorch can load.
using Lanewise.Files;

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
await foreach (var epoch in trainer.EpochsAsync(train, test))
{
    Console.WriteLine(
        $"epoch {epoch.Epoch}: loss {epoch.TrainLoss:F3}, accuracy {epoch.ValTop1:P2}, {epoch.ImagesPerSecond:N0} images/s");
}

Safetensors.Write("my-residual.safetensors", trainer.GetWeights().Tensors);
