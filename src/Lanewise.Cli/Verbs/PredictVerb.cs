using System.CommandLine;
using System.Text.Json;
using Lanewise.Analysis;
using Lanewise.Cli.Runs;
using Lanewise.Cli.Terminals;
using Lanewise.Engine;
using Lanewise.Imaging;

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
        Description = "Images of any size and colour: PNG, JPEG, BMP, WEBP, GIF.",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result => Options.ParseTexts(result, "IMAGE"),
    };

    private readonly Option<int> _topK = Options.WholeNumber("--top-k", 3, 1, 1000, "How many of the likeliest classes to tell.");
    private readonly Option<string?> _model = Options.Model();
    private readonly Option<Conv2dAlgorithm?> _algorithm = Options.Algorithm();
    private readonly InputOptions _input = new();
    private readonly Option<bool> _json = Options.Json();

    private sealed record Prediction(string File, PreparedImage Image, Classification Classification);

    public static Command Create()
    {
        var options = new PredictVerb();
        var verb = new Verb("predict", "Tell what is on images: the likeliest classes, with probabilities.", Examples)
        {
            options._checkpoint, options._images, options._topK, options._model, options._algorithm, options._json,
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
        var model = RunModel.Load(parse.GetRequiredValue(_checkpoint), parse.GetValue(_model), _input.Read(parse));
        var images = model.Read(parse.GetRequiredValue(_images), cancellation);
        var predictions = Predict(model, images, parse.GetValue(_algorithm) ?? default);
        int top = Math.Min(parse.GetValue(_topK), model.Classes.Count);
        if (parse.GetValue(_json))
        {
            JsonOutput.Print(json => json.WriteObjects("predictions", predictions, p => Write(json, p, model.Classes, top)));
            return ExitCode.Done;
        }

        int width = images.Files.Max(file => file.Length);
        foreach (var p in predictions)
        {
            var best = p.Classification.Ranking.Take(top).Select(c => $"{model.Classes[c]} {Report.Percent(p.Classification.Probabilities[c])}");
            Report.Line($"{p.File.PadRight(width)}  {string.Join("   ", best)}");
        }

        return ExitCode.Done;
    }

    private static List<Prediction> Predict(RunModel model, PreparedImages images, Conv2dAlgorithm algorithm)
    {
        int count = images.Files.Length, classes = model.Network.OutputCount;
        var plan = Plan.Compile(model.Network, new PlanOptions { BatchSize = Math.Min(LargestBatch, count), Threads = 1, Algorithm = algorithm });
        plan.SetWeights(model.Weights);
        var predictions = new List<Prediction>();
        foreach (int[] batch in Enumerable.Range(0, count).Chunk(LargestBatch))
        {
            plan.Infer(images.Source, batch);
            for (int i = 0; i < batch.Length; i++)
            {
                predictions.Add(new(images.Files[batch[i]], images.Images[batch[i]], new(plan.Output.Slice(i * classes, classes))));
            }
        }

        return predictions;
    }

    private static void Write(Utf8JsonWriter json, Prediction p, IReadOnlyList<string> classes, int top)
    {
        json.WriteString("file", p.File);
        json.WriteString("treatment", p.Image.Treatment);
        json.WriteBoolean("inverted", p.Image.Inverted);
        json.WriteStartArray("logits");
        foreach (float logit in p.Classification.Logits)
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
        json.WriteObjects("top", p.Classification.Ranking.Take(top), c =>
        {
            json.WriteString("class", classes[c]);
            json.WriteNumberOrNull("probability", p.Classification.Probabilities[c]);
        });
    }
}
