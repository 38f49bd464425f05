using Lanewise;
using Lanewise.Files;

internal static class TrainChapter
{
    public static async Task RunAsync()
    {
        var network = Residual.Create(classes: 10);
        var (train, test) = (BuiltInDigits.Train(6_000), BuiltInDigits.Test(1_000));

        var trainer = new Trainer(network, new TrainingOptions
        {
            Epochs = 2,
            BatchSize = 64,
            Optimizer = new Sgd(0.01, momentum: 0.5),
            Seed = 1,
        });
        foreach (var epoch in await trainer.FitAsync(train, test))
        {
            Console.WriteLine($"epoch {epoch.Epoch}: loss {epoch.TrainLoss:F2}, accuracy {epoch.ValTop1:P1}");
        }

        var card = new ModelCard("residual", test.Classes, ImageTransform.Mnist, dataset: "digits");
        ModelFile.Save("residual.safetensors", trainer.GetWeights(), card);
    }
}
