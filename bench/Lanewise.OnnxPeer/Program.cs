// Measures the throughput of a model on ONNX Runtime: Lanewise.OnnxPeer MODEL.onnx infer [--batch N] [--threads N] [--seconds S]
// Prints one JSON line like Lanewise.Bench: the median and the best of half-second windows after a warm-up, and the number of float32
// parameters in the file (fewer where the exporter folded batch norm into convolutions).
using System.Diagnostics;
using System.Globalization;
using Lanewise.OnnxPeer;
using Microsoft.ML.OnnxRuntime;

if (args.Length < 2 || args[1] != "infer")
{
    Console.Error.WriteLine("usage: Lanewise.OnnxPeer MODEL.onnx infer [--batch N] [--threads N] [--seconds S]");
    return 2;
}

long parameters = Initialisers.CountParameters(File.ReadAllBytes(args[0]));
int batch = Option("--batch", 64), seconds = Option("--seconds", 6), threads = Option("--threads", Environment.ProcessorCount);
using var options = new SessionOptions
{
    IntraOpNumThreads = threads,
    InterOpNumThreads = 1,
    ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
    GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
};
using var session = new InferenceSession(args[0], options);
using var run = new RunOptions();
if (session.InputMetadata.Single().Value.ElementType != typeof(float))
{
    throw new InvalidDataException($"{args[0]}: its input is not float32");
}

// Input and output are bound once, so that a step neither copies nor allocates outside the runtime.
using var binding = session.CreateIoBinding();
var random = new Random(1);
using var input = Bound(session.InputMetadata.Single(), binding.BindInput, random.NextSingle);
using var output = Bound(session.OutputMetadata.Single(), binding.BindOutput, () => 0);

var warmUp = Stopwatch.StartNew();
for (int i = 0; i < 2 || warmUp.Elapsed.TotalSeconds < 1; i++)
{
    session.RunWithBinding(run, binding);
}

var rates = new List<double>();
var total = Stopwatch.StartNew();
while (total.Elapsed.TotalSeconds < seconds || rates.Count < 3)
{
    var window = Stopwatch.StartNew();
    int steps = 0;
    do
    {
        session.RunWithBinding(run, binding);
        steps++;
    }
    while (window.Elapsed.TotalSeconds < 0.5);
    rates.Add(steps * (double)batch / window.Elapsed.TotalSeconds);
}

rates.Sort();
string version = OrtEnv.Instance().GetVersionString();
double median = rates[rates.Count / 2];
string model = Path.GetFileNameWithoutExtension(args[0]);
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $$"""{"peer":"onnxruntime {{version}}","model":"{{model}}","mode":"infer","batch":{{batch}},"threads":{{threads}}"""
    + $$""","parameters":{{parameters}},"precision":"float32","images_per_second":{{median:F1}},"best":{{rates[^1]:F1}}}"""));
return 0;

int Option(string name, int fallback)
{
    int at = Array.IndexOf(args, name);
    return at < 0 ? fallback : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
}

OrtValue Bound(KeyValuePair<string, NodeMetadata> node, Action<string, OrtValue> bind, Func<float> next)
{
    // The batch is the dynamic axis.
    long[] shape = [.. node.Value.Dimensions.Select(d => d < 0 ? batch : (long)d)];
    float[] values = [.. Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => next())];
    var value = OrtValue.CreateTensorValueFromMemory(values, shape);
    bind(node.Key, value);
    return value;
}
