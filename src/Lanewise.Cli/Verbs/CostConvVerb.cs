using System.CommandLine;
using System.Text.Json;
using Lanewise.Analysis;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise cost conv</c>.</summary>
internal sealed class CostConvVerb
{
    private const string Examples =
        """
          lanewise cost conv --input 192x28x28 --out 32 --kernel 5 --padding 2
          lanewise cost conv --input 192x28x28 --out 32 --kernel 5 --padding 2 --reduce 16
        """;

    private const int MaxKernelSize = 1024;
    private const int MaxChannels = 65_536;
    private static readonly TimeSpan MaxMeasuringTime = TimeSpan.FromSeconds(1.5);

    private readonly Option<Shape?> _input = ShapeOption.Input("Channels, height and width of the input.");

    private readonly Option<int?> _out = OptionFactory.Limit("--out", MaxChannels, "Output channels.");

    private readonly Option<int?> _kernel = OptionFactory.Limit("--kernel", MaxKernelSize, "Kernel size.");

    private readonly Option<int> _padding = OptionFactory.WholeNumber("--padding", 0, 0, MaxKernelSize, "Zero padding on each side.");

    private readonly Option<int> _stride = OptionFactory.WholeNumber("--stride", 1, 1, MaxKernelSize, "Stride.");

    private readonly Option<int?> _reduce = OptionFactory.Limit(
        "--reduce", MaxChannels, "Compare with a 1×1 convolution to N channels followed by the same convolution.");

    private readonly Option<bool> _json = SharedOptions.Json();

    public static Command Create()
    {
        var options = new CostConvVerb();
        var verb = new Verb(
            "conv", "Show the cost of a convolution, and what a 1×1 convolution before it saves, in MACs and in measured time.", Examples)
        {
            options._input, options._out, options._kernel, options._padding, options._stride, options._reduce, options._json,
        };
        verb.Validators.Add(result =>
        {
            Option[] required = [options._input, options._out, options._kernel];
            if (required.Any(option => result.GetResult(option) is null))
            {
                result.AddError(
                    "lanewise cost conv: --input, --out and --kernel are required, as in: "
                    + "lanewise cost conv --input 192x28x28 --out 32 --kernel 5");
            }
        });
        verb.SetAction((parse, cancellation) => Task.Run(() => options.Run(parse, cancellation), CancellationToken.None));
        return verb;
    }

    private int Run(ParseResult parse, CancellationToken cancellation)
    {
        int kernel = parse.GetRequiredValue(_kernel)!.Value, channels = parse.GetRequiredValue(_out)!.Value;
        var convolution = new Conv2d(channels, kernel, parse.GetValue(_stride), parse.GetValue(_padding), Bias: true);
        var pair = new ReducedConvolution(parse.GetRequiredValue(_input)!.Value, convolution, parse.GetValue(_reduce));
        var times = pair.Measure(MaxMeasuringTime, cancellation);
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
        StandardOutput.WriteLine($"{OpFormat.Of(convolution)}, {direct.Network.Input} → {direct.Total.Output}, for one image");
        StandardOutput.WriteLine();
        var table = new ConsoleTable("variant", "layers", ">parameters", ">MACs", ">ms", ">GFLOP/s");
        Add(table, "direct", direct, times?.Direct);
        if (pair.Reduced is { } reduced)
        {
            Add(table, "reduced", reduced, times?.Reduced);
        }

        table.Print();
        StandardOutput.WriteLine();
        if (pair.Ratio is { } ratio)
        {
            string time = times?.Ratio is { } timeRatio ? $" and {Times(timeRatio)} the time" : "";
            StandardOutput.WriteLine($"Direct takes {Times(ratio)} the MACs{time} of reduced.");
        }

        StandardOutput.WriteLine(times is null
            ? "The convolution is too large to be measured within seconds."
            : $"Times: one thread, batch of {CostReport.Images(times.Images)}, median of many runs.");
    }

    private static void Add(ConsoleTable table, string name, NetworkCost cost, ConvolutionTime? time) => table.Add(
        name,
        string.Join(", ", cost.Layers.Select(layer => $"{OpFormat.Of(layer.Op!)} → {layer.Output}")),
        NumberFormat.Count(cost.Total.Parameters),
        NumberFormat.Count(cost.Total.Macs),
        time is null ? NumberFormat.NoValue : FormattableString.Invariant($"{time.Seconds * 1000:F3}"),
        time is null ? NumberFormat.NoValue : FormattableString.Invariant($"{time.Gflops:F1}"));

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
