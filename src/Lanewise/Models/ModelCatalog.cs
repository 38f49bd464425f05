using Lanewise.Data;
using Lanewise.Graphs;

namespace Lanewise.Models;

/// <summary>What may be chosen about a registered model.</summary>
public sealed record ModelOptions
{
    /// <summary>Classes; null for as many as the paper has.</summary>
    public int? Classes { get; init; }

    /// <summary>C×H×W of the image; null for the paper's.</summary>
    public Shape? Input { get; init; }

    /// <summary>Whether GoogLeNet's auxiliary classifiers are there, which only training uses. Models without any ignore it.</summary>
    public bool AuxiliaryClassifiers { get; init; }
}

/// <summary>A model that can be named on the command line.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Paper">Where it comes from.</param>
/// <param name="Preprocessing">How an image becomes its input, unless the weights say otherwise.</param>
/// <param name="Create">Describes the network.</param>
public sealed record ModelEntry(string Name, string Paper, Preprocessing Preprocessing, Func<ModelOptions, Network> Create)
{
    /// <summary>Whether training adds auxiliary classifiers unless told otherwise.</summary>
    public bool AuxiliaryClassifiers { get; init; }

    /// <summary>Describes the network for so many classes.</summary>
    public Network ForClasses(int classes) => Create(new ModelOptions { Classes = classes });
}

/// <summary>All registered models.</summary>
public static class ModelCatalog
{
    /// <summary>The models, by family.</summary>
    public static IReadOnlyList<ModelEntry> All { get; } =
    [
        new("inception", "Szegedy et al. 2014, the course's small version", Preprocessing.Mnist, o => Inception.Create(o.Classes ?? 10, o.Input)),
        new("inception-relu", "the same, ReLU inside the modules", Preprocessing.Mnist, o => Inception.Create(o.Classes ?? 10, o.Input, relu: true)),
        new("residual", "He et al. 2015, the course's small version", Preprocessing.Mnist, o => Residual.Create(o.Classes ?? 10, o.Input)),
        .. GoogLeNet.Variants.Select(v =>
            new ModelEntry(v.Name, v.IsPaper ? "Szegedy et al. 2014, to the letter" : "Szegedy et al. 2014, torchvision's", Preprocessing.ImageNet, o => GoogLeNet.Create(v, o))
            {
                AuxiliaryClassifiers = v.IsPaper,
            }),
        .. ResNet.Variants.Select(v => new ModelEntry(v.Name, "He et al. 2015", Preprocessing.ImageNet, o => ResNet.Create(v, o))),
        .. CifarResNet.Variants.Select(v =>
            new ModelEntry(v.Name, v.HasShortcuts ? "He et al. 2015, §4.2" : "He et al. 2015, §4.2, no shortcuts", Preprocessing.Cifar10, o => CifarResNet.Create(v, o))),
    ];

    /// <summary>The model of that name.</summary>
    /// <exception cref="LanewiseException">There is none; the message lists those that there are.</exception>
    public static ModelEntry Find(string name) =>
        All.FirstOrDefault(m => string.Equals(m.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new LanewiseException($"There is no model '{name}'; there are {string.Join(", ", All.Select(m => m.Name))}{NearestName.Question(name, All.Select(m => m.Name))}");
}
