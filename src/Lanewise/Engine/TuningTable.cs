using System.Text.Encodings.Web;
using System.Text.Json;
using Lanewise.IO;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// Which algorithm was the fastest for a convolution, by its shape; kept in a file for each kind of processor. A file that is missing,
/// broken or of another version of Lanewise counts as empty, and is replaced.
/// </summary>
internal sealed class TuningTable
{
    private readonly string _path;
    private readonly Dictionary<string, string> _algorithms;
    private bool _hasChanged;

    /// <summary>Reads a table.</summary>
    /// <param name="path">The file.</param>
    public TuningTable(string path) => (_path, _algorithms) = (path, Read(path));

    /// <summary>The table of this processor in the user's cache folder.</summary>
    public static TuningTable OfMachine { get; } = new(Path.Combine(
        CacheFolder.Of(Environment.GetEnvironmentVariable), "tuning", FileName(Processor.Name)));

    /// <summary>The build of the kernels: another may take other times.</summary>
    private static string Version => typeof(KernelSet).Module.ModuleVersionId.ToString();

    /// <summary>Returns what was found for a shape; measures it if nothing was, one shape at a time.</summary>
    /// <param name="shape">The shape, as text.</param>
    /// <param name="applies">Whether a name is that of an algorithm to choose from.</param>
    /// <param name="measure">Measures, and returns the name of the fastest algorithm.</param>
    public string Find(string shape, Func<string, bool> applies, Func<string> measure)
    {
        lock (_algorithms)
        {
            if (!_algorithms.TryGetValue(shape, out string? name) || !applies(name))
            {
                name = _algorithms[shape] = measure();
                _hasChanged = true;
            }

            return name;
        }
    }

    /// <summary>
    /// Writes the file, if there is anything new. A folder that cannot be written is no error: the next process measures again.
    /// </summary>
    public void Save()
    {
        lock (_algorithms)
        {
            if (!_hasChanged)
            {
                return;
            }

            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
                // Another process may have added others meanwhile.
                foreach (var (shape, algorithm) in Read(_path))
                {
                    _algorithms.TryAdd(shape, algorithm);
                }

                AtomicFile.Write(_path, Write);
                _hasChanged = false;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FileAccessException)
            {
                // Nothing is lost but the time of the next measurement.
            }
        }
    }

    private void Write(Stream stream)
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
    }

    private static Dictionary<string, string> Read(string path)
    {
        var algorithms = new Dictionary<string, string>(StringComparer.Ordinal);
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
