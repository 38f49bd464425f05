using System.CommandLine;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Terminals;
using Lanewise.Engine;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise embed RUN|FILE|NAME IMAGE…</c>.</summary>
internal sealed class EmbedVerb
{
    private const string Description =
        "Write the features of images, the input of the model's classifier, to a file: for search, clustering or another classifier.";

    private const string Examples =
        """
          lanewise embed runs/residual-1 scans/*.png --output features.npz
          lanewise embed resnet50-v2 photos --output features.csv
        """;

    private readonly Argument<string> _run = SharedOptions.RunOrFile();
    private readonly Argument<string[]> _images = SharedOptions.Images(ArgumentArity.OneOrMore);

    private readonly Option<string?> _output = OptionFactory.Text(
        "--output", "FILE", "File to write: .npz, NumPy's arrays 'features' (images × features) and 'files', or .csv.", check: CheckName);

    private readonly Option<string?> _split = SharedOptions.FolderSplit();
    private readonly Option<string?> _model = SharedOptions.Model();
    private readonly Option<string?> _key = SharedOptions.Key();
    private readonly Option<RunWeights?> _use = SharedOptions.Use();
    private readonly Option<Conv2dAlgorithm?> _algorithm = SharedOptions.Algorithm();
    private readonly SettingOptions _input = new(new InputSettings());
    private readonly Option<int> _threads = SharedOptions.Threads();
    private readonly Option<bool> _json = SharedOptions.Json();

    public static Command Create()
    {
        var options = new EmbedVerb();
        var verb = new Verb("embed", Description, Examples)
        {
            options._run, options._images, options._split, options._output, options._model, options._key, options._use, options._algorithm,
            options._threads, options._json,
        };
        foreach (var option in options._input.All)
        {
            verb.Add(option);
        }

        verb.Validators.Add(result =>
        {
            if (result.GetResult(options._output) is null)
            {
                result.AddError("lanewise embed: --output is missing; name the file to write, .npz or .csv.");
            }
        });
        verb.SetAction(options.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var display = new JobDisplay();
        var input = new InputSettings().With(_input.Given(parse));
        var model = TrainedModel.Load(
            parse.GetRequiredValue(_run), parse.GetValue(_model), input, parse.GetValue(_key), parse.GetValue(_use));
        var options = new ImageClassifierOptions
        {
            Algorithm = parse.GetValue(_algorithm) ?? default,
            Threads = parse.GetValue(_threads),
        };
        var files = ImagePaths.Expand(parse.GetRequiredValue(_images), parse.GetValue(_split), display);
        var result = await new EmbeddingJob(model, options)
            .RunAsync(files, parse.GetRequiredValue(_output)!, display, cancellationToken).ConfigureAwait(false);
        if (parse.GetValue(_json))
        {
            JsonOutput.Print(json =>
            {
                json.WriteString("model", model.Network.Name);
                json.WriteString("output", result.Output);
                json.WriteNumber("images", result.Images);
                json.WriteNumber("features", result.Features);
                json.WriteObjects("errors", result.Errors, error =>
                {
                    json.WriteString("file", error.Path);
                    json.WriteString("error", error.Error.Message);
                });
            });
        }
        else
        {
            StandardOutput.WriteLine(
                $"wrote {result.Output}: {NumberFormat.Count(result.Images)} images, {NumberFormat.Count(result.Features)} features each");
        }

        return result.Errors.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static string CheckName(string name) =>
        FeatureFile.Extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase) ? name
        : throw new LanewiseException($"--output {name}: expected a name that ends in {string.Join(" or ", FeatureFile.Extensions)}.");
}
