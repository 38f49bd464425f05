using System.CommandLine;
using System.Text.Json;
using Lanewise.Analysis;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Runs;
using Lanewise.Cli.Terminals;
using Lanewise.Engine;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise predict RUN|FILE IMAGE…</c>.</summary>
internal sealed class PredictVerb
{
    private const string Examples =
        """
          lanewise predict runs/residual-1 six.png
          lanewise predict runs/residual-1 scans/*.jpg --top-k 1
          lanewise predict from-pytorch.safetensors six.png --model residual
          lanewise predict runs/residual-1 six.png --json
        """;

    private const int MaxBatchSize = 64;
    private const int MaxTopK = 1000;

    private readonly Argument<string> _run = SharedOptions.RunOrFile();
    private readonly Argument<string[]> _images = SharedOptions.Images(ArgumentArity.OneOrMore);
    private readonly Option<int> _topK = OptionFactory.WholeNumber("--top-k", 3, 1, MaxTopK, "Number of most likely classes to print.");
    private readonly Option<string?> _model = SharedOptions.Model();
    private readonly Option<Conv2dAlgorithm?> _algorithm = SharedOptions.Algorithm();
    private readonly InputOptions _input = new();
    private readonly Option<bool> _json = SharedOptions.Json();

    private sealed record Prediction(string File, PreparedImage Image, Classification Classification);

    public static Command Create()
    {
        var options = new PredictVerb();
        var verb = new Verb("predict", "Classify images: print the most likely classes with their probabilities.", Examples)
        {
            options._run, options._images, options._topK, options._model, options._algorithm, options._json,
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
        var model = RunModel.Load(parse.GetRequiredValue(_run), parse.GetValue(_model), _input.Read(parse));
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
            var result = p.Classification;
            var best = result.Ranking.Take(top).Select(c => $"{model.Classes[c]} {NumberFormat.Percent(result.Probabilities[c])}");
            StandardOutput.WriteLine($"{p.File.PadRight(width)}  {string.Join("   ", best)}");
        }

        return ExitCode.Done;
    }

    private static List<Prediction> Predict(RunModel model, PreparedImages images, Conv2dAlgorithm algorithm)
    {
        int count = images.Files.Length, classes = model.Network.OutputCount;
        var options = new PlanOptions { BatchSize = Math.Min(MaxBatchSize, count), Threads = 1, Algorithm = algorithm };
        var plan = Plan.Compile(model.Network, options);
        plan.SetWeights(model.Weights);
        var predictions = new List<Prediction>();
        foreach (int[] batch in Enumerable.Range(0, count).Chunk(MaxBatchSize))
        {
            plan.Infer(images.Source, batch);
            for (int i = 0; i < batch.Length; i++)
            {
                var classification = new Classification(plan.Output.Slice(i * classes, classes));
                predictions.Add(new(images.Files[batch[i]], images.Images[batch[i]], classification));
            }
        }

        return predictions;
    }

    private static void Write(Utf8JsonWriter json, Prediction p, IReadOnlyList<string> classes, int top)
    {
        json.WriteString("file", p.File);
        json.WriteString("treatment", p.Image.Processing);
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
