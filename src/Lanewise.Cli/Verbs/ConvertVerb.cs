using System.CommandLine;
using System.Text.Json;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Reports;
using Lanewise.Cli.Terminals;
using Lanewise.Files;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise convert RUN|FILE|NAME OUT</c>, and <c>lanewise convert --list FILE</c>.</summary>
internal sealed class ConvertVerb
{
    private const string Examples =
        """
          lanewise convert resnet18.pth resnet18.safetensors
          lanewise convert resnet18.pth resnet18.safetensors --model resnet18
          lanewise convert best.pth best.safetensors --model resnet20 --labels names.txt
          lanewise convert --list checkpoint.pth                 names, shapes and types of the tensors
          lanewise convert checkpoint.pth ema.safetensors --key state_dict_ema
          lanewise convert runs/residual-1 small.safetensors --dtype f16
          lanewise convert resnet18.onnx resnet18.safetensors --mean 0.5 --std 0.5 --labels names.txt
        """;

    private const string Extension = ".safetensors";

    private static readonly string[] TorchExtensions = [".pt", ".pth", ".th"];

    private static readonly string[] Types = ["f32", "f64", "f16", "bf16"];

    private readonly Argument<string> _in = SharedOptions.RunOrFile();

    private readonly Argument<string?> _out = new("OUT")
    {
        Description = "The .safetensors file to write; omitted with --list.",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result => ArgumentParsing.ParseText(result, "OUT", CheckOut),
    };

    private readonly Option<string?> _dtype = OptionFactory.Text(
        "--dtype", "TYPE", $"Data type of the tensors in OUT: {string.Join(", ", Types)}.", Types[0], CheckType);

    private readonly Option<string?> _model = SharedOptions.Model(
        "Model that the weights belong to; checks the weights and stores the model in OUT, so that eval and predict do not need --model.");

    private readonly Option<string?> _key = SharedOptions.Key();

    private readonly Option<RunWeights?> _use = SharedOptions.Use();

    private readonly Option<bool> _list = new("--list")
    {
        Description = "Write nothing: list the tensors of the file with their shapes and data types, whatever model they belong to.",
    };

    private readonly Option<string?> _labels = SharedOptions.Labels();

    private readonly SettingOptions _input = new(new InputSettings());

    private readonly Option<bool> _force = new("--force") { Description = "Overwrite OUT if it exists." };

    private readonly Option<bool> _json = SharedOptions.Json();

    /// <summary>A completed conversion.</summary>
    private sealed record Conversion(string From, WeightsFile File, string To, StoredType Type, long Bytes, ModelCard? Card)
    {
        public long Values => File.Tensors.Sum(t => (long)t.Values.Length);

        public IEnumerable<(string Type, int Tensors)> StoredTypes => File.StoredTypes.Values.CountBy(type => type)
            .OrderByDescending(count => count.Value)
            .Select(count => (LowerName(count.Key), count.Value));
    }

    public static Command Create()
    {
        var options = new ConvertVerb();
        options._dtype.CompletionSources.Add(Types);
        var verb = new Verb("convert", "Convert weights, for example of PyTorch or from ONNX files, to safetensors.", Examples)
        {
            options._in, options._out, options._list, options._dtype, options._model, options._key, options._use, options._labels,
            options._force, options._json,
        };
        foreach (var option in options._input.All)
        {
            verb.Add(option);
        }

        verb.Validators.Add(result =>
        {
            bool lists = result.GetResult(options._list) is { Implicit: false };
            bool hasOut = result.GetResult(options._out) is { Tokens.Count: > 0 };
            if (lists == hasOut)
            {
                result.AddError(lists ? "--list writes no file; omit OUT." : "lanewise convert: OUT is missing.");
            }

            // Values are not read here: an invalid one is reported by its own parser.
            string? file = result.GetResult(options._in)?.Tokens is [var token] ? token.Value : null;
            bool isTorch = file is not null && TorchExtensions.Any(end => file.EndsWith(end, StringComparison.OrdinalIgnoreCase));
            bool hasLabels = result.GetResult(options._labels) is { Tokens: [{ Value.Length: > 0 }] };
            if (isTorch && hasLabels && result.GetResult(options._model) is null)
            {
                result.AddError("--labels requires --model: files of PyTorch do not say which model they hold.");
            }
        });
        verb.SetAction(options.Run);
        return verb;
    }

