using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>Named presets of settings.</summary>
public sealed class RecipeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_recipe_is_a_valid_training()
    {
        Assert.All(TrainingRecipe.All, recipe =>
        {
            Assert.Equal(recipe.Name, recipe.Settings.Recipe);
            Assert.NotEqual("", recipe.Result);
            (recipe.Settings with { Model = recipe.Settings.Model ?? "resnet18" }).Check();
            Assert.Same(recipe, TrainingRecipe.Find(recipe.Name.ToUpperInvariant()));
        });
        Assert.Equal(TrainingRecipe.All.Count, TrainingRecipe.All.Select(recipe => recipe.Name).Distinct().Count());
    }

    [Fact]
    public void What_is_given_by_hand_wins_over_the_recipe()
    {
        var settings = new TrainSettings { Recipe = "cifar-fast", Epochs = 7, Model = "resnet56" }.WithRecipe();
        Assert.Equal(
            ("resnet56", "cifar10", 7, 64, OptimizerKind.Muon),
            (settings.Model, settings.Dataset, settings.Epochs, settings.BatchSize, settings.Optimizer));
        Assert.Equal("cifar-fast", settings.Recipe);

        var adamw = new TrainSettings { Recipe = "cifar-fast", Optimizer = OptimizerKind.AdamW }.WithRecipe();
        adamw.Check();
        Assert.Equal((0.001, 0.01, 0), (adamw.LearningRate, adamw.WeightDecay, adamw.Momentum));

        var constant = new TrainSettings { Recipe = "cifar-paper", Schedule = ScheduleKind.None }.WithRecipe();
        constant.Check();
        Assert.Empty(constant.Milestones);
    }

    [Fact]
    public void Another_optimizer_than_that_of_a_file_brings_its_own_constants()
    {
        SettingValue[] given = [.. new TrainSettings { Optimizer = OptimizerKind.Muon, Momentum = 0.9 }.Given(TrainSettings.AllSettings)];
        var file = new TrainSettings
        {
            Optimizer = OptimizerKind.Sgd,
            LearningRate = 0.1,
            WeightDecay = 1e-4,
            Nesterov = true,
            Schedule = ScheduleKind.Cosine,
            WarmupEpochs = 0.5,
        };
        var settings = file.WithGiven(given);
        Assert.Equal((0.003, 0.9, 0.01, false), (settings.LearningRate, settings.Momentum, settings.WeightDecay, settings.Nesterov));
        Assert.Equal((ScheduleKind.Cosine, 0.5), (settings.Schedule, settings.WarmupEpochs));
        Assert.Equal(0.1, file.WithGiven([]).LearningRate);
    }

    [Fact]
    public void A_run_records_its_recipe()
    {
        var job = TrainingJob.Create(new TrainSettings { Recipe = "cifar-fast", Dataset = "digits" }, _folder["run"]);
        var settings = job.Directory.LoadRecord().Settings;
        Assert.Equal(("cifar-fast", "resnet20", "digits", 20), (settings.Recipe, settings.Model, settings.Dataset, settings.Epochs));
        var e = Assert.Throws<UnknownNameException>(() => new TrainSettings { Recipe = "cifar-fats" }.WithRecipe());
        Assert.Contains("cifar-fast", e.Message, StringComparison.Ordinal);
        Assert.Throws<SettingException>(() => TrainingJob.Resume(_folder["run"], s => s with { Recipe = "cifar-paper" }));
    }
}
