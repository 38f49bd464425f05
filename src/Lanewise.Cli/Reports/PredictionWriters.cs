using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Reports;

/// <summary>Writes a line for each image to stdout; errors are on stderr.</summary>
internal sealed class TextPredictions(int top, int width) : IPredictionWriter
{
    public void Write(ClassifiedImage image)
    {
        if (image.Classification is { } result)
        {
            var best = result.Top(top).Select(c => $"{c.Label} {NumberFormat.Percent(c.Probability)}");
            StandardOutput.WriteLine($"{VisibleText.Escape(image.Path).PadRight(width)}  {string.Join("   ", best)}");
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
    private readonly int _top;

    public JsonPredictions(int top)
    {
        _top = top;
        _stdout = StandardStreams.OpenOutBytes();
        _json = new Utf8JsonWriter(_written, JsonFormat.CompactOptions);
        _json.WriteStartObject();
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
            _json.WriteObjects("top", result.Top(_top), c =>
            {
                _json.WriteString("class", c.Label);
                _json.WriteNumber("probability", c.Probability);
            });
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
    private readonly int _top;

    public CsvPredictions(Stream stream, int top)
    {
        _top = top;
        _writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        string[] classes = [.. Enumerable.Range(1, top).SelectMany(i => (string[])[$"class_{i}", $"probability_{i}"])];
        WriteRow(["file", .. classes, "error"]);
    }

    public void Write(ClassifiedImage image)
    {
        var cells = Enumerable.Repeat("", 2 * _top);
        if (image.Classification is { } result)
        {
            cells = result.Top(_top).SelectMany(
                c => (string[])[c.Label, c.Probability.ToString("R", CultureInfo.InvariantCulture)]);
        }

        WriteRow([image.Path, .. cells, image.Error?.Message ?? ""]);
    }

    public void Dispose() => _writer.Dispose();

    private void WriteRow(IReadOnlyList<string> cells) =>
        _writer.Write(string.Join(',', cells.Select(CsvFormat.Quote)) + CsvFormat.LineEnd);
}
