// Classifies an image file with a trained model: ClassifyImage runs/residual-1 seven.png
using Lanewise;

using var classifier = ImageClassifier.Load(args[0]);
Classification result = classifier.Classify(args[1]);
foreach (var (label, _, probability) in result.Top(3))
{
    Console.WriteLine($"{label} {probability:P1}");
}
