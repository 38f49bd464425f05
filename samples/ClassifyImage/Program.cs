using Lanewise;
// Classifies an image file with a trained model: ClassifyImage runs/residual-1/model.safetensors seven.png
using Lanewise.Analysis;
using Lanewise.Engine;
using Lanewise.Files;

var model = ModelFile.Load(args[0]);
var transform = model.Card.Transform;
var image = transform.Apply(args[1]);

// The plan holds packed weights and activations; keep it for further images. It serves one caller at a time.
var plan = Plan.Compile(model.Network, new PlanOptions { BatchSize = 1, Threads = 1 });
plan.SetWeights(model.Weights);
int[] unknownLabel = [0];
var dataset = new MemoryImageDataset("image", image.Shape, model.Card.Classes, image.Pixels, unknownLabel);
plan.Infer(new PreparedDataset(dataset, transform), [0]);

var result = new Classification(plan.Output);
foreach (int c in result.Ranking.Take(3))
{
    Console.WriteLine($"{model.Card.Classes[c]} {result.Probabilities[c]:P1}");
}
