using System.CommandLine;
using System.Text.Json;
using Lanewise.Cli.Runs;
using Lanewise.Cli.Terminals;
using Lanewise.Files;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise convert IN OUT</c>.</summary>
internal sealed class ConvertVerb
{
    private const string Examples =
        """
          lanewise convert resnet18.pth resnet18.safetensors
          lanewise convert resnet18.pth resnet18.safetensors --model resnet18
          lanewise convert best.pth best.safetensors --model resnet20 --classes-from names.txt
          lanewise convert runs/residual-1 small.safetensors --dtype f16
        """;

    private const string Extension = ".safetensors";
    private const int MaxListLength = 1_000_000;

    private static readonly string[] Types = ["f32", "f64", "f16", "bf16"];

    private readonly Argument<string> _in = new("IN")
    {
        Description = "A file of weights (.pt, .pth, .th or .safetensors), or a run folder.",
        CustomParser = result => Options.ParseText(result, "IN", null),
    };

    private readonly Argument<string> _out = new("OUT")
    {
        Description = "The .safetensors file to write.",
        CustomParser = result => Options.ParseText(result, "OUT", CheckOut),
    };

    private readonly Option<string?> _dtype = Options.Text("--dtype", "TYPE", "The type of the values in OUT: f32 (the ordinary one), f64, f16, bf16.", CheckType);
    private readonly Option<string?> _model = Options.Model("Which model the weights are of: they are checked against it, and OUT says so, so that eval and predict need no --model.");
    private readonly Option<string?> _classes = Options.Text("--classes-from", "FILE", "A text file with the classes' names, one a line, for OUT; needs --model.");
    private readonly Option<bool> _force = new("--force") { Description = "Replace OUT if it is there." };
    private readonly Option<bool> _json = Options.Json();

    /// <summary>What was done, for the report.</summary>
    private sealed record Conversion(string From, WeightsFile File, string To, StoredType Type, long Bytes, ModelCard? Card)
    {
        public long Values => File.Tensors.Sum(t => (long)t.Values.Length);

        public IEnumerable<(string Type, int Tensors)> StoredTypes =>
            File.StoredTypes.Values.CountBy(type => type).OrderByDescending(count => count.Value).Select(count => (Lower(count.Key), count.Value));
    }

    public static Command Create()
    {
        var options = new ConvertVerb();
        options._dtype.CompletionSources.Add(Types);
        var verb = new Verb("convert", "Turn a file of weights, PyTorch's or another, into safetensors.", Examples)
        {
            options._in, options._out, options._dtype, options._model, options._classes, options._force, options._json,
        };
        verb.Validators.Add(result =>
        {
            if (result.GetValue(options._classes) is not null && result.GetValue(options._model) is null)
            {
                result.AddError("--classes-from needs --model: without a model nobody knows how many classes there are.");
            }
        });
        verb.SetAction(options.Run);
        return verb;
    }

    private int Run(ParseResult parse)
    {
        string from = RunFolder.FindModel(parse.GetRequiredValue(_in)), to = parse.GetRequiredValue(_out);
        if (Path.Exists(to) && !parse.GetValue(_force))
        {
            throw new LanewiseException($"{to} is already there; choose another name, or replace it with --force.");
        }

        var file = WeightsFile.Read(from);
        var card = parse.GetValue(_model) is { } model ? Named(ModelFile.From(file, from, model).Card, parse.GetValue(_classes)) : ModelCard.FromMetadata(file.Metadata, from);
        var type = Enum.Parse<StoredType>(parse.GetValue(_dtype) ?? Types[0], ignoreCase: true);
        Safetensors.Write(to, file.Tensors, card?.ToMetadata() ?? file.Metadata, type);
        var done = new Conversion(from, file, to, type, new FileInfo(to).Length, card);
        if (parse.GetValue(_json))
        {
            JsonOutput.Print(json => Write(json, done));
        }
        else
        {
            Print(done);
        }

        return ExitCode.Done;
    }

    private static ModelCard Named(ModelCard card, string? path)
    {
        if (path is null)
        {
            return card;
        }

        string[] names = [.. ReadText(path).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
        return names.Length == card.Classes.Count
            ? card with { Classes = names }
            : throw new LanewiseException($"{path} has {names.Length} names, and the weights are for {card.Classes.Count} classes; give one name a line.");
    }

    private static string ReadText(string path)
    {
        try
        {
            return new FileInfo(path).Length <= MaxListLength
                ? File.ReadAllText(path)
                : throw new LanewiseException($"{path} is longer than {MaxListLength:N0} bytes; give a text file with one class's name a line.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileAccessException.Reading(path, e);
        }
    }

    private static void Print(Conversion done)
    {
        string types = string.Join(", ", done.StoredTypes.Select(t => $"{Report.Count(t.Tensors)} {t.Type}"));
        Report.Line($"read {done.From}: {Words(done.File.Format)}, {Report.Count(done.File.Tensors.Count)} tensors ({types}), {Report.Count(done.Values)} values");
        Report.Line($"wrote {done.To}: {Lower(done.Type)}, {Report.Count(done.Bytes)} bytes");
        if (done.Card is { } card)
        {
            Report.Line($"it is a model: {card.Model}, {Report.Count(card.Classes.Count)} classes, input {card.Preprocessing.Input}");
        }
    }

    private static void Write(Utf8JsonWriter json, Conversion done)
    {
        json.WriteString("input", done.From);
        json.WriteString("format", done.File.Format switch
        {
            WeightsFormat.PyTorchZip => "pytorch_zip",
            WeightsFormat.PyTorchLegacy => "pytorch_legacy",
            _ => "safetensors",
        });
        json.WriteNumber("tensors", done.File.Tensors.Count);
        json.WriteNumber("values", done.Values);
        json.WriteStartObject("stored_types");
        foreach (var (type, tensors) in done.StoredTypes)
        {
            json.WriteNumber(type, tensors);
        }

        json.WriteEndObject();
        json.WriteString("output", done.To);
        json.WriteString("dtype", Lower(done.Type));
        json.WriteNumber("bytes", done.Bytes);
        json.WriteString("model", done.Card?.Model);
    }

    private static string Words(WeightsFormat format) => format switch
    {
        WeightsFormat.PyTorchZip => "PyTorch's zip archive",
        WeightsFormat.PyTorchLegacy => "PyTorch's older kind",
        _ => "safetensors",
    };

    private static string Lower(StoredType type) => type.ToString().ToLowerInvariant();

    private static string CheckOut(string name) => name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase)
        ? name
        : throw new LanewiseException($"OUT {name}: only {Extension} files are written; give it a name that ends so.");

    private static string CheckType(string name) => Types.Contains(name, StringComparer.OrdinalIgnoreCase)
        ? name
        : throw new LanewiseException($"--dtype {name}: expected one of {string.Join(", ", Types)}{NearestName.Question(name, Types)}");
}
