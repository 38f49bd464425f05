// Measures the throughput of a model: Lanewise.Bench MODEL train|infer [--batch N] [--threads N] [--seconds S] [--lanes L]
// Prints one JSON line: the median and the best of half-second windows after a warm-up, the peak memory in MiB, and the number of
// parameters, with and without batch norm folded into the preceding convolutions.
using System.Diagnostics;
using System.Globalization;
using Lanewise;
using Lanewise.Analysis;

if (args.Length < 2 || args[1] is not ("train" or "infer"))
{
    Console.Error.WriteLine("usage: Lanewise.Bench MODEL train|infer [--batch N] [--threads N] [--seconds S] [--lanes L]");
    return 2;
}

var network = ModelCatalog.Find(args[0]).Create(new ModelOptions());
var options = new ThroughputOptions
{
    BatchSize = Option("--batch", 64),
    Training = args[1] == "train",
    Threads = Option("--threads", Environment.ProcessorCount),
    LaneWidth = Option("--lanes", 0),
    Duration = TimeSpan.FromSeconds(Option("--seconds", 6)),
};
var speed = Throughput.Measure(network, options);
using var process = Process.GetCurrentProcess();
// Folding replaces scale and shift of a batch norm by a bias, which these convolutions do not have.
int folded = network.ParameterCount - network.Nodes.Where(n => n.Op is BatchNorm2d).Sum(n => n.Shape.Channels);
double peak = process.PeakWorkingSet64 / (1024.0 * 1024.0);
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $$"""{"engine":"lanewise","model":"{{network.Name}}","mode":"{{args[1]}}","batch":{{speed.BatchSize}},"threads":{{options.Threads}}"""
    + $$""","lane_width":{{speed.LaneWidth}},"parameters":{{network.ParameterCount}},"folded_parameters":{{folded}}"""
    + $$""","precision":"float32","images_per_second":{{speed.ImagesPerSecond:F1}},"best":{{speed.Best:F1}},"peak_mb":{{peak:F0}}}"""));
return 0;

int Option(string name, int fallback)
{
    int at = Array.IndexOf(args, name);
    return at < 0 ? fallback : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
}
