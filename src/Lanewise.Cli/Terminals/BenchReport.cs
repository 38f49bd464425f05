using System.Text.Json;
using Lanewise.Analysis;
using Lanewise.Workflows;

namespace Lanewise.Cli.Terminals;

/// <summary>Reports measured throughput as tables and as JSON.</summary>
/// <param name="options">The options of the measurement.</param>
/// <param name="peak">The peak of all threads.</param>
/// <param name="oneThread">The peak of one thread, for kernel calls; null if they were not measured.</param>
internal sealed class BenchReport(ThroughputOptions options, ProcessorPeak peak, ProcessorPeak? oneThread)
{
    public required IReadOnlyList<BenchResult> Results { get; init; }

    public void Print()
    {
        StandardOutput.WriteLine(
            FormattableString.Invariant($"peak {peak.Gflops:F1} GFLOP/s on {Threads(options.Threads)}, lane width {peak.LaneWidth}; ")
            + FormattableString.Invariant($"clock {peak.ClockGhz:F2} GHz, {peak.FmasPerCycle:F2} FMAs per cycle: ")
            + FormattableString.Invariant($"{peak.FmasPerCycle / 2:P0} of two FMA units"));
        StandardOutput.WriteLine();
        var table = new ConsoleTable("model", "mode", ">batch", ">images/s", ">GFLOP/s", ">% of peak", ">bytes/step");
        foreach (var result in Results)
        {
            var speed = result.Speed;
            table.Add(
                result.Network.Name,
                EnumNames.Of(result.Mode),
                NumberFormat.Count(speed.BatchSize),
                FormattableString.Invariant($"{speed.ImagesPerSecond:N1}"),
                FormattableString.Invariant($"{speed.Gflops:F1}"),
                Share(speed.Gflops / peak.Gflops),
                FormattableString.Invariant($"{speed.AllocatedBytesPerStep:N0}"));
        }

        table.Print();
        foreach (var result in Results.Where(result => result.Calls is not null))
        {
            PrintCalls(result);
        }
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteRenamed("peak_gflops", "ceiling_gflops", peak.Gflops);
        json.WriteNumber("lane_width", peak.LaneWidth);
        json.WriteNumber("threads", options.Threads);
        json.WriteNumber("clock_ghz", peak.ClockGhz);
        json.WriteNumber("fma_per_cycle", peak.FmasPerCycle);
        json.WriteString("algorithm", EnumNames.Of(options.Algorithm));
        if (oneThread is not null)
        {
            json.WriteRenamed("thread_peak_gflops", "thread_ceiling_gflops", oneThread.Gflops);
        }

        json.WriteObjects("results", Results, result => Write(json, result));
    }

    private void Write(Utf8JsonWriter json, BenchResult result)
    {
        var speed = result.Speed;
        json.WriteString("model", result.Network.Name);
        json.WriteString("mode", EnumNames.Of(result.Mode));
        json.WriteNumber("batch", speed.BatchSize);
        json.WriteNumber("parameters", result.Network.ParameterCount);
        json.WriteNumber("flops_per_image", speed.FlopsPerImage);
        json.WriteNumber("images_per_second", speed.ImagesPerSecond);
        json.WriteNumber("best_images_per_second", speed.Best);
        json.WriteNumber("gflops", speed.Gflops);
        json.WriteNumber("share", speed.Gflops / peak.Gflops);
        json.WriteNumber("allocated_bytes_per_step", speed.AllocatedBytesPerStep);
        if (result.Calls is { } calls)
        {
            json.WriteObjects("layers", calls, call => Write(json, call));
        }
    }

    private void Write(Utf8JsonWriter json, KernelTime call)
    {
        json.WriteString("name", call.Layer);
        json.WriteString("kernel", call.Kernel);
        json.WriteString("tile", call.Tile);
        json.WriteNumber("seconds", call.Seconds);
        json.WriteNumberOrNull("gflops", call.Gflops ?? double.NaN);
        json.WriteNumberOrNull("share", call.Gflops / oneThread!.Gflops ?? double.NaN);
        json.WriteNumber("time_share", call.Share);
    }

    private void PrintCalls(BenchResult result)
    {
        var calls = result.Calls!;
        double microseconds = calls.Sum(call => call.Seconds) * 1e6;
        StandardOutput.WriteLine();
        StandardOutput.WriteLine(
            $"{result.Network.Name}, {EnumNames.Of(result.Mode)}, batch of {CostReport.Images(result.Speed.BatchSize)}, one thread, "
            + FormattableString.Invariant($"peak {oneThread!.Gflops:F1} GFLOP/s: {microseconds:N0} µs in kernels"));
        StandardOutput.WriteLine();
        var table = new ConsoleTable("layer", "kernel", "tile", ">µs", ">GFLOP/s", ">% of peak", ">% of step");
        foreach (var call in calls)
        {
            table.Add(
                call.Layer, call.Kernel, call.Tile ?? NumberFormat.NoValue, FormattableString.Invariant($"{call.Seconds * 1e6:N1}"),
                call.Gflops is { } gflops ? FormattableString.Invariant($"{gflops:F1}") : NumberFormat.NoValue,
                call.Gflops is { } speed ? Share(speed / oneThread.Gflops) : NumberFormat.NoValue,
                Share(call.Share));
        }

        table.Print();
    }

    private static string Threads(int count) => count == 1 ? "1 thread" : $"{count} threads";

    private static string Share(double share) => FormattableString.Invariant($"{share * 100:F1} %");
}
