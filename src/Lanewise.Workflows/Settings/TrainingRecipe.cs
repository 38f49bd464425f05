namespace Lanewise.Workflows;

/// <summary>A named preset of settings whose result was measured.</summary>
public sealed record TrainingRecipe
{
    // Created when they are used: the table of settings refers to the names of recipes.
    private readonly Func<TrainSettings> _settings;

    private TrainingRecipe(string name, string purpose, string result, Func<TrainSettings> settings) =>
        (Name, Purpose, Result, _settings) = (name, purpose, result, settings);

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    /// <summary>Gets what it trains, in words.</summary>
    public string Purpose { get; }

    /// <summary>Gets what it gave, in words; <c>bench/results/recipes.md</c> has the seeds and the processor.</summary>
    public string Result { get; }

    /// <summary>Gets the settings that it gives.</summary>
    public TrainSettings Settings => _settings() with { Recipe = Name };

    /// <summary>Gets all recipes.</summary>
    public static IReadOnlyList<TrainingRecipe> All { get; } =
    [
        new(
            "mnist-99.5",
            "the tutorial's residual network on MNIST, with small affine changes of the digits",
            "99.58 % of MNIST's test images, mean of three seeds (99.62, 99.64, 99.48)",
            () => new()
            {
                Model = "residual",
                Dataset = "mnist",
                Augmentation = "digits",
                Epochs = 22,
                BatchSize = 128,
                Optimizer = OptimizerKind.AdamW,
                LearningRate = 0.004,
                WeightDecay = 0.02,
                Schedule = ScheduleKind.Cosine,
                WarmupEpochs = 2,
            }),
        new(
            "mnist-99-fast",
            "the same network in seconds",
            "99.09 % of MNIST's test images, mean of three seeds (98.99, 99.12, 99.17)",
            () => new()
            {
                Model = "residual",
                Dataset = "mnist",
                Augmentation = "none",
                Epochs = 1,
                BatchSize = 64,
                Optimizer = OptimizerKind.AdamW,
                LearningRate = 0.005,
                WeightDecay = 0.01,
                Schedule = ScheduleKind.Cosine,
                WarmupEpochs = 0.1,
            }),
        new(
            "cifar-fast",
            "ResNet-20 on CIFAR-10 in 20 epochs",
            "87.57 % on CIFAR-10 as JPEG, quality 75, mean of three seeds (87.52, 87.27, 87.91)",
            () => new()
            {
                Model = "resnet20",
                Dataset = "cifar10",
                Augmentation = "cifar",
                Epochs = 20,
                BatchSize = 64,
                Optimizer = OptimizerKind.Muon,
                LearningRate = 0.004,
                WeightDecay = 0.1,
                Smoothing = 0.1,
                Schedule = ScheduleKind.Cosine,
                WarmupEpochs = 1,
            }),
        new(
            "cifar-paper",
            "ResNet-20 on CIFAR-10 as He et al. 2015, §4.2: 164 epochs",
            "not measured here; the paper: 91.25 %",
            () => new()
            {
                Model = "resnet20",
                Dataset = "cifar10",
                Augmentation = "cifar",
                Epochs = 164,
                BatchSize = 128,
                LearningRate = 0.1,
                Momentum = 0.9,
                WeightDecay = 1e-4,
                Schedule = ScheduleKind.Step,
                Milestones = [82, 123],
            }),
        new(
            "finetune",
            "a pretrained ResNet-18, all layers, on a folder of photographs (--dataset FOLDER)",
            "92.17 % of 132 ants and bees held back, mean of three divisions (91.67, 92.42, 92.42)",
            () => new()
            {
                Model = "resnet18-cntk",
                Pretrained = "resnet18-cntk",
                Epochs = 6,
                BatchSize = 16,
                LearningRate = 0.001,
                Momentum = 0.9,
                ClipGrad = 5,
                Schedule = ScheduleKind.Cosine,
                FreezeBatchNorm = true,
            }),
        new(
            "linear-probe",
            "a linear classifier on the features of a pretrained ResNet-18, on a folder of photographs (--dataset FOLDER)",
            "95.71 % of 132 ants and bees held back, mean of three divisions (95.45, 94.70, 96.97)",
            () => new()
            {
                Model = "resnet18-cntk",
                Pretrained = "resnet18-cntk",
                Freeze = true,
                Augmentation = "none",
                Epochs = 20,
                BatchSize = 64,
                LearningRate = 0.005,
                Momentum = 0.9,
                Schedule = ScheduleKind.Cosine,
            }),
    ];

    internal static string[] Names { get; } = [.. All.Select(recipe => recipe.Name)];

    /// <summary>Returns the recipe with the given name, ignoring case.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="UnknownNameException">There is no such recipe.</exception>
    public static TrainingRecipe Find(string name) =>
        All.FirstOrDefault(recipe => recipe.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new UnknownNameException("recipe", name, Names);
}
