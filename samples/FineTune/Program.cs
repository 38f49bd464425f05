// Fine-tunes torchvision's ResNet-18 on photographs of two kinds: resnet18.pth, photos/train/CLASS/…, photos/val/CLASS/…
using Lanewise;

var network = ResNet.ResNet18(classes: 2);
var weights = network.LoadWeights("resnet18.pth", strict: false); // a head of 1000 classes does not fit: it is re-initialized
using var trainer = new Trainer(
    network.WithTrainableHead(),
    new TrainingOptions { Epochs = 2, BatchSize = 32, Augmentation = Augmentation.ImageNet },
    weights);
await foreach (var epoch in trainer.EpochsAsync(new ImageFolder("photos/train"), new ImageFolder("photos/val")))
{
    Console.WriteLine($"epoch {epoch.Epoch}: loss {epoch.TrainLoss:F3}, accuracy {epoch.ValTop1:P1}");
}

trainer.Save("photos.safetensors");
