// Trains on float arrays of two channels: whether the signals of two sensors swing together or in opposition.
using Lanewise;

var shape = new Shape(2, 1, 64); // channels, rows, columns
string[] classes = ["together", "opposed"];
var network = Network.Define("signals", input: shape, x => x
    .Conv2d(8, kernelSize: (1, 5)).ReLU() // 8×1×60
    .AdaptiveAvgPool2d().Flatten()        // 8
    .Linear(2));

using var trainer = new Trainer(network, new TrainingOptions { Epochs = 5, Optimizer = new AdamW(0.01), Seed = 1 });
var epochs = await trainer.FitAsync(Signals(2_000, seed: 1), Signals(200, seed: 2));
Console.WriteLine($"accuracy {epochs[^1].ValTop1:P1}");
trainer.Save("signals.safetensors");

using var classifier = ImageClassifier.Load("signals.safetensors");
var result = classifier.ClassifyValues(Signal(new Random(3), isOpposed: true));
Console.WriteLine($"{result.Label} {result.Probability:P1}");

TensorDataset Signals(int count, int seed)
{
    var random = new Random(seed);
    int[] labels = [.. Enumerable.Range(0, count).Select(i => i % 2)];
    float[][] samples = [.. labels.Select(label => Signal(random, isOpposed: label == 1))];
    return new TensorDataset(shape, samples, labels, classes, name: "signals");
}

// Values enter the network unchanged, so they are scaled here, in training and afterwards: to −1 … 1.
float[] Signal(Random random, bool isOpposed)
{
    double phase = 2 * Math.PI * random.NextDouble(), frequency = 0.2 + 0.3 * random.NextDouble();
    float[] values = new float[shape.Count];
    for (int t = 0; t < 64; t++)
    {
        values[t] = (float)Math.Sin(frequency * t + phase);
        values[64 + t] = isOpposed ? -values[t] : values[t];
    }

    return values;
}
