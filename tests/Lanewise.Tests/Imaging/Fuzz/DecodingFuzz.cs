using System.Diagnostics;
using System.Globalization;
using System.Text;
using Lanewise.Imaging;
using Xunit;

namespace Lanewise.Tests.Imaging.Fuzz;

/// <summary>
/// Decodes mutated images and reports how many were decoded, the slowest, and the memory beyond the pixels. An explicit test, because an
/// abort of native code would end the whole run: <see cref="DecodingFuzzTests"/> and <c>.ci/full fuzz</c> run it in a process of its own.
/// </summary>
/// <remarks>
/// Environment: LANEWISE_FUZZ_INPUTS, the number of inputs of each format; LANEWISE_FUZZ_FROM, the first; LANEWISE_FUZZ_FORMATS, with commas
/// between; LANEWISE_FUZZ_REPORT, the file for the table. The number of the current input is in its sibling with the ending .input.
/// </remarks>
public sealed class DecodingFuzz
{
    /// <summary>The limits for one input; MB are 2^20 bytes.</summary>
    public const int MaxMilliseconds = 1000, MaxMegabytes = 200;
    private const int DefaultInputs = 400, SlowMilliseconds = 100, Repeats = 3;

    // The decoder's four bytes and the three planes.
    private const int BytesOfPixel = 7;
    private static readonly string[] Formats = ["png", "jpg", "webp", "gif", "bmp", "tif", "p?m"];

    [Fact(Explicit = true)]
    public void Mutated_images_are_decoded_or_refused()
    {
        int inputs = int.Parse(Setting("INPUTS") ?? $"{DefaultInputs}", CultureInfo.InvariantCulture);
        int from = int.Parse(Setting("FROM") ?? "0", CultureInfo.InvariantCulture);
        string report = Setting("REPORT") ?? Path.Combine(Path.GetTempPath(), "lanewise-fuzz.md");
        List<string> rows =
        [
            "| format | seeds | inputs | decoded | refused | other exceptions | slowest, ms | most memory beyond the pixels, MB |",
            "|---|---:|---:|---:|---:|---:|---:|---:|",
        ];
        var faults = new List<string>();
        foreach (string format in Setting("FORMATS")?.Split(',') ?? Formats)
        {
            using var current = new FileStream(Path.ChangeExtension(report, ".input"), FileMode.Create, FileAccess.Write, FileShare.Read);
            var run = new FormatRun(format, current);
            run.Decode(from, inputs);
            rows.Add(run.Row);
            faults.AddRange(run.Faults);
        }
        File.WriteAllLines(report, rows);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static string? Setting(string name) => Environment.GetEnvironmentVariable("LANEWISE_FUZZ_" + name);

    /// <summary>The inputs of one format, and what became of them.</summary>
    private sealed class FormatRun(string format, FileStream current)
    {
        private readonly byte[][] _seeds =
            [.. Directory.GetFiles(Seeds.Folder, "*." + format).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
        private readonly PeakMemory _memory = new();
        private int _inputs, _decoded, _refused, _slowest, _largest;
        private double _maxMilliseconds, _maxMegabytes;

        public List<string> Faults { get; } = [];

        public string Row => string.Create(
            CultureInfo.InvariantCulture,
            $"| {format} | {_seeds.Length} | {_inputs} | {_decoded} | {_refused} | {_inputs - _decoded - _refused} " +
            $"| {_maxMilliseconds:F0} (input {_slowest}) | {_maxMegabytes:F0} (input {_largest}) |");

        public void Decode(int from, int count)
        {
            var mutator = new ImageMutator(_seeds);
            // The first images load the native library.
            foreach (byte[] seed in _seeds)
            {
                Pixels(seed, index: -1);
            }
            for (int index = from; index < from + count; index++)
            {
                current.Position = 0;
                current.Write(Encoding.UTF8.GetBytes($"{format} {index}"));
                current.Flush();
                _inputs++;
                Measure(mutator.Make(index), index);
            }
        }

        private void Measure(byte[] file, int index)
        {
            _memory.Reset();
            var watch = Stopwatch.StartNew();
            long pixels = Pixels(file, index);
            double milliseconds = watch.Elapsed.TotalMilliseconds;
            double megabytes = (_memory.Growth() - pixels * BytesOfPixel) / (1024.0 * 1024);
            // Other programs make one try slow, not each.
            for (int i = 1; i < Repeats && milliseconds > SlowMilliseconds; i++)
            {
                watch.Restart();
                Pixels(file, index: -1);
                milliseconds = Math.Min(milliseconds, watch.Elapsed.TotalMilliseconds);
            }

            (_maxMilliseconds, _slowest) = milliseconds > _maxMilliseconds ? (milliseconds, index) : (_maxMilliseconds, _slowest);
            (_maxMegabytes, _largest) = megabytes > _maxMegabytes ? (megabytes, index) : (_maxMegabytes, _largest);
            // The suite has no assertion on time: it runs on loaded and emulated machines too.
            if ((milliseconds > MaxMilliseconds && Setting("INPUTS") is not null) || megabytes > MaxMegabytes)
            {
                Faults.Add(string.Create(CultureInfo.InvariantCulture, $"{format} {index}: {milliseconds:F0} ms, {megabytes:F0} MB"));
            }
        }

        /// <summary>Decodes an input and returns the number of its pixels; 0 if it is refused.</summary>
        private long Pixels(byte[] file, int index)
        {
            bool counts = index >= 0;
            try
            {
                var decoded = ImageDecoder.Decode(file);
                _decoded += counts ? 1 : 0;
                return (long)decoded.Width * decoded.Height;
            }
            catch (ImageFormatException)
            {
                _refused += counts ? 1 : 0;
            }
            catch (Exception e)
            {
                Faults.Add($"{format} {index}: {e}");
            }
            return 0;
        }
    }

    /// <summary>The growth of this process's resident memory, native and managed; 0 where the system does not tell.</summary>
    private sealed class PeakMemory
    {
        private const string Status = "/proc/self/status", Clear = "/proc/self/clear_refs";
        private readonly bool _isKnown = File.Exists(Status) && File.Exists(Clear);
        private long _before;

        public void Reset()
        {
            if (_isKnown)
            {
                // 5 sets the peak to what is resident now.
                File.WriteAllText(Clear, "5");
                _before = Read("VmRSS:");
            }
        }

        public long Growth() => _isKnown ? Math.Max(0, Read("VmHWM:") - _before) : 0;

        private static long Read(string name)
        {
            string line = File.ReadLines(Status).First(line => line.StartsWith(name, StringComparison.Ordinal));
            return long.Parse(line.AsSpan(name.Length).Trim().TrimEnd("kB"), CultureInfo.InvariantCulture) * 1024;
        }
    }
}
