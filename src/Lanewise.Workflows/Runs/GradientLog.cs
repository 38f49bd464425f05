using System.Globalization;
using Lanewise.Analysis;
using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>
/// Records the gradient flow of a run as <c>gradients.csv</c>: a row per selected step and layer, in full precision. A resumed run
/// writes the same file as an uninterrupted one.
/// </summary>
/// <param name="network">The network that is trained.</param>
/// <param name="stepsPerEpoch">The number of steps per epoch.</param>
/// <param name="wants">Whether to record the step at a position.</param>
internal sealed class GradientLog(Network network, int stepsPerEpoch, Func<TrainingPosition, bool> wants) : IGradientObserver
{
    private const string Header = "step,epoch,layer,norm,zero_share";

    private readonly List<GradientSample> _samples = [];

    /// <summary>Gets the gradients so far, those of earlier parts of a resumed run included.</summary>
    public IReadOnlyList<GradientSample> Samples => _samples;

    public bool Wants(TrainingPosition position) => wants(position);

    public void Observe(TrainingPosition position, Weights gradients) =>
        _samples.Add(GradientFlow.Measure(network, gradients, StepOf(position)));

    /// <summary>Reads an earlier log up to <paramref name="position"/>; later rows are dropped because their steps are repeated.</summary>
    /// <exception cref="LanewiseException">The file cannot be read or was not written by <c>train</c>.</exception>
    /// <param name="path">The file.</param>
    /// <param name="text">The content of the log, where it could not be written to the file; null otherwise.</param>
    /// <param name="position">The position.</param>
    public void Resume(string path, string? text, TrainingPosition position)
    {
        var samples = text is null ? Load(path) : Parse(text.Split('\n'), path);
        _samples.AddRange(samples.TakeWhile(sample => sample.Step < StepOf(position)));
    }

    public void Save(string path) => AtomicFile.WriteText(path, Format());

    /// <summary>Returns the text of the log.</summary>
    public string Format() => string.Join('\n', [Header, .. _samples.SelectMany(Rows), ""]);

    /// <summary>Reads the samples of a run; empty if the file does not exist.</summary>
    /// <exception cref="LanewiseException">The file cannot be read or was not written by <c>train</c>.</exception>
    public static List<GradientSample> Load(string path) => File.Exists(path) ? Parse(InputFile.ReadLines(path), path) : [];

    private static List<GradientSample> Parse(string[] lines, string path)
    {
        if (lines.Length == 0 || lines[0] != Header)
        {
            throw new LanewiseException($"{path}: the first line is not '{Header}'; delete the file to continue without it.");
        }

        var rows = lines.Skip(1).Where(line => line.Length > 0).Select((line, i) => Parse(line) is { } row ? row
            : throw new LanewiseException($"{path}: line {i + 2} is not a row of {Header}; delete the file to continue without it."));
        return [.. rows.GroupBy(row => row.Step, row => row.Layer).Select(step => new GradientSample(step.Key, [.. step]))];
    }

    private long StepOf(TrainingPosition position) => (long)position.Epoch * stepsPerEpoch + position.Step;

    private IEnumerable<string> Rows(GradientSample sample) => sample.Layers.Select(layer => string.Create(
        CultureInfo.InvariantCulture,
        $"{sample.Step},{sample.Step / stepsPerEpoch + 1},{CsvFormat.Quote(layer.Layer)},{layer.Norm:R},{layer.ZeroShare:R}"));

    private static (long Step, LayerGradient Layer)? Parse(string line) =>
        // The name of a layer, from an ONNX file for example, may contain commas.
        line.Split(',') is [var step, _, .. { Length: > 0 } layer, var norm, var zeros]
        && long.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
        && double.TryParse(norm, NumberStyles.Float, CultureInfo.InvariantCulture, out double length)
        && double.TryParse(zeros, NumberStyles.Float, CultureInfo.InvariantCulture, out double share)
            ? (number, new(CsvFormat.Unquote(string.Join(',', layer)), length, share))
            : null;
}