    private int Run(ParseResult parse)
    {
        using var display = new JobDisplay();
        var source = ModelSource.Resolve(parse.GetRequiredValue(_in), parse.GetValue(_use));
        if (parse.GetValue(_list))
        {
            TensorList.Print(source.Path, parse.GetValue(_json));
            return ExitCode.Done;
        }

        string from = source.Path, to = parse.GetRequiredValue(_out)!;
        if (Path.Exists(to) && !parse.GetValue(_force))
        {
            throw new LanewiseException($"{to} exists; choose another name, or overwrite it with --force.");
        }

        var input = new InputSettings().With(_input.Given(parse));
        display.Report(new PhaseEvent($"reading {from}"));
        var file = PretrainedFile.ReadTensors(from, input.ImageSize, key: parse.GetValue(_key));
        file.RequireFinite(from);
        var model = ReadModel(source, file, parse, input);
        file = model is null ? file : file.For(model.Network, from);
        var card = model?.Card ?? ModelCard.FromMetadata(file.Metadata, from);
        display.Notices(source.Notice is { } notice ? [notice, .. file.Notices] : file.Notices);
        var type = Enum.Parse<StoredType>(parse.GetValue(_dtype) ?? Types[0], ignoreCase: true);
        display.Report(new PhaseEvent($"writing {to}"));
        Safetensors.Write(to, file.Tensors, card?.ToMetadata() ?? file.Metadata, type);
        var conversion = new Conversion(from, file, to, type, new FileInfo(to).Length, card);
        if (parse.GetValue(_json))
        {
            JsonOutput.Print(json => Write(json, conversion));
        }
        else
        {
            Print(conversion);
        }

        return ExitCode.Done;
    }

    /// <summary>Returns the model whose description is stored; null for weights that keep theirs, or have none.</summary>
    private ModelFile? ReadModel(ModelSource source, WeightsFile file, ParseResult parse, InputSettings input)
    {
        string? model = parse.GetValue(_model) ?? source.Entry?.Model, labels = parse.GetValue(_labels);
        var card = ModelCard.FromMetadata(file.Metadata, source.Path);
        if (model is not null || file.Network is not null || (card is not null && (labels is not null || input.Given(input.Table).Any())))
        {
            return source.From(file, model).WithInput(input, source.Path).WithLabels(labels);
        }

        return labels is null && !input.Given(input.Table).Any() ? null : throw new UsageException(
            "--labels and the options of images require --model: the file does not say which model it holds.");
    }

    private static void Print(Conversion c)
    {
        string types = string.Join(", ", c.StoredTypes.Select(t => $"{NumberFormat.Count(t.Tensors)} {t.Type}"));
        StandardOutput.WriteLine(
            $"read {c.From}: {Describe(c.File.Format)}, {NumberFormat.Count(c.File.Tensors.Count)} tensors ({types}), "
            + $"{NumberFormat.Count(c.Values)} values");
        StandardOutput.WriteLine($"wrote {c.To}: {LowerName(c.Type)}, {NumberFormat.Count(c.Bytes)} bytes");
        if (c.Card is { } card)
        {
            StandardOutput.WriteLine(
                $"model: {card.Model}, {NumberFormat.Count(card.Classes.Count)} classes, input {card.Input}");
        }
    }

    private static void Write(Utf8JsonWriter json, Conversion c)
    {
        json.WriteString("input", c.From);
        json.WriteString("format", c.File.Format switch
        {
            WeightsFormat.PyTorchZip => "pytorch_zip",
            WeightsFormat.PyTorchLegacy => "pytorch_legacy",
            WeightsFormat.Onnx => "onnx",
            _ => "safetensors",
        });
        json.WriteNumber("tensors", c.File.Tensors.Count);
        json.WriteNumber("values", c.Values);
        json.WriteStartObject("stored_types");
        foreach (var (type, tensors) in c.StoredTypes)
        {
            json.WriteNumber(type, tensors);
        }

        json.WriteEndObject();
        json.WriteString("output", c.To);
        json.WriteString("dtype", LowerName(c.Type));
        json.WriteNumber("bytes", c.Bytes);
        json.WriteString("model", c.Card?.Model);
    }

    private static string Describe(WeightsFormat format) => format switch
    {
        WeightsFormat.PyTorchZip => "PyTorch zip archive",
        WeightsFormat.PyTorchLegacy => "PyTorch legacy format",
        WeightsFormat.Onnx => "ONNX",
        _ => "safetensors",
    };

    private static string LowerName(StoredType type) => type.ToString().ToLowerInvariant();

    private static string CheckOut(string name) => name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase)
        ? name
        : throw new LanewiseException($"OUT {name}: expected a name that ends in {Extension}.");

    private static string CheckType(string name) => Types.Contains(name, StringComparer.OrdinalIgnoreCase)
        ? name
        : throw new LanewiseException(UnknownName.Message("data type", name, Types));
}
