using System.CommandLine;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Engine;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>Combinations of the options of <c>train</c>, parsed in process.</summary>
public sealed class TrainOptionsTests
{
    [Theory]
    [InlineData("--opt adam", "There is no optimizer 'adam'; did you mean 'adamw'? There are sgd, adamw, rmsprop, muon.")]
    [InlineData("--opt 1", "There is no optimizer '1'; there are sgd, adamw, rmsprop, muon")]
    [InlineData("--sched cosin", "There is no schedule 'cosin'; did you mean 'cosine'? There are none, step, cosine, onecycle, plateau.")]
    [InlineData("--lr 1e-60", "--lr 1e-60: expected a positive number")]
    [InlineData("--warmup-epochs -1", "--warmup-epochs -1: expected a number of at least 0")]
    [InlineData("--warmup-epochs nan", "--warmup-epochs nan: expected")]
    [InlineData("--smoothing 1", "--smoothing 1: expected a number of at least 0 and below 1.")]
    [InlineData("--sched step --decay-epochs 0", "--decay-epochs 0: expected a positive number")]
    [InlineData("--sched step --decay-rate 2", "--decay-rate 2: expected a number above 0 and at most 1")]
    [InlineData("--sched step --milestones 80,", "--milestones 80,: expected comma-separated positive numbers in ascending order")]
    [InlineData(
        "--sched step --milestones 80,40",
        "--milestones 80,40: expected comma-separated positive numbers in ascending order")]
    [InlineData("--sched step --milestones 0,1", "--milestones 0,1: expected comma-separated positive numbers in ascending order")]
    [InlineData("--algorithm winograd", "There is no algorithm 'winograd'; there are auto, direct")]
    [InlineData("--classes 0", "--classes 0: expected a whole number from 1 to 100000")]
    [InlineData("--hflip 1.5", "--hflip 1.5: expected a probability from 0 to 1.")]
    [InlineData("--scale 0.5", "--scale 0.5: expected two positive numbers in ascending order, at most 1, such as 0.08,1.")]
    [InlineData("--ratio 2,1", "--ratio 2,1: expected two positive numbers in ascending order, such as 0.75,1.33.")]
    [InlineData("--aa auto", "there is no automatic augmentation 'auto'; there are none, trivial and rand with its values")]
    [InlineData("--aa rand-m9-q3", "rand-m9-q3: 'q3' is not known; expected m (magnitude, 0 to 10), n (number of operations), mstd")]
    [InlineData("--aa rand-n1.5", "rand-n1.5: 'n1.5' is not known")]
    [InlineData("--aa rand-m11", "RandAugment, magnitude 11: expected a number from 0 to 10.")]
    [InlineData("--remode black", "There is no erasing mode 'black'; there are const, rand, pixel.")]
    [InlineData("--mixup -1", "--mixup -1: expected a number from 0 to 1000, such as 0.2.")]
    public void Messages_say_which_values_are_valid(string words, string expected)
    {
        Assert.StartsWith(expected, Assert.Single(Parse(words).Parse.Errors).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--opt adamw --momentum 0.9", "--momentum: adamw has no momentum")]
    [InlineData("--opt adamw --nesterov", "--nesterov: an option of sgd")]
    [InlineData("--opt rmsprop --nesterov", "--nesterov: an option of sgd")]
    [InlineData("--decay-epochs 5", "--decay-epochs requires --sched step.")]
    [InlineData("--sched cosine --decay-rate 0.5", "--decay-rate requires --sched step or plateau.")]
    [InlineData("--sched plateau --decay-rate 1", "--decay-rate 1: --sched plateau expects a number below 1.")]
    [InlineData("--sched cosine --patience-epochs 3", "--patience-epochs requires --sched plateau.")]
    [InlineData("--sched cosine --pct-start 0.2", "--pct-start requires --sched onecycle.")]
    [InlineData("--sched step --div-factor 10", "--div-factor requires --sched onecycle.")]
    [InlineData("--final-div-factor 10", "--final-div-factor requires --sched onecycle.")]
    [InlineData("--sched onecycle --warmup-epochs 1", "--warmup-epochs: --sched onecycle rises by itself; omit the option.")]
    [InlineData("--clip-mode value", "--clip-mode requires --clip-grad.")]
    [InlineData("--model-ema-decay 0.9", "--model-ema-decay requires --model-ema.")]
    [InlineData("--milestones 3", "--milestones requires --sched step.")]
    [InlineData("--sched step --milestones 3 --decay-epochs 3", "--decay-epochs and --milestones cannot be combined.")]
    [InlineData("--sched step --min-lr 0.001", "--min-lr requires --sched cosine or plateau.")]
    [InlineData("--warmup-lr 0.001", "--warmup-lr requires --warmup-epochs.")]
    [InlineData("--warmup-epochs 10", "--warmup-epochs 10: expected fewer than the 10 of --epochs.")]
    [InlineData("--warmup-epochs 1 --warmup-lr 0.02", "--warmup-lr 0.02: expected at most the learning rate of 0.01")]
    [InlineData("--opt adamw --sched cosine --min-lr 0.002", "--min-lr 0.002: expected at most the learning rate of 0.001")]
    [InlineData("--freeze", "--freeze requires --weights")]
    [InlineData("--remode rand", "--remode requires --reprob.")]
    [InlineData("--mixup-prob 0.5", "--mixup-prob requires --mixup or --cutmix.")]
    [InlineData("--mixup 0.2 --mixup-switch-prob 0.2", "--mixup-switch-prob requires --mixup and --cutmix.")]
    [InlineData("--aux --no-aux", "--aux and --no-aux cannot be combined.")]
    [InlineData("--weights w --freeze --aux", "--aux and --freeze cannot be combined")]
    public void Contradictory_options_are_rejected(string words, string expected)
    {
        Assert.Empty(Parse(words).Parse.Errors);
        var e = Assert.ThrowsAny<Exception>(() => Read(words).Check());
        Assert.True(e is UsageException or SettingException);
        Assert.StartsWith(expected, Advice.Explain(e), StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_depend_on_the_optimizer()
    {
        Assert.Equal((0.01, 0.0, 0.5), Chosen(""));
        Assert.Equal((0.001, 0.01, 0.0), Chosen("--opt AdamW"));
        Assert.Equal((0.1, 0.0, 0.9), Chosen("--lr 0.1 --momentum 0.9"));

        static (double Rate, double Decay, double Momentum) Chosen(string words)
        {
            var settings = Read(words);
            settings.Check();
            return (settings.LearningRate, settings.WeightDecay, settings.Momentum);
        }
    }

    [Theory]
    [InlineData(
        "--sched step --milestones 2,3.5 --warmup-epochs 0.5 --warmup-lr 0.001 --nesterov --classes 12 --weights w --no-aux")]
    [InlineData("--opt adamw --sched cosine --min-lr 1e-5 --weights w --freeze --img-size 40 --mean 0.5 --std 0.25,0.5,1")]
    [InlineData("--sched step --decay-epochs 2.4 --decay-rate 0.97 --aux --algorithm direct --crop-mode border --ink frame")]
    [InlineData("--pretrained resnet34 --freeze --img-size 24x40")]
    [InlineData("--aug imagenet --hflip 0.25 --vflip 0.1 --scale 0.3,1 --ratio 0.8,1.25 --color-jitter 0.4 --mixup 0.2 --cutmix 1")]
    [InlineData("--aug digits --degrees 12 --translate 0.1 --affine-scale 0.8,1.2 --shear 3 --aa rand-m7-n3-mstd0.5-inc1")]
    [InlineData("--reprob 0.25 --remode pixel --cutmix 1 --mixup-prob 0.5 --aa trivial --hflip 0")]
    public void Settings_are_written_and_read_back(string words)
    {
        using var folder = new TemporaryFolder();
        var written = Read(words) with { Model = "residual", Dataset = "digits" };
        new RunRecord<TrainSettings>(written, new RunFacts()).Save(folder["args.json"]);
        var read = RunRecord<TrainSettings>.Load(folder["args.json"]).Settings;
        Assert.Equal(Values(written), Values(read));
        // As a configuration file too.
        Assert.Equal(Values(written), Values(new TrainSettings().With(SettingsFile.Load(folder["args.json"], TrainSettings.AllSettings))));

        static string[] Values(TrainSettings settings) =>
            [.. settings.Table.Select(row => $"{row.Name} {row.Format(row.ValueIn(settings))}")];
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("--pretrained", "default")]
    [InlineData("--pretrained --freeze", "default")]
    [InlineData("--pretrained=RESNET34", "resnet34")]
    [InlineData("--freeze --pretrained resnet18-cntk", "resnet18-cntk")]
    public void Pretrained_takes_a_name_or_none(string words, string? expected) => Assert.Equal(expected, Read(words).Pretrained);

    [Theory]
    [InlineData("--pretrained", "resnet50", "resnet50")]
    [InlineData("--pretrained resnet50-v2", "resnet50", "resnet50-v2")]
    public void Without_a_name_pretrained_weights_are_those_of_the_model(string words, string model, string expected) =>
        Assert.Equal(expected, (Read(words) with { Model = model }).WithPretrainedNamed().Pretrained);

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
        var read = RunRecord<TrainSettings>.Load(folder["args.json"]).Settings;
        var optimization = read;
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
    [InlineData("--img-size 24x40", "--img-size 24x40: the run to resume has none;")]
    [InlineData("--classes 12", "--classes 12: the run to resume has 10;")]
    [InlineData("--aa trivial", "--aa trivial: the run to resume has none;")]
    [InlineData("--scale 0.5,1", "--scale 0.5,1: the run to resume has none;")]
    [InlineData("--mixup 0.2", "--mixup 0.2: the run to resume has 0;")]
    [InlineData("--algorithm direct", "--algorithm direct: the run to resume has auto;")]
    [InlineData("--freeze", "--freeze: the run to resume was started without it")]
    [InlineData("--weights w", "--weights: a resumed run has its own; omit --weights.")]
    [InlineData("--aux", "--aux: the run to resume was started without it")]
    public void A_resumed_run_keeps_its_optimization_settings(string words, string expected)
    {
        var earlier = Read("--opt adamw --sched cosine --warmup-epochs 1") with { Model = "residual", Classes = 10 };
        var e = Assert.Throws<SettingException>(() => earlier.Resume(Given(words)));
        Assert.StartsWith(expected, Advice.Explain(e), StringComparison.Ordinal);
    }

    [Fact]
    public void Repeating_the_settings_of_the_run_to_resume_is_allowed()
    {
        const string Options = "--opt sgd --lr 0.03 --sched step --milestones 2,3 --warmup-epochs 0.5";
        Assert.Equal(1, Read(Options).Resume(Given("--threads 1 " + Options)).Threads);
    }

    [Fact]
    public void A_new_setting_is_a_row_and_a_property()
    {
        // Each row is an option, a key of args.json and of configuration files, and is checked on resume.
        var options = new SettingOptions(new TrainSettings()).All.Select(option => option.Name.TrimStart('-')).ToHashSet(StringComparer.Ordinal);
        Assert.All(TrainSettings.AllSettings, row => Assert.Contains(row.Name, options));
        Assert.Equal(TrainSettings.AllSettings.Count, TrainSettings.AllSettings.Select(row => row.JsonKey).Distinct(StringComparer.Ordinal).Count());
    }

    private static TrainSettings Read(string words) => new TrainSettings().With(Given(words));

    private static IReadOnlyList<SettingValue> Given(string words)
    {
        var (options, parse) = Parse(words);
        return options.Given(parse);
    }

    private static (SettingOptions Options, ParseResult Parse) Parse(string words)
    {
        var options = new SettingOptions(new TrainSettings());
        var command = new Command("train");
        foreach (var option in options.All)
        {
            command.Add(option);
        }

        return (options, command.Parse(words.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }
}
