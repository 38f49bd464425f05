using System.CommandLine;
using System.Text.Json;
using Lanewise.Cli.Runs;
using Lanewise.Cli.Terminals;
using Lanewise.Data;
using Lanewise.Engine;
using Lanewise.Files;
using Lanewise.Graphs;
using Lanewise.Imaging;
using Lanewise.Models;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise predict CHECKPOINT IMAGE…</c>.</summary>
internal sealed class PredictVerb
{
    private const string Examples =
        """
          lanewise predict runs/residual-1 six.png
          lanewise predict runs/residual-1 scans/*.jpg --top-k 1
          lanewise predict from-pytorch.safetensors six.png --model residual
          lanewise predict runs/residual-1 six.png --json
        """;

    private const int LargestBatch = 64;

    private readonly Argument<string> _checkpoint = Options.Checkpoint();
    private readonly Argument<string[]> _images = new("IMAGE")
    {
        Description = "Pictures of any size and colour: PNG, JPEG, BMP, WEBP, GIF.",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result => Options.ParseTexts(result, "IMAGE"),
    };

    private readonly Option<int> _topK = Options.WholeNumber("--top-k", 3, 1, 1000, "How many of the likeliest classes to tell.");
    private readonly Option<string?> _model = Options.Model();
    private readonly InputOptions _input = new();
    private readonly Option<bool> _json = Options.Json();

    private sealed record Prediction(string File, Picture Picture, float[] Logits, double[] Probabilities, int[] Ranking);

    public static Command Create()
    {
        var options = new PredictVerb();
        var verb = new Verb("predict", "Tell what is on pictures: the likeliest classes, with probabilities.", Examples)
        {
            options._checkpoint, options._images, options._topK, options._model, options._json,
        };
        foreach (var option in options._input.All)
        {
            verb.Add(option);
        }

        verb.SetAction((parse, cancellation) => Task.Run(() => options.Run(parse, cancellation), cancellation));
        return verb;
    }

    private int Run(ParseResult parse, CancellationToken cancellation)
    {
        var model = ModelFile.Load(RunFolder.FindModel(parse.GetRequiredValue(_checkpoint)), parse.GetValue(_model));
        var settings = _input.Read(parse);
        var network = settings.ImageSize is null ? model.Network : settings.CreateNetwork(model.Network.Name, new ModelOptions { Classes = model.Network.Classes });
        var preprocessing = settings.Apply(model.Card.Preprocessing, network);
        var (framing, drawing) = FramingOf(model.Card.Dataset);
        string[] files = parse.GetRequiredValue(_images);
        var pictures = Array.ConvertAll(files, file =>
        {
            cancellation.ThrowIfCancellationRequested();
            return PictureReader.Read(file, preprocessing, framing, drawing);
        });
        for (int i = 0; i < files.Length; i++)
        {
            if (pictures[i].Inverted)
            {
                Terminal.Notice($"{files[i]}: it looks like dark ink on a light ground; treated: {pictures[i].Treatment}");
            }
        }

        var predictions = Predict(network, model, preprocessing, files, pictures);
        int top = Math.Min(parse.GetValue(_topK), model.Card.Classes.Count);
        if (parse.GetValue(_json))
        {
            JsonOutput.Print(json => json.WriteObjects("predictions", predictions, p => Write(json, p, model.Card.Classes, top)));
            return ExitCode.Done;
        }

        int width = files.Max(file => file.Length);
        foreach (var p in predictions)
        {
            var best = p.Ranking.Take(top).Select(c => $"{model.Card.Classes[c]} {Report.Percent(p.Probabilities[c])}");
            Report.Line($"{p.File.PadRight(width)}  {string.Join("   ", best)}");
        }

        return ExitCode.Done;
    }

    /// <summary>How a picture becomes one of the dataset's: drawings are framed, photographs of an image folder are taken as they are.</summary>
    private static (PictureFraming? Framing, Shape? Drawing) FramingOf(string? dataset) =>
        DatasetCatalog.All.FirstOrDefault(entry => entry.Name == dataset) is { } known ? (known.Framing, known.Shape)
        : dataset is null ? (null, null)
        : (PictureFraming.None, null);

    private static List<Prediction> Predict(Network network, ModelFile model, Preprocessing preprocessing, string[] files, Picture[] pictures)
    {
        var dataset = new MemoryImageDataset("pictures", preprocessing.Input, model.Card.Classes, [.. pictures.SelectMany(p => p.Pixels)], new int[pictures.Length]);
        // The pictures are cropped already.
        var source = new PreparedDataset(dataset, preprocessing with { CropPct = 1 });
        var plan = Plan.Compile(network, new PlanOptions { BatchSize = Math.Min(LargestBatch, files.Length), Threads = 1 });
        plan.Load(model.Weights);
        int classes = network.Classes;
        var predictions = new List<Prediction>();
        foreach (int[] batch in Enumerable.Range(0, files.Length).Chunk(LargestBatch))
        {
            plan.Infer(source, batch);
            for (int i = 0; i < batch.Length; i++)
            {
                float[] logits = plan.Logits.Slice(i * classes, classes).ToArray();
                double[] probabilities = Softmax(logits);
                int[] ranking = [.. Enumerable.Range(0, classes).OrderByDescending(c => probabilities[c])];
                predictions.Add(new(files[batch[i]], pictures[batch[i]], logits, probabilities, ranking));
            }
        }

        return predictions;
    }

    private static double[] Softmax(float[] logits)
    {
        double most = logits.Max();
        double[] powers = Array.ConvertAll(logits, logit => Math.Exp(logit - most));
        double sum = powers.Sum();
        return Array.ConvertAll(powers, power => power / sum);
    }

    private static void Write(Utf8JsonWriter json, Prediction p, IReadOnlyList<string> classes, int top)
    {
        json.WriteString("file", p.File);
        json.WriteString("treatment", p.Picture.Treatment);
        json.WriteBoolean("inverted", p.Picture.Inverted);
        json.WriteStartArray("logits");
        foreach (float logit in p.Logits)
        {
            if (float.IsFinite(logit))
            {
                json.WriteNumberValue(logit);
            }
            else
            {
                json.WriteNullValue();
            }
        }

        json.WriteEndArray();
        json.WriteObjects("top", p.Ranking.Take(top), c =>
        {
            json.WriteString("class", classes[c]);
            json.WriteNumberOrNull("probability", p.Probabilities[c]);
        });
    }
}
