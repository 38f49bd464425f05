using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Reports;

/// <summary>What is written of each image.</summary>
/// <param name="Top">The number of the most likely classes.</param>
/// <param name="Rejected">Whether answers may be rejected.</param>
/// <param name="Likely">Whether there is a set of likely classes.</param>
internal sealed record PredictionColumns(int Top, bool Rejected, bool Likely)
{
    /// <summary>Gets the temperature of the model's calibration; null if it has none.</summary>
    public double? Temperature { get; init; }
}

/// <summary>Writes a line for each image to stdout; errors are on stderr.</summary>
internal sealed class TextPredictions(PredictionColumns columns, int width) : IPredictionWriter
{
    public void Write(ClassifiedImage image)
    {
        if (image.Classification is { } result)
        {
            var best = result.Top(columns.Top).Select(c => $"{c.Label} {NumberFormat.Percent(c.Probability)}");
            string rejected = result.IsRejected ? "none of these   " : "";
            string likely = result.LikelyClasses is { } classes ? $"   {{{string.Join(", ", classes.Select(c => c.Label))}}}" : "";
            StandardOutput.WriteLine($"{VisibleText.Escape(image.Path).PadRight(width)}  {rejected}{string.Join("   ", best)}{likely}");
        }
    }

    public void Dispose()
    {
        // Nothing is open.
    }
}

/// <summary>Writes one JSON document to stdout, image by image.</summary>
internal sealed class JsonPredictions : IPredictionWriter
{
    private const int FlushBytes = 1 << 16;
    private readonly ArrayBufferWriter<byte> _written = new();
    private readonly Stream _stdout;
    private readonly Utf8JsonWriter _json;
    private readonly PredictionColumns _columns;

    public JsonPredictions(PredictionColumns columns)
    {
        _columns = columns;
        _stdout = StandardStreams.OpenOutBytes();
        _json = new Utf8JsonWriter(_written, JsonFormat.CompactOptions);
        _json.WriteStartObject();
        if (columns.Temperature is { } temperature)
        {
            _json.WriteNumber("temperature", temperature);
        }

        _json.WriteStartArray("predictions");
    }

    public void Write(ClassifiedImage image)
    {
        _json.WriteStartObject();
        _json.WriteString("file", image.Path);
        if (image.Classification is { } result)
        {
            _json.WriteString("treatment", result.Processing);
            _json.WriteBoolean("inverted", result.Inverted);
            _json.WriteValues("logits", result.Logits, logit => _json.WriteNumberValue(logit));
            WriteClasses("top", result.Top(_columns.Top));
            if (_columns.Rejected)
            {
                _json.WriteBoolean("rejected", result.IsRejected);
            }

            if (result.LikelyClasses is { } likely)
            {
                WriteClasses("likely", likely);
            }
        }
        else
        {
            _json.WriteString("error", image.Error!.Message);
        }

        _json.WriteEndObject();
        if (_json.BytesPending > FlushBytes)
        {
            Flush();
        }
    }

    /// <summary>Ends the document, also after an exception: what was written is one document.</summary>
    public void Dispose()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
        Flush();
        _json.Dispose();
        WorkingLine.Write(_stdout, "\n"u8);
        _stdout.Dispose();
    }

    private void WriteClasses(string name, IEnumerable<ClassProbability> classes) => _json.WriteObjects(name, classes, c =>
    {
        _json.WriteString("class", c.Label);
        _json.WriteNumber("probability", c.Probability);
    });

    private void Flush()
    {
        _json.Flush();
        WorkingLine.Write(_stdout, JsonFormat.Visible(_written.WrittenSpan));
        _written.ResetWrittenCount();
    }
}

/// <summary>Writes comma-separated values: the file, the most likely classes with their probabilities, and the error.</summary>
internal sealed class CsvPredictions : IPredictionWriter
{
    private readonly StreamWriter _writer;
    private readonly PredictionColumns _columns;

    public CsvPredictions(Stream stream, PredictionColumns columns)
    {
        _columns = columns;
        _writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        string[] classes = [.. Enumerable.Range(1, columns.Top).SelectMany(i => (string[])[$"class_{i}", $"probability_{i}"])];
        WriteRow(["file", .. classes, .. Further("rejected", "likely"), "error"]);
    }

    public void Write(ClassifiedImage image)
    {
        var cells = Enumerable.Repeat("", 2 * _columns.Top);
        if (image.Classification is { } result)
        {
            cells = result.Top(_columns.Top).SelectMany(
                c => (string[])[c.Label, c.Probability.ToString("R", CultureInfo.InvariantCulture)]);
        }

        string rejected = image.Classification is null ? "" : image.Classification.IsRejected ? "yes" : "no";
        string likely = string.Join('|', (image.Classification?.LikelyClasses ?? []).Select(c => c.Label));
        WriteRow([image.Path, .. cells, .. Further(rejected, likely), image.Error?.Message ?? ""]);
    }

    public void Dispose() => _writer.Dispose();

    private IEnumerable<string> Further(string rejected, string likely) =>
        [.. _columns.Rejected ? (string[])[rejected] : [], .. _columns.Likely ? (string[])[likely] : []];

    private void WriteRow(IReadOnlyList<string> cells) =>
        _writer.Write(string.Join(',', cells.Select(CsvFormat.Quote)) + CsvFormat.LineEnd);
}
