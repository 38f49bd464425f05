using System.Text.Json;
using Lanewise.Analysis;
using Lanewise.Cli.Terminals;
using Lanewise.Engine;
using Lanewise.Workflows;

namespace Lanewise.Cli.Reports;

/// <summary>Prints a compiled plan as text and as JSON.</summary>
/// <param name="plan">The plan.</param>
/// <param name="options">Its options.</param>
internal sealed class PlanReport(PlanDescription plan, PlanOptions options)
{
    /// <summary>Prints the plan, with its values if they are asked for.</summary>
    public void Print(bool values)
    {
        string mode = options.Training ? "training" : "inference";
        StandardOutput.WriteLine(
            $"{plan.Network.Name}, {mode}, batch of {CostReport.Images(options.BatchSize)}, {Threads}, lane width {plan.LaneWidth}");
        StandardOutput.WriteLine();
        var table = new ConsoleTable("part", "plan");
        table.Add("layout", Layout);
        table.Add("order", Order);
        if (plan.Slots is { } slots)
        {
            table.Add("slots", $"{slots.Count} of {CostReport.Images(slots.Images)}, whose gradients are summed as a tree");
        }

        table.Add("weights", Size(plan.WeightBytes)
            + (plan.TransformedBytes > 0 ? $", and {Size(plan.TransformedBytes)} transformed for Winograd" : ""));
        if (plan.GradientBytes > 0)
        {
            table.Add("gradients", $"{Size(plan.GradientBytes)} for each set");
        }

        table.Add("activations", $"{Size(plan.BlockBytes)} for each block; {Size(plan.UnsharedBytes)} if no two values shared memory");
        table.Add("scratch", $"{Size(plan.ScratchBytes)} for each thread");
        table.Print();
        PrintCalls("forward", plan.Forward);
        PrintCalls("backward", plan.Backward);
        if (values)
        {
            PrintValues();
        }
    }

    /// <summary>Prints the intermediate form before the first pass and after each pass that changes it.</summary>
    public void PrintPasses()
    {
        string last = "";
        foreach (var (pass, form) in plan.Passes())
        {
            StandardOutput.WriteLine(form == last ? $"{pass}: no change" : $"{pass}:");
            if (form != last)
            {
                foreach (string line in form.TrimEnd().Split('\n'))
                {
                    StandardOutput.WriteLine("  " + line);
                }
            }

            StandardOutput.WriteLine();
            last = form;
        }
    }

    /// <summary>Writes the plan as JSON.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("model", plan.Network.Name);
        json.WriteString("mode", options.Training ? "training" : "inference");
        json.WriteNumber("batch", options.BatchSize);
        json.WriteNumber("threads", options.Threads);
        json.WriteNumber("lane_width", plan.LaneWidth);
        json.WriteString("layout", plan.IsChannelInterleaved ? "channels" : "images");
        json.WriteString("order", plan.IsLayerByLayer ? "layers" : "blocks");
        json.WriteNumber("block_images", plan.BlockImages);
        json.WriteNumber("blocks", plan.Blocks);
        if (plan.Slots is { } slots)
        {
            json.WriteNumber("slots", slots.Count);
            json.WriteNumber("slot_images", slots.Images);
        }

        json.WriteNumber("weight_bytes", plan.WeightBytes);
        json.WriteNumber("transformed_bytes", plan.TransformedBytes);
        json.WriteNumber("gradient_bytes", plan.GradientBytes);
        json.WriteNumber("block_bytes", plan.BlockBytes);
        json.WriteNumber("unshared_bytes", plan.UnsharedBytes);
        json.WriteNumber("scratch_bytes", plan.ScratchBytes);
        json.WriteObjects("forward", plan.Forward, call => Write(json, call));
        json.WriteObjects("backward", plan.Backward, call => Write(json, call));
        json.WriteObjects("values", plan.Values, value => Write(json, value));
    }

    private static void Write(Utf8JsonWriter json, PlannedCall call)
    {
        json.WriteString("layer", call.Layer);
        json.WriteString("kernel", call.Kernel);
        json.WriteString("tile", call.Tile);
        if (call.Choice is { } choice)
        {
            json.WriteString("algorithm", choice.Algorithm);
            json.WriteString("reason", choice.Reason);
            json.WriteObjects("candidates", choice.Candidates, candidate =>
            {
                json.WriteString("algorithm", candidate.Algorithm);
                json.WriteNumber("cost", candidate.Cost);
            });
        }
    }

    private static void Write(Utf8JsonWriter json, PlannedValue value)
    {
        json.WriteString("name", value.Name);
        json.WriteNumbers("shape", [value.Shape.Channels, value.Shape.Height, value.Shape.Width]);
        json.WriteNumber("bytes", value.Bytes);
        json.WriteNumber("first", value.Life.First);
        json.WriteNumber("last", value.Life.Last);
        json.WriteString("part_of", value.Whole);
    }

    private static void PrintCalls(string pass, IReadOnlyList<PlannedCall> calls)
    {
        if (calls.Count == 0)
        {
            return;
        }

        StandardOutput.WriteLine();
        var table = new ConsoleTable($"{pass}: layer", "kernel", "algorithm, tile", "estimated cost, direct sum = 1");
        foreach (var call in calls)
        {
            table.Add(call.Layer, call.Kernel, call.Tile ?? NumberFormat.NoValue, Reason(call.Choice));
        }

        table.Print();
    }

    /// <summary>Writes what an algorithm was chosen from: <c>F(4×4,3×3) 0.42, F(6,3) rows 0.55</c>.</summary>
    private static string Reason(PlannedChoice? choice)
    {
        if (choice is null)
        {
            return NumberFormat.NoValue;
        }

        string costs = string.Join(", ", choice.Candidates.Skip(1).OrderBy(candidate => candidate.Cost)
            .Select(candidate => FormattableString.Invariant($"{candidate.Algorithm} {candidate.Cost:F2}")));
        return choice.Reason switch
        {
            "only" => "no other applies",
            "option" => $"as the option says; {costs}",
            "measurement" => $"measured; {costs}",
            _ => costs,
        };
    }

    private static string Size(long bytes) => bytes < 1_000_000
        ? FormattableString.Invariant($"{bytes / 1e3:F1} kB")
        : FormattableString.Invariant($"{bytes / 1e6:F1} MB");

    private string Threads => options.Threads == 1 ? "1 thread" : $"{options.Threads} threads";

    private string Layout => plan.IsChannelInterleaved
        ? $"a vector holds {plan.LaneWidth} channels of one image"
        : $"a vector holds one channel of {plan.LaneWidth} images";

    private string Order
    {
        get
        {
            string blocks = plan.Blocks == 1 ? $"1 block of {CostReport.Images(plan.BlockImages)}"
                : $"{plan.Blocks} blocks of {CostReport.Images(plan.BlockImages)}";
            return !plan.IsLayerByLayer ? $"block by block: a thread takes one through all layers; {blocks}"
                : plan.CouplesImages ? $"layer by layer, because batch norm takes the whole batch; {blocks}"
                : $"layer by layer: threads share each layer; {blocks}";
        }
    }

    private void PrintValues()
    {
        StandardOutput.WriteLine();
        var table = new ConsoleTable("value", "shape", ">first use", ">last use", ">bytes", "in");
        foreach (var value in plan.Values)
        {
            table.Add(
                value.Name, value.Shape.ToString(), $"{value.Life.First}", $"{value.Life.Last}",
                value.Whole is null ? NumberFormat.Count(value.Bytes) : NumberFormat.NoValue, value.Whole ?? "");
        }

        table.Print();
    }
}
