namespace Lanewise;

/// <summary>The options of a model in the catalog.</summary>
public sealed record ModelOptions
{
    /// <summary>The number of classes; null for that of the paper.</summary>
    public int? Classes { get; init; }

    /// <summary>(C, H, W) of the image; null for the model's default.</summary>
    public Shape? Input { get; init; }

    /// <summary>
    /// Whether to add GoogLeNet's auxiliary classifiers, which only training uses. Other models ignore it. Default: false.
    /// </summary>
    public bool AuxiliaryClassifiers { get; init; }
}

/// <summary>A model of the catalog.</summary>
public sealed record ModelEntry
{
    internal ModelEntry(string name, string paper, ImageTransform transform, Func<ModelOptions, Network> create) =>
        (Name, Paper, Transform, Create) = (name, paper, transform, create);

    /// <summary>The model's name.</summary>
    public string Name { get; init; }

    /// <summary>The paper it comes from.</summary>
    public string Paper { get; init; }

    /// <summary>The default transform; weights may bring their own.</summary>
    public ImageTransform Transform { get; init; }

    /// <summary>Describes the network.</summary>
    public Func<ModelOptions, Network> Create { get; init; }

    /// <summary>Whether the model is trained with auxiliary classifiers by default.</summary>
    public bool AuxiliaryClassifiers { get; init; }

    /// <summary>
    /// The transform that published weights of the model expect where it differs from <see cref="Transform"/>, that of files which do not
    /// say; otherwise the same.
    /// </summary>
    internal ImageTransform PretrainedTransform { get => field ?? Transform; init; }

    /// <summary>The default settings of training from random weights; null for those of the tutorial.</summary>
    internal TrainingDefaults? FromScratch { get; init; }

    /// <summary>The default settings of training all layers from pretrained weights; null for those of the tutorial.</summary>
    internal TrainingDefaults? FineTuning { get; init; }

    /// <summary>The default settings of training the classifier on frozen pretrained layers; null for those of the tutorial.</summary>
    internal TrainingDefaults? FrozenFeatures { get; init; }

    /// <summary>Describes the network for the given number of classes.</summary>
    public Network ForClasses(int classes) => Create(new ModelOptions { Classes = classes });
}

/// <summary>The catalog of models.</summary>
public static class ModelCatalog
{
    // torchvision's published GoogLeNet normalizes images that are normalized for ImageNet once more (transform_input), to mean 0.5 and
    // standard deviation 0.5; both together are only the latter, for red ((p − 0.485) / 0.229) · 0.229 / 0.5 + (0.485 − 0.5) / 0.5.
    private static readonly ImageTransform TransformInput =
        ImageTransform.ImageNet with { Mean = [0.5f, 0.5f, 0.5f], Std = [0.5f, 0.5f, 0.5f] };

    // CNTK subtracts the means of ImageNet from pixels of 0 to 255.
    private static readonly ImageTransform Cntk = ImageTransform.ImageNet with
    {
        ChannelOrder = ChannelOrder.Bgr,
        Mean = [103.06f / 255, 115.90f / 255, 123.15f / 255],
        Std = [1f / 255, 1f / 255, 1f / 255],
    };

    /// <summary>All models, by family.</summary>
    public static IReadOnlyList<ModelEntry> All { get; } =
    [
        new(
            "inception",
            "Szegedy et al. 2014, the tutorial's version",
            ImageTransform.Mnist,
            o => Inception.Create(o.Classes ?? 10, o.Input)),
        new(
            "inception-relu",
            "the same, ReLU inside the modules",
            ImageTransform.Mnist,
            o => Inception.Create(o.Classes ?? 10, o.Input, relu: true)),
        new("residual", "He et al. 2015, the tutorial's version", ImageTransform.Mnist, o => Residual.Create(o.Classes ?? 10, o.Input)),
        .. GoogLeNet.Variants.Select(v =>
            new ModelEntry(
                v.Name,
                v.IsPaper ? "Szegedy et al. 2014, to the letter" : "Szegedy et al. 2014, torchvision's",
                ImageTransform.ImageNet,
                o => GoogLeNet.Create(v, o))
            {
                AuxiliaryClassifiers = v.IsPaper,
                PretrainedTransform = v.IsPaper ? ImageTransform.ImageNet : TransformInput,
                FromScratch = TrainingDefaults.ImageNet,
                FineTuning = TrainingDefaults.FineTuning,
                FrozenFeatures = TrainingDefaults.LinearProbe,
            }),
        .. ResNet.Variants.Select(v =>
            new ModelEntry(v.Name, "He et al. 2015", ImageTransform.ImageNet, o => ResNet.Create(v, o))
            {
                FromScratch = TrainingDefaults.ImageNet,
                FineTuning = TrainingDefaults.FineTuning,
                FrozenFeatures = TrainingDefaults.LinearProbe,
            }),
        new(ResNet.Cntk.Name, "He et al. 2015, CNTK's: 3 blocks in the last stage", Cntk, o => ResNet.Create(ResNet.Cntk, o))
        {
            FromScratch = TrainingDefaults.ImageNet,
            FineTuning = TrainingDefaults.FineTuning,
            FrozenFeatures = TrainingDefaults.LinearProbe,
        },
        .. CifarResNet.Variants.Select(v => new ModelEntry(
            v.Name,
            v.HasShortcuts ? "He et al. 2015, §4.2" : "He et al. 2015, §4.2, no shortcuts",
            ImageTransform.Cifar10,
            o => CifarResNet.Create(v, o))
        {
            FromScratch = TrainingDefaults.Cifar,
            FineTuning = TrainingDefaults.FineTuning with { BatchSize = 64, LearningRate = 0.01 },
            FrozenFeatures = TrainingDefaults.LinearProbe,
        }),
    ];

    /// <summary>Returns the model with the given name, ignoring case.</summary>
    /// <exception cref="UnknownNameException">There is no such model.</exception>
    public static ModelEntry Find(string name) =>
        All.FirstOrDefault(m => string.Equals(m.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new UnknownNameException("model", name, All.Select(m => m.Name));
}
