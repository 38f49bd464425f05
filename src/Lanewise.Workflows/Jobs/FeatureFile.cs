using System.Globalization;
using System.IO.Compression;
using System.Text;
using Lanewise.Files;

namespace Lanewise.Workflows;

/// <summary>Writes features, a row an image, in bounded memory.</summary>
internal abstract class FeatureFile : IDisposable
{
    /// <summary>What the names of the files can end with.</summary>
    public static readonly string[] Extensions = [".npz", ".csv"];

    /// <summary>Creates the writer for the ending of a name.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="path">Its path.</param>
    /// <exception cref="JobException">The ending is another.</exception>
    public static FeatureFile Create(Stream stream, string path) => ExtensionOf(path) == Extensions[0]
        ? new NpzFeatures(stream, Path.GetDirectoryName(Path.GetFullPath(path))!)
        : new CsvFeatures(stream);

    /// <summary>Returns the ending of a name in lower case.</summary>
    /// <exception cref="JobException">It is none of <see cref="Extensions"/>.</exception>
    public static string ExtensionOf(string path) =>
        Path.GetExtension(path).ToLowerInvariant() is var end && Extensions.Contains(end, StringComparer.Ordinal) ? end
        : throw new JobException($"{{output}} {path}: expected a name that ends in {string.Join(" or ", Extensions)}.");

    /// <summary>Writes a row.</summary>
    public abstract void Write(string file, float[] features);

    /// <summary>Completes the file.</summary>
    public abstract void Complete();

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>
    /// <c>features</c>, (N, F) float32, and <c>files</c>, (N) texts, as <c>numpy.savez</c> writes them. The header comes first and N is
    /// known last, so the values wait in a temporary file.
    /// </summary>
    private sealed class NpzFeatures(Stream stream, string folder) : FeatureFile
    {
        private readonly FileStream _values = new(
            Path.Combine(folder, $".{Guid.NewGuid():N}.tmp"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16,
            FileOptions.DeleteOnClose);

        private readonly List<string> _files = [];
        private int _features;

        public override void Write(string file, float[] features)
        {
            _features = features.Length;
            _files.Add(file);
            NpyWriter.WriteFloats(_values, features);
        }

        public override void Complete()
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
            using (var entry = archive.CreateEntry("features.npy", CompressionLevel.NoCompression).Open())
            {
                NpyWriter.WriteFloatHeader(entry, _files.Count, _features);
                _values.Position = 0;
                _values.CopyTo(entry);
            }

            using (var entry = archive.CreateEntry("files.npy", CompressionLevel.NoCompression).Open())
            {
                NpyWriter.WriteTexts(entry, _files);
            }
        }

        public override void Dispose() => _values.Dispose();
    }

    /// <summary>The columns <c>file</c>, <c>f0</c>, <c>f1</c>, …, with numbers that read back to the same floats.</summary>
    private sealed class CsvFeatures(Stream stream) : FeatureFile
    {
        private readonly StreamWriter _writer = new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        private bool _hasHeader;

        public override void Write(string file, float[] features)
        {
            if (!_hasHeader)
            {
                _hasHeader = true;
                WriteRow("file", features.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"f{i}")));
            }

            WriteRow(CsvFormat.Quote(file), features.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));
        }

        public override void Complete() => _writer.Flush();

        public override void Dispose() => _writer.Dispose();

        private void WriteRow(string first, IEnumerable<string> others)
        {
            _writer.Write(first);
            foreach (string cell in others)
            {
                _writer.Write(',');
                _writer.Write(cell);
            }

            _writer.Write(CsvFormat.LineEnd);
        }
    }
}
