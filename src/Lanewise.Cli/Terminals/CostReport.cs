using System.Globalization;
using System.Text.Json;
using Lanewise.Analysis;
using Lanewise.Workflows;

namespace Lanewise.Cli.Terminals;

/// <summary>Reports the cost of a network as a table, as comma-separated values and as JSON.</summary>
/// <param name="cost">The computed cost.</param>
/// <param name="times">The measured times; null if not measured.</param>
/// <param name="training">Whether the times are those of a training step.</param>
internal sealed class CostReport(NetworkCost cost, LayerTimes? times, bool training)
{
    private bool IsFast => times?.Seconds < 1e-3;

    private string Unit => IsFast ? "µs" : "ms";

    public void Print()
    {
        var network = cost.Network;
        StandardOutput.WriteLine($"{network.Name}, {network.Input} → {NumberFormat.Count(network.OutputCount)} classes, for one image");
        StandardOutput.WriteLine();
        string[] measured = times is null ? []
            : training ? [$">forward {Unit}", $">backward {Unit}", ">share of time"]
            : [$">{Unit}", ">share of time"];
        var table = new ConsoleTable(["layer", "op", "output", ">parameters", ">MACs", ">share", ">KiB", .. measured]);
        foreach (var layer in cost.Layers)
        {
            table.Add(Row(layer, layer.Op is { } op ? OpFormat.Of(op) : $"{layer.Nodes.Count} layers"));
        }

        table.Add(Row(cost.Total with { Name = "total" }, ""));
        table.Print();
        StandardOutput.WriteLine();
        StandardOutput.WriteLine("MACs: of convolutions and linear layers, bias not counted. KiB: layer outputs in float32.");
        if (times is not null)
        {
            StandardOutput.WriteLine(
                $"Times: one thread, batch of {Images(times.Images)}, median of many runs; a layer fused into another counts there.");
        }
    }

    public void PrintCsv()
    {
        string[] measured = times is null ? [] : ["seconds", "forward_seconds", "backward_seconds", "time_share"];
        CsvOutput.Print(
            [
                "layer", "op", "kernel_height", "kernel_width", "stride", "channels", "height", "width",
                "parameters", "buffers", "macs", "share", "activation_bytes", .. measured,
            ],
            cost.Layers.Select(Values));
    }

    public void Write(Utf8JsonWriter json)
    {
        var (network, input) = (cost.Network, cost.Network.Input);
        json.WriteString("model", network.Name);
        json.WriteNumbers("input", [input.Channels, input.Height, input.Width]);
        json.WriteNumber("classes", network.OutputCount);
        WriteMetrics(json, cost.Total);
        if (times is not null)
        {
            json.WriteStartObject("timing");
            json.WriteString("mode", training ? "train" : "infer");
            json.WriteNumber("threads", 1);
            json.WriteNumber("images", times.Images);
            json.WriteNumber("lane_width", times.LaneWidth);
            json.WriteEndObject();
        }

        json.WriteObjects("layers", cost.Layers, layer => Write(json, layer));
    }

    public static string Images(int count) => count == 1 ? "1 image" : $"{NumberFormat.Count(count)} images";

    private string[] Row(LayerCost layer, string op) =>
    [
        layer.Name,
        op,
        layer.Output.ToString(),
        CountOrDash(layer.Parameters),
        CountOrDash(layer.Macs),
        layer.Macs == 0 ? NumberFormat.NoValue : NumberFormat.Percent(cost.ShareOf(layer)),
        FormattableString.Invariant($"{layer.ActivationBytes / 1024.0:N1}"),
        .. times is null ? [] : Measured(times.Of(layer)),
    ];

    private string[] Measured(LayerTime time)
    {
        string share = time.Seconds == 0 ? NumberFormat.NoValue : NumberFormat.Percent(time.Share);
        return training ? [Duration(time.Forward), Duration(time.Backward), share] : [Duration(time.Forward), share];
    }

    private IReadOnlyList<string> Values(LayerCost layer)
    {
        var window = layer.Op?.Window;
        var time = times?.Of(layer);
        IEnumerable<object?> values =
        [
            layer.Name, layer.Op?.Name, window?.KernelSize.Height, window?.KernelSize.Width, window?.Stride.ToString(),
            layer.Output.Channels, layer.Output.Height, layer.Output.Width,
            layer.Parameters, layer.Buffers, layer.Macs, cost.ShareOf(layer), layer.ActivationBytes,
            .. time is null ? [] : (object[])[time.Seconds, time.Forward, time.Backward, time.Share],
        ];
        return [.. values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")];
    }

    private void Write(Utf8JsonWriter json, LayerCost layer)
    {
        json.WriteString("name", layer.Name);
        json.WriteString("op", layer.Op?.Name);
        if (layer.Op?.Window is { KernelSize: var kernel, Stride: var stride })
        {
            json.WriteNumbers("kernel", [kernel.Height, kernel.Width]);
            json.WriteNumber("stride", stride.Height);
            json.WriteNumbers("strides", [stride.Height, stride.Width]);
        }

        json.WriteNumbers("output", [layer.Output.Channels, layer.Output.Height, layer.Output.Width]);
        WriteMetrics(json, layer);
        json.WriteNumber("share", cost.ShareOf(layer));
        if (times?.Of(layer) is { } time)
        {
            json.WriteNumber("time_share", time.Share);
        }
    }

    private void WriteMetrics(Utf8JsonWriter json, LayerCost layer)
    {
        json.WriteNumber("parameters", layer.Parameters);
        json.WriteNumber("buffers", layer.Buffers);
        json.WriteRenamed("macs", "multiply_adds", layer.Macs);
        json.WriteNumber("activation_bytes", layer.ActivationBytes);
        if (times?.Of(layer) is { } time)
        {
            json.WriteNumber("seconds", time.Seconds);
            json.WriteNumber("forward_seconds", time.Forward);
            json.WriteNumber("backward_seconds", time.Backward);
        }
    }

    private static string CountOrDash(long count) => count == 0 ? NumberFormat.NoValue : NumberFormat.Count(count);

    private string Duration(double seconds) => seconds == 0
        ? NumberFormat.NoValue
        : FormattableString.Invariant($"{seconds * (IsFast ? 1e6 : 1e3):F2}");
}
