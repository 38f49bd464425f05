using System.CommandLine;
using System.Text.Json;
using Lanewise.Analysis;
using Lanewise.Cli.Terminals;
using Lanewise.Graphs;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise cost conv</c>.</summary>
internal sealed class CostConvVerb
{
    private const string Examples =
        """
          lanewise cost conv --input 192x28x28 --out 32 --kernel 5 --padding 2
          lanewise cost conv --input 192x28x28 --out 32 --kernel 5 --padding 2 --reduce 16
        """;

    private const int LargestKernel = 1024;
    private const int MaxChannels = 65_536;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    private readonly Option<Shape?> _input = ShapeOption.Input("Channels, height and width of the input.");
    private readonly Option<int?> _out = Options.Limit("--out", MaxChannels, "Output channels.");
    private readonly Option<int?> _kernel = Options.Limit("--kernel", LargestKernel, "The square kernel's side.");
    private readonly Option<int> _padding = Options.WholeNumber("--padding", 0, 0, LargestKernel, "Zero rows and columns around the input.");
    private readonly Option<int> _stride = Options.WholeNumber("--stride", 1, 1, LargestKernel, "Step between outputs.");
    private readonly Option<int?> _reduce = Options.Limit("--reduce", MaxChannels, "Compare with a 1×1 convolution to so many channels, followed by the same convolution.");
    private readonly Option<bool> _json = Options.Json();

    public static Command Create()
    {
        var options = new CostConvVerb();
        var verb = new Verb("conv", "Tell what a convolution costs, and what a 1×1 convolution before it saves, on paper and in time.", Examples)
        {
            options._input, options._out, options._kernel, options._padding, options._stride, options._reduce, options._json,
        };
        verb.Validators.Add(result =>
        {
            Option[] needed = [options._input, options._out, options._kernel];
            if (needed.Any(option => result.GetResult(option) is null))
            {
                result.AddError("cost conv: --input, --out and --kernel are needed, as in: lanewise cost conv --input 192x28x28 --out 32 --kernel 5");
            }
        });
        verb.SetAction((parse, cancellation) => Task.Run(() => options.Run(parse, cancellation), CancellationToken.None));
        return verb;
    }

    private int Run(ParseResult parse, CancellationToken cancellation)
    {
        int kernel = parse.GetRequiredValue(_kernel)!.Value;
        var convolution = new Conv2d(parse.GetRequiredValue(_out)!.Value, kernel, parse.GetValue(_stride), parse.GetValue(_padding), Bias: true);
        var pair = new ReducedConvolution(parse.GetRequiredValue(_input)!.Value, convolution, parse.GetValue(_reduce));
        var times = pair.Measure(Patience, cancellation);
        if (parse.GetValue(_json))
        {
            JsonOutput.Print(json => Write(json, pair, convolution, times));
        }
        else
        {
            Print(pair, convolution, times);
        }

        return ExitCode.Done;
    }

    private static void Print(ReducedConvolution pair, Conv2d convolution, ReducedConvolutionTimes? times)
    {
        var direct = pair.Direct;
        Report.Line($"{OpText.Of(convolution)}, {direct.Network.Input} → {direct.Total.Output}, for one image");
        Report.Line();
        var table = new ReportTable("variant", "layers", ">parameters", ">MACs", ">ms", ">GFLOP/s");
        Add(table, "direct", direct, times?.Direct);
        if (pair.Reduced is { } reduced)
        {
            Add(table, "reduced", reduced, times?.Reduced);
        }

        table.Print();
        Report.Line();
        if (pair.Ratio is { } ratio)
        {
            string inTime = times?.Ratio is { } faster ? $", and {Times(faster)} the time" : "";
            Report.Line($"Direct takes {Times(ratio)} the MACs of reduced{inTime}.");
        }

        Report.Line(times is null
            ? "It is too large to be measured within seconds."
            : $"Times: on one thread, {CostReport.Images(times.Images)} together, the median of many runs.");
    }

    private static void Add(ReportTable table, string name, NetworkCost cost, ConvolutionTime? time) => table.Add(
        name,
        string.Join(", ", cost.Layers.Select(layer => $"{OpText.Of(layer.Op!)} → {layer.Output}")),
        Report.Count(cost.Total.Parameters),
        Report.Count(cost.Total.Macs),
        time is null ? "–" : FormattableString.Invariant($"{time.Seconds * 1000:F3}"),
        time is null ? "–" : FormattableString.Invariant($"{time.Gflops:F1}"));

    private static string Times(double ratio) => FormattableString.Invariant($"{ratio:F2} times");

    private static void Write(Utf8JsonWriter json, ReducedConvolution pair, Conv2d convolution, ReducedConvolutionTimes? times)
    {
        var (input, output) = (pair.Direct.Network.Input, pair.Direct.Total.Output);
        json.WriteNumbers("input", [input.Channels, input.Height, input.Width]);
        json.WriteNumbers("output", [output.Channels, output.Height, output.Width]);
        json.WriteNumbers("kernel", [convolution.KernelSize.Height, convolution.KernelSize.Width]);
        json.WriteNumber("stride", convolution.Stride.Height);
        json.WriteNumber("padding", convolution.Padding.Top);
        Write(json, "direct", pair.Direct, times?.Direct);
        if (pair.Reduced is { } reduced)
        {
            Write(json, "reduced", reduced, times?.Reduced);
        }
        else
        {
            json.WriteNull("reduced");
        }

        json.WriteNumberOrNull("ratio", pair.Ratio ?? double.NaN);
        json.WriteNumberOrNull("time_ratio", times?.Ratio ?? double.NaN);
        json.WriteNumber("threads", 1);
        json.WriteNumber("images", times?.Images ?? 0);
    }

    private static void Write(Utf8JsonWriter json, string name, NetworkCost cost, ConvolutionTime? time)
    {
        json.WriteStartObject(name);
        json.WriteRenamed("macs", "multiply_adds", cost.Total.Macs);
        json.WriteNumber("parameters", cost.Total.Parameters);
        json.WriteNumberOrNull("seconds", time?.Seconds ?? double.NaN);
        json.WriteNumberOrNull("gflops", time?.Gflops ?? double.NaN);
        json.WriteEndObject();
    }
}
