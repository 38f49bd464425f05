using Lanewise.Graphs;

namespace Lanewise.Models;

/// <summary>A model that can be named on the command line.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Paper">Where it comes from.</param>
/// <param name="Create">Describes the network for a number of classes.</param>
public sealed record ModelEntry(string Name, string Paper, Func<int, Network> Create);

/// <summary>All registered models.</summary>
public static class ModelCatalog
{
    /// <summary>The models, by family.</summary>
    public static IReadOnlyList<ModelEntry> All { get; } =
    [
        new("inception", "Szegedy et al. 2014, the course's small version", Inception.Create),
        new("residual", "He et al. 2015, the course's small version", Residual.Create),
    ];

    /// <summary>The model of that name.</summary>
    /// <exception cref="LanewiseException">There is none; the message lists those that there are.</exception>
    public static ModelEntry Find(string name) =>
        All.FirstOrDefault(m => string.Equals(m.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new LanewiseException($"There is no model '{name}'; there are {string.Join(", ", All.Select(m => m.Name))}{NearestName.Question(name, All.Select(m => m.Name))}");
}
