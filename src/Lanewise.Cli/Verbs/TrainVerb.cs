using System.CommandLine;
using Lanewise.Cli.Options;
using Lanewise.Cli.Runs;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise train MODEL</c>.</summary>
internal static class TrainVerb
{
    private const string Examples =
        """
          lanewise train residual                          MNIST, 10 epochs, default settings
          lanewise train inception --dataset digits        built-in digits, no download
          lanewise train residual --epochs 3 --output try  write the run to the folder 'try'
          lanewise train residual --opt adamw --sched cosine --warmup-epochs 1
          lanewise train residual --lr 0.1 --sched step --milestones 80,120 --epochs 160
          lanewise train residual --weights runs/residual-1 --freeze --dataset kmnist
          lanewise train residual --tensorboard            view with: tensorboard --logdir runs
          lanewise train --resume runs/residual-1          resume after Ctrl-C
          lanewise train --resume runs/residual-1 --epochs 20
        """;

    public static Command Create()
    {
        var options = new TrainOptions();
        var verb = new Verb("train", "Train a model and write a run folder: settings, metrics, weights, checkpoint.", Examples)
        {
            StopsAfter = "step",
        };
        options.AddTo(verb);
        verb.SetAction((parse, cancellation) => RunAsync(options, parse, cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(TrainOptions options, ParseResult parse, CancellationToken cancellation)
    {
        options.Check(parse);
        bool json = options.Json(parse);
        if (options.Resume(parse) is not { } run)
        {
            var newArguments = options.Read(parse);
            var newFolder = RunFolder.Create(options.Output(parse), newArguments);
            return await TrainingRun.StartAsync(newFolder, newArguments, json, cancellation).ConfigureAwait(false);
        }

        var folder = RunFolder.Open(run);
        var arguments = options.Merge(parse, RunArguments.Load(folder.Arguments));
        return await TrainingRun.ResumeAsync(folder, arguments, json, cancellation).ConfigureAwait(false);
    }
}
