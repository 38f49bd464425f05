using System.CommandLine;
using Lanewise.Cli.Runs;
using Lanewise.Cli.Verbs;
using Lanewise.Engine;

namespace Lanewise.Cli.Tests;

/// <summary>The options of train taken together, without a process for each.</summary>
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
    [InlineData("residual --sched step --milestones 80,", "--milestones 80,: expected positive numbers in ascending order")]
    [InlineData("residual --sched step --milestones 80,40", "--milestones 80,40: expected positive numbers in ascending order")]
    [InlineData("residual --sched step --milestones 0,1", "--milestones 0,1: expected positive numbers in ascending order")]
    [InlineData("residual --algorithm winograd", "There is no algorithm 'winograd'; there are auto, direct")]
    [InlineData("residual --classes 0", "--classes 0: expected a whole number from 1 to 100000")]
    public void A_wrong_value_is_answered_with_what_was_expected(string words, string expected)
    {
        var (_, parse) = Parse(words);
        Assert.StartsWith(expected, Assert.Single(parse.Errors).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("residual --opt adamw --momentum 0.9", "--momentum: it is sgd's")]
    [InlineData("residual --opt adamw --nesterov", "--nesterov: it is sgd's")]
    [InlineData("residual --decay-epochs 5", "--decay-epochs: it needs --sched step.")]
    [InlineData("residual --sched cosine --decay-rate 0.5", "--decay-rate: it needs --sched step.")]
    [InlineData("residual --milestones 3", "--milestones: it needs --sched step.")]
    [InlineData("residual --sched step --milestones 3 --decay-epochs 3", "--decay-epochs, --milestones: ")]
    [InlineData("residual --sched step --min-lr 0.001", "--min-lr: it needs --sched cosine.")]
    [InlineData("residual --warmup-lr 0.001", "--warmup-lr: it needs --warmup-epochs.")]
    [InlineData("residual --warmup-epochs 10", "--warmup-epochs 10: it must be fewer than the 10 of --epochs.")]
    [InlineData("residual --warmup-epochs 1 --warmup-lr 0.02", "--warmup-lr 0.02: it is above the learning rate of 0.01")]
    [InlineData("residual --opt adamw --sched cosine --min-lr 0.002", "--min-lr 0.002: it is above the learning rate of 0.001")]
    [InlineData("residual --freeze", "--freeze: only a body that has been trained")]
    [InlineData("residual --aux --no-aux", "--aux, --no-aux: leave one of the two out.")]
    [InlineData("residual --weights w --freeze --aux", "--aux: auxiliary classifiers help the body")]
    [InlineData("--resume run --weights w", "--weights: a resumed run has its own")]
    public void Options_that_do_not_go_together_are_refused(string words, string expected)
    {
        var (options, parse) = Parse(words);
        Assert.Empty(parse.Errors);
        Assert.StartsWith(expected, Assert.Throws<UsageException>(() => options.Check(parse)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rate_and_decay_not_given_are_the_optimizers_own()
    {
        Assert.Equal((0.01, 0.0, 0.5), Chosen("residual"));
        Assert.Equal((0.001, 0.01, 0.0), Chosen("residual --opt AdamW"));
        Assert.Equal((0.1, 0.0, 0.9), Chosen("residual --lr 0.1 --momentum 0.9"));

        static (double Rate, double Decay, double Momentum) Chosen(string words)
        {
            var (options, parse) = Parse(words);
            options.Check(parse);
            var recipe = options.Read(parse).Recipe;
            return (recipe.LearningRate, recipe.WeightDecay, recipe.Momentum);
        }
    }

    [Theory]
    [InlineData("residual --sched step --milestones 2,3.5 --warmup-epochs 0.5 --warmup-lr 0.001 --nesterov --classes 12 --weights w --no-aux")]
    [InlineData("residual --opt adamw --sched cosine --min-lr 1e-5 --weights w --freeze")]
    [InlineData("residual --sched step --decay-epochs 2.4 --decay-rate 0.97 --aux --algorithm direct")]
    public void All_is_written_into_the_arguments_and_read_again(string words)
    {
        using var folder = new TemporaryFolder();
        var (options, parse) = Parse(words);
        var written = options.Read(parse) with { Dataset = "digits" };
        written.Save(folder["args.json"]);
        var read = RunArguments.Load(folder["args.json"]);
        Assert.Equal(written.Recipe.Milestones, read.Recipe.Milestones);
        Assert.Equal(written with { Recipe = Plain(written) }, read with { Recipe = Plain(read) });

        // A list is compared by itself, not by what it holds.
        static RunRecipe Plain(RunArguments arguments) => arguments.Recipe with { Milestones = new RunRecipe().Milestones };
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
        Assert.Equal((0.03, ScheduleKind.None, 0.0), (read.Recipe.LearningRate, read.Recipe.Schedule, read.Recipe.WarmupEpochs));
        Assert.Equal((null, null, false, null), (read.Weights, read.Classes, read.Freeze, read.AuxiliaryClassifiers));
        Assert.Equal(Conv2dAlgorithm.Auto, read.Algorithm);
        Assert.Equal((2000, null), (read.LimitTrain, read.LimitTest));
    }

    [Theory]
    [InlineData("--epochs 20", "--epochs 20: the cosine of the run to resume ends after its 10 epochs")]
    [InlineData("--opt sgd", "--opt sgd: the run to resume has adamw")]
    [InlineData("--sched none", "--sched none: the run to resume has cosine")]
    [InlineData("--warmup-epochs 2", "--warmup-epochs 2: the run to resume has 1;")]
    [InlineData("--warmup-lr 0.0001", "--warmup-lr 0.0001: the run to resume has none;")]
    [InlineData("--min-lr 0.0001", "--min-lr 0.0001: the run to resume has 0;")]
    [InlineData("--milestones 2,3", "--milestones 2,3: the run to resume has none;")]
    [InlineData("--classes 12", "--classes 12: the run to resume has 10;")]
    [InlineData("--algorithm direct", "--algorithm direct: the run to resume has auto;")]
    [InlineData("--freeze", "--freeze True: the run to resume has False;")]
    [InlineData("--aux", "--aux: the run to resume began without it")]
    public void A_resumed_run_keeps_its_recipe(string words, string expected)
    {
        var (earlier, first) = Parse("residual --opt adamw --sched cosine --warmup-epochs 1");
        var (options, parse) = Parse("--resume run " + words);
        options.Check(parse);
        var e = Assert.Throws<UsageException>(() => options.Merge(parse, earlier.Read(first) with { Classes = 10 }));
        Assert.StartsWith(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Named_again_the_same_a_recipe_is_no_contradiction()
    {
        const string Recipe = "--opt sgd --lr 0.03 --sched step --milestones 2,3 --warmup-epochs 0.5";
        var (options, parse) = Parse("residual " + Recipe);
        var (again, resumed) = Parse("--resume run --threads 1 " + Recipe);
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
