using System.CommandLine;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Runs;
using Lanewise.Engine;

namespace Lanewise.Cli.Tests;

/// <summary>Combinations of the options of <c>train</c>, parsed in process.</summary>
public sealed class TrainOptionsTests
{
    [Theory]
    [InlineData("residual --opt adam", "There is no optimizer 'adam'; there are sgd, adamw; did you mean 'adamw'?")]
    [InlineData("residual --opt 1", "There is no optimizer '1'; there are sgd, adamw")]
    [InlineData("residual --sched cosin", "There is no schedule 'cosin'; there are none, step, cosine; did you mean 'cosine'?")]
    [InlineData("residual --lr 1e-60", "--lr 1e-60: expected a positive number")]
    [InlineData("residual --warmup-epochs -1", "--warmup-epochs -1: expected a number of at least 0")]
    [InlineData("residual --warmup-epochs nan", "--warmup-epochs nan: expected")]
    [InlineData("residual --sched step --decay-epochs 0", "--decay-epochs 0: expected a positive number")]
    [InlineData("residual --sched step --decay-rate 2", "--decay-rate 2: expected a number above 0 and at most 1")]
    [InlineData("residual --sched step --milestones 80,", "--milestones 80,: expected comma-separated positive numbers in ascending order")]
    [InlineData(
        "residual --sched step --milestones 80,40",
        "--milestones 80,40: expected comma-separated positive numbers in ascending order")]
    [InlineData("residual --sched step --milestones 0,1", "--milestones 0,1: expected comma-separated positive numbers in ascending order")]
    [InlineData("residual --algorithm winograd", "There is no algorithm 'winograd'; there are auto, direct")]
    [InlineData("residual --classes 0", "--classes 0: expected a whole number from 1 to 100000")]
    public void Messages_say_which_values_are_valid(string words, string expected)
    {
        var (_, parse) = Parse(words);
        Assert.StartsWith(expected, Assert.Single(parse.Errors).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("residual --opt adamw --momentum 0.9", "--momentum: adamw has no momentum")]
    [InlineData("residual --opt adamw --nesterov", "--nesterov: adamw has no momentum")]
    [InlineData("residual --decay-epochs 5", "--decay-epochs requires --sched step.")]
    [InlineData("residual --sched cosine --decay-rate 0.5", "--decay-rate requires --sched step.")]
    [InlineData("residual --milestones 3", "--milestones requires --sched step.")]
    [InlineData("residual --sched step --milestones 3 --decay-epochs 3", "--decay-epochs and --milestones cannot be combined.")]
    [InlineData("residual --sched step --min-lr 0.001", "--min-lr requires --sched cosine.")]
    [InlineData("residual --warmup-lr 0.001", "--warmup-lr requires --warmup-epochs.")]
    [InlineData("residual --warmup-epochs 10", "--warmup-epochs 10: expected fewer than the 10 of --epochs.")]
    [InlineData("residual --warmup-epochs 1 --warmup-lr 0.02", "--warmup-lr 0.02: expected at most the learning rate of 0.01")]
    [InlineData("residual --opt adamw --sched cosine --min-lr 0.002", "--min-lr 0.002: expected at most the learning rate of 0.001")]
    [InlineData("residual --freeze", "--freeze requires --weights")]
    [InlineData("residual --aux --no-aux", "--aux and --no-aux cannot be combined.")]
    [InlineData("residual --weights w --freeze --aux", "--aux and --freeze cannot be combined")]
    [InlineData("--resume run --weights w", "--weights: a resumed run has its own weights")]
    public void Contradictory_options_are_rejected(string words, string expected)
    {
        var (options, parse) = Parse(words);
        Assert.Empty(parse.Errors);
        Assert.StartsWith(expected, Assert.Throws<UsageException>(() => options.Check(parse)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_depend_on_the_optimizer()
    {
        Assert.Equal((0.01, 0.0, 0.5), Chosen("residual"));
        Assert.Equal((0.001, 0.01, 0.0), Chosen("residual --opt AdamW"));
        Assert.Equal((0.1, 0.0, 0.9), Chosen("residual --lr 0.1 --momentum 0.9"));

        static (double Rate, double Decay, double Momentum) Chosen(string words)
        {
            var (options, parse) = Parse(words);
            options.Check(parse);
            var settings = options.Read(parse).Optimization;
            return (settings.LearningRate, settings.WeightDecay, settings.Momentum);
        }
    }

    [Theory]
    [InlineData(
        "residual --sched step --milestones 2,3.5 --warmup-epochs 0.5 --warmup-lr 0.001 --nesterov --classes 12 --weights w --no-aux")]
    [InlineData("residual --opt adamw --sched cosine --min-lr 1e-5 --weights w --freeze")]
    [InlineData("residual --sched step --decay-epochs 2.4 --decay-rate 0.97 --aux --algorithm direct")]
    public void Arguments_are_written_and_read_back(string words)
    {
        using var folder = new TemporaryFolder();
        var (options, parse) = Parse(words);
        var written = options.Read(parse) with { Dataset = "digits" };
        written.Save(folder["args.json"]);
        var read = RunArguments.Load(folder["args.json"]);
        Assert.Equal(written.Optimization.Milestones, read.Optimization.Milestones);
        Assert.Equal(WithoutMilestones(written), WithoutMilestones(read));

        // Records compare lists by reference.
        static RunArguments WithoutMilestones(RunArguments arguments) =>
            arguments with { Optimization = arguments.Optimization with { Milestones = Array.Empty<double>() } };
    }

    [Fact]
    public void Arguments_of_the_first_version_are_read()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["args.json"], """
            {
              "version": "0.1.0", "command": "lanewise train residual", "model": "residual", "dataset": "digits", "data_source": null,
              "data_dir": null, "train_images": 2000, "test_images": 400, "epochs": 2, "batch_size": 64, "opt": "sgd", "lr": 0.03,
              "momentum": 0.5, "weight_decay": 0, "nesterov": false, "seed": 1, "threads": 1, "limit_train": 2000, "limit_test": null,
              "lane_width": 16
            }
            """);
        var read = RunArguments.Load(folder["args.json"]);
        var optimization = read.Optimization;
        Assert.Equal((0.03, ScheduleKind.None, 0.0), (optimization.LearningRate, optimization.Schedule, optimization.WarmupEpochs));
        Assert.Equal((null, null, false, null), (read.Weights, read.Classes, read.Freeze, read.AuxiliaryClassifiers));
        Assert.Equal(Conv2dAlgorithm.Auto, read.Algorithm);
        Assert.Equal((2000, null), (read.LimitTrain, read.LimitTest));
    }

    [Theory]
    [InlineData("--epochs 20", "--epochs 20: the cosine schedule of the run to resume ends after 10 epochs")]
    [InlineData("--opt sgd", "--opt sgd: the run to resume has adamw")]
    [InlineData("--sched none", "--sched none: the run to resume has cosine")]
    [InlineData("--warmup-epochs 2", "--warmup-epochs 2: the run to resume has 1;")]
    [InlineData("--warmup-lr 0.0001", "--warmup-lr 0.0001: the run to resume has none;")]
    [InlineData("--min-lr 0.0001", "--min-lr 0.0001: the run to resume has 0;")]
    [InlineData("--milestones 2,3", "--milestones 2,3: the run to resume has none;")]
    [InlineData("--classes 12", "--classes 12: the run to resume has 10;")]
    [InlineData("--algorithm direct", "--algorithm direct: the run to resume has auto;")]
    [InlineData("--freeze", "--freeze True: the run to resume has False;")]
    [InlineData("--aux", "--aux: the run to resume was started without it")]
    public void A_resumed_run_keeps_its_optimization_settings(string words, string expected)
    {
        var (earlier, first) = Parse("residual --opt adamw --sched cosine --warmup-epochs 1");
        var (options, parse) = Parse("--resume run " + words);
        options.Check(parse);
        var e = Assert.Throws<UsageException>(() => options.Merge(parse, earlier.Read(first) with { Classes = 10 }));
        Assert.StartsWith(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Repeating_the_settings_of_the_run_to_resume_is_allowed()
    {
        const string Options = "--opt sgd --lr 0.03 --sched step --milestones 2,3 --warmup-epochs 0.5";
        var (options, parse) = Parse("residual " + Options);
        var (again, resumed) = Parse("--resume run --threads 1 " + Options);
        Assert.Equal(1, again.Merge(resumed, options.Read(parse)).Threads);
    }

    private static (TrainOptions Options, ParseResult Parse) Parse(string words)
    {
        var options = new TrainOptions();
        var command = new Command("train");
        options.AddTo(command);
        return (options, command.Parse(words.Split(' ')));
    }
}
