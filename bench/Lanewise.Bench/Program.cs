// Throughput of one model: Lanewise.Bench MODEL train|infer [--batch N] [--threads N] [--seconds S] [--lanes L] [--layers]
// prints one JSON line: the median and the best of half-second windows, after a warm-up, and the peak memory in MiB.
using System.Diagnostics;
using System.Globalization;
using Lanewise.Analysis;
using Lanewise.Bench;
using Lanewise.Engine;
using Lanewise.Graphs;
using Lanewise.Kernels;
using Lanewise.Models;

if (args.Length < 2 || args[1] is not ("train" or "infer"))
{
    Console.Error.WriteLine("usage: Lanewise.Bench MODEL train|infer [--batch N] [--threads N] [--seconds S] [--lanes L] [--layers]");
    return 2;
}

int batch = Option("--batch", 64), seconds = Option("--seconds", 6);
bool training = args[1] == "train";
var network = ModelCatalog.Find(args[0]).Create(new ModelOptions());
var plan = Plan.Compile(network, new PlanOptions
{
    BatchSize = batch,
    Training = training,
    Threads = Option("--threads", Environment.ProcessorCount),
    LaneWidth = Option("--lanes", 0),
});
plan.Load(Weights.Initialize(network, seed: 1));
var source = new RandomPictures(network.Input.Count, network.Classes, batch);
int[] indices = [.. Enumerable.Range(0, batch)];
OptimizerWork? update = training ? new OptimizerWork(plan.TakeLikeWeights()) { Step = new SgdStep(0.01f, 0.5f, 0, Nesterov: false) } : null;

var warmUp = Stopwatch.StartNew();
for (int i = 0; i < 2 || warmUp.Elapsed.TotalSeconds < 1; i++)
{
    Step();
}

var rates = new List<double>();
var total = Stopwatch.StartNew();
while (total.Elapsed.TotalSeconds < seconds || rates.Count < 3)
{
    var window = Stopwatch.StartNew();
    int steps = 0;
    do
    {
        Step();
        steps++;
    }
    while (window.Elapsed.TotalSeconds < 0.5);
    rates.Add(steps * (double)batch / window.Elapsed.TotalSeconds);
}

rates.Sort();
using var process = Process.GetCurrentProcess();
double peak = process.PeakWorkingSet64 / (1024.0 * 1024.0);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{\"engine\":\"lanewise\",\"model\":\"{network.Name}\",\"mode\":\"{args[1]}\",\"batch\":{batch},\"threads\":{plan.Options.Threads},\"lane_width\":{plan.LaneWidth},\"parameters\":{network.ParameterCount},\"images_per_second\":{rates[rates.Count / 2]:F1},\"best\":{rates[^1]:F1},\"peak_mb\":{peak:F0}}}"));
if (args.Contains("--layers"))
{
    LayerTable.Print(network, batch, training, plan.LaneWidth);
}

return 0;

int Option(string name, int fallback)
{
    int at = Array.IndexOf(args, name);
    return at < 0 ? fallback : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
}

void Step()
{
    if (update is null)
    {
        plan.Infer(source, indices);
    }
    else
    {
        plan.ComputeGradients(source, indices);
        plan.Apply(update);
    }
}
