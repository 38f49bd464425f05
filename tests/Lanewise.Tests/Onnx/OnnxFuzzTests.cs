using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Lanewise.Tests.Onnx;

/// <summary>
/// Reads damaged files: each is read or refused with an exception of the library, in little memory. Environment: LANEWISE_ONNX_FUZZ_INPUTS,
/// their number; LANEWISE_FUZZ_REPORT, a file for the result.
/// </summary>
[Collection("alone")]
public sealed class OnnxFuzzTests(ITestOutputHelper output)
{
    private const int DefaultInputs = 3000, MaxMilliseconds = 1000;
    private const long MaxBytes = 200L << 20;

    [Fact]
    public void Damaged_files_are_read_or_refused()
    {
        string? setting = Environment.GetEnvironmentVariable("LANEWISE_ONNX_FUZZ_INPUTS");
        int inputs = int.Parse(setting ?? $"{DefaultInputs}", CultureInfo.InvariantCulture), read = 0, slowest = 0, largest = 0;
        var mutator = new OnnxMutator(OnnxSeeds.All());
        double maxMilliseconds = 0;
        long maxBytes = 0;
        for (int i = 0; i < inputs; i++)
        {
            byte[] file = mutator.Make(i);
            long before = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.StartNew();
            read += IsRead(file, i) ? 1 : 0;
            double milliseconds = watch.Elapsed.TotalMilliseconds;
            long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            (maxMilliseconds, slowest) = milliseconds > maxMilliseconds ? (milliseconds, i) : (maxMilliseconds, slowest);
            (maxBytes, largest) = bytes > maxBytes ? (bytes, i) : (maxBytes, largest);
        }

        string result = string.Create(
            CultureInfo.InvariantCulture,
            $"{inputs} inputs: {read} read, {inputs - read} refused; slowest {maxMilliseconds:F0} ms (input {slowest}), most memory "
            + $"allocated {maxBytes >> 20} MB (input {largest})");
        output.WriteLine(result);
        if (Environment.GetEnvironmentVariable("LANEWISE_FUZZ_REPORT") is { } report)
        {
            File.WriteAllText(report, result);
        }

        Assert.InRange(maxBytes, 0, MaxBytes);
        // The suite has no assertion on time: it runs on loaded and emulated machines too.
        Assert.True(setting is null || maxMilliseconds < MaxMilliseconds, result);
    }

    private static bool IsRead(byte[] file, int number)
    {
        try
        {
            OnnxFile.Read(file, "fuzz.onnx");
            return true;
        }
        catch (Exception e) when (e is ModelFormatException or FileAccessException)
        {
            return false;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"input {number}: {e.GetType().Name}: {e.Message}", e);
        }
    }
}
