using System.CommandLine;
using Lanewise.Cli.Options;
using Lanewise.Cli.Runs;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise depth</c>.</summary>
internal static class DepthVerb
{
    private const string Examples =
        """
          lanewise depth                                   20 and 56 layers, plain and residual, on a tenth of MNIST
          lanewise depth --at-start --no-batch-norm        gradients of the initial weights, in seconds
          lanewise depth --at-start --no-batch-norm --init he
          lanewise depth --depths 20,56 --seeds 1,2,3 --limit-train 60000 --limit-test 10000 --epochs 10
          lanewise depth --dataset digits --depths 8,14,20 --families plain --epochs 2
          lanewise depth --resume runs/depth-1             resume after Ctrl-C
        """;

    public static Command Create()
    {
        var options = new DepthOptions();
        var verb = new Verb(
            "depth",
            "Study vanishing gradients: train plain and residual networks of several depths, and measure errors and gradients per layer.",
            Examples)
        {
            StopsAfter = "step",
        };
        options.AddTo(verb);
        verb.SetAction((parse, cancellation) => RunAsync(options, parse, cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(DepthOptions options, ParseResult parse, CancellationToken cancellation)
    {
        options.Check(parse);
        bool json = options.Json(parse);
        if (options.Resume(parse) is not { } study)
        {
            var newFolder = DepthFolder.Create(options.Output(parse));
            return await DepthExperiment.StartAsync(newFolder, options.Read(parse), json, cancellation).ConfigureAwait(false);
        }

        var folder = DepthFolder.Open(study);
        var arguments = options.Merge(parse, DepthArguments.Load(folder.Arguments));
        return await DepthExperiment.ResumeAsync(folder, arguments, json, cancellation).ConfigureAwait(false);
    }
}
