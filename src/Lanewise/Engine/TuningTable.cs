using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lanewise.IO;

namespace Lanewise.Engine;

/// <summary>
/// Which algorithm was the fastest for a convolution, by its shape; kept in a file for each kind of processor. A file that is missing,
/// broken or of another version of Lanewise counts as empty, and is replaced.
/// </summary>
internal sealed class TuningTable
{
    private readonly string _path;
    private readonly ConcurrentDictionary<string, string> _algorithms;
    private bool _hasChanged;

    /// <summary>Reads a table.</summary>
    /// <param name="path">The file.</param>
    public TuningTable(string path) => (_path, _algorithms) = (path, Read(path));

    /// <summary>The table of this processor in the user's cache folder.</summary>
    public static TuningTable OfMachine { get; } = new(Path.Combine(
        CacheFolder.Of(Environment.GetEnvironmentVariable), "tuning", FileName(Processor.Name)));

    /// <summary>The version of the tool that wrote a table: another may have other kernels.</summary>
    private static string Version => typeof(TuningTable).Assembly.GetName().Version!.ToString();

    /// <summary>Returns what was found for a shape; measures it if nothing was.</summary>
    /// <param name="shape">The shape, as text.</param>
    /// <param name="measure">Measures, and returns the name of the fastest algorithm.</param>
    public string Find(string shape, Func<string> measure) => _algorithms.GetOrAdd(shape, _ =>
    {
        _hasChanged = true;
        return measure();
    });

    /// <summary>Replaces an entry that names no algorithm that there is.</summary>
    public void Replace(string shape, string algorithm) => (_algorithms[shape], _hasChanged) = (algorithm, true);

    /// <summary>
    /// Writes the file, if there is anything new. A folder that cannot be written is no error: the next process measures again.
    /// </summary>
    public void Save()
    {
        if (!_hasChanged)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            AtomicFile.Write(_path, stream =>
            {
                using var json = new Utf8JsonWriter(
                    stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
                json.WriteStartObject();
                json.WriteString("processor", Processor.Name);
                json.WriteString("version", Version);
                json.WriteStartObject("algorithms");
                foreach (var (shape, algorithm) in _algorithms.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    json.WriteString(shape, algorithm);
                }

                json.WriteEndObject();
                json.WriteEndObject();
            });
            _hasChanged = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FileAccessException)
        {
            // Nothing is lost but the time of the next measurement.
        }
    }

    private static ConcurrentDictionary<string, string> Read(string path)
    {
        var algorithms = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var json = JsonDocument.Parse(InputFile.ReadBytes(path));
            var root = json.RootElement;
            if (root.GetProperty("version").GetString() == Version)
            {
                foreach (var entry in root.GetProperty("algorithms").EnumerateObject())
                {
                    algorithms[entry.Name] = entry.Value.GetString() ?? "";
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FileAccessException or JsonException
            or KeyNotFoundException or InvalidOperationException)
        {
            algorithms.Clear();
        }

        return algorithms;
    }

    private static string FileName(string processor) =>
        string.Concat(processor.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-')) + ".json";
}
