using System.CommandLine;
using System.Text.Json;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise export RUN|FILE|NAME OUT.onnx</c>.</summary>
internal sealed class ExportVerb
{
    private const string Examples =
        """
          lanewise export runs/residual-1 residual.onnx
          lanewise export runs/resnet18-1 photos.onnx --input uint8 --probabilities
          lanewise export runs/resnet18-1 photos.onnx --fold --batch 1 --opset 13
          lanewise export from-pytorch.pth resnet50.onnx --model resnet50
        """;

    private const string Extension = ".onnx", Dynamic = "dynamic";
    private static readonly OnnxExportOptions Defaults = new();

    private readonly Argument<string> _run = SharedOptions.RunOrFile();

    private readonly Argument<string> _out = new("OUT")
    {
        Description = "The .onnx file to write.",
        CustomParser = result => ArgumentParsing.ParseText(result, "OUT", CheckOut),
    };

    private readonly Option<int> _opset = OptionFactory.WholeNumber(
        "--opset", Defaults.Opset, OnnxExportOptions.MinOpset, OnnxExportOptions.MaxOpset, "Version of the operators.");

    private readonly Option<string?> _batch = OptionFactory.Text(
        "--batch", "N", $"Number of images in a batch, or {Dynamic} for any number.", Dynamic, CheckBatch);

    private readonly Option<OnnxInput?> _inputKind = OptionFactory.Choice(
        "--input", "input", OnnxInput.Float, "Input of the file",
        " With uint8 it takes pixels, and the model's normalization is part of the file.");

    private readonly Option<bool> _fold = new("--fold") { Description = "Fold batch norm into the convolutions before it." };

    private readonly Option<bool> _probabilities = new("--probabilities")
    {
        Description = "End with softmax: probabilities instead of logits.",
    };

    private readonly Option<string?> _model = SharedOptions.Model();
    private readonly Option<string?> _key = SharedOptions.Key();
    private readonly Option<RunWeights?> _use = SharedOptions.Use();

    private readonly Option<string?> _labels = SharedOptions.Labels();

    private readonly SettingOptions _input = new(new InputSettings());

    private readonly Option<bool> _force = new("--force") { Description = "Overwrite OUT if it exists." };

    private readonly Option<bool> _json = SharedOptions.Json();

    public static Command Create()
    {
        var options = new ExportVerb();
        options._batch.CompletionSources.Add(Dynamic);
        var verb = new Verb("export", "Write a model as an ONNX file, for any runtime, and compare the file with the model.", Examples)
        {
            options._run, options._out, options._opset, options._batch, options._inputKind, options._fold, options._probabilities,
            options._model, options._key, options._use, options._labels, options._force, options._json,
        };
        foreach (var option in options._input.All)
        {
            verb.Add(option);
        }

        verb.SetAction(options.Run);
        return verb;
    }

    private int Run(ParseResult parse)
    {
        using var display = new JobDisplay();
        string to = parse.GetRequiredValue(_out);
        if (Path.Exists(to) && !parse.GetValue(_force))
        {
            throw new LanewiseException($"{to} exists; choose another name, or overwrite it with --force.");
        }

        var input = new InputSettings().With(_input.Given(parse));
        var source = ModelSource.Resolve(parse.GetRequiredValue(_run), parse.GetValue(_use));
        var model = source.Load(parse.GetValue(_model), input.ImageSize, parse.GetValue(_key)).WithInput(input, source.Path)
            .WithLabels(parse.GetValue(_labels));
        display.Notices(model.Notices);
        var options = new OnnxExportOptions
        {
            Opset = parse.GetValue(_opset),
            BatchSize = parse.GetValue(_batch) is { } batch && int.TryParse(batch, out int count) ? count : null,
            Input = parse.GetValue(_inputKind) ?? default,
            FoldBatchNorm = parse.GetValue(_fold),
            Probabilities = parse.GetValue(_probabilities),
        };
        if (model.Network.Output.Op is Softmax && model.Card.Calibration is { Temperature: not 1 })
        {
            display.Notices(
                ["the network ends in softmax, so the graph's probabilities are not calibrated: its temperature is only in the metadata."]);
        }

        display.Report(new PhaseEvent($"writing {to} and comparing it"));
        var export = OnnxFile.Write(to, model, options);
        if (parse.GetValue(_json))
        {
            JsonOutput.Print(json => Write(json, export, model.Network, options));
        }
        else
        {
            Print(export, model.Network, options);
        }

        return ExitCode.Done;
    }

    private static void Print(OnnxExport export, Network network, OnnxExportOptions options)
    {
        string batch = options.BatchSize is { } count ? NumberFormat.Count(count) : "any number of";
        string values = options.Input == OnnxInput.UInt8 ? "pixels (uint8)" : "normalized floats";
        StandardOutput.WriteLine(
            $"wrote {export.Path}: {network.Name}, opset {options.Opset}, {NumberFormat.Count(export.Nodes)} nodes, "
            + $"{NumberFormat.Count(export.Bytes)} bytes");
        StandardOutput.WriteLine(
            $"input: {batch} images, {network.Input}, {values}; output: {network.OutputCount} "
            + (options.Probabilities ? "probabilities" : "logits"));
        StandardOutput.WriteLine(FormattableString.Invariant(
            $"read back: on random images the outputs differ by at most {export.MaxDifference:0.0e+0} of the largest"));
    }

    private static void Write(Utf8JsonWriter json, OnnxExport export, Network network, OnnxExportOptions options)
    {
        json.WriteString("output", export.Path);
        json.WriteString("model", network.Name);
        json.WriteNumber("opset", options.Opset);
        json.WriteNumber("nodes", export.Nodes);
        json.WriteNumber("bytes", export.Bytes);
        json.WriteString("input", options.Input == OnnxInput.UInt8 ? "uint8" : "float");
        json.WriteNumber("max_difference", export.MaxDifference);
    }

    private static string CheckOut(string name) => name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase)
        ? name
        : throw new LanewiseException($"OUT {name}: expected a name that ends in {Extension}.");

    private static string CheckBatch(string text) => text == Dynamic || (int.TryParse(text, out int count) && count >= 1)
        ? text
        : throw new LanewiseException($"--batch {text}: expected a number of at least 1, or {Dynamic}.");
}
