using Lanewise.Data.Transforms;

namespace Lanewise.Cli.Runs;

/// <summary>The names of <c>--aug</c>.</summary>
internal static class Augmentations
{
    private static readonly (string Name, Augmentation Augmentation)[] All =
        [("none", Augmentation.None), ("cifar", Augmentation.Cifar), ("imagenet", Augmentation.ImageNet)];

    public static string[] Names { get; } = [.. All.Select(entry => entry.Name)];

    public static string NameOf(Augmentation augmentation) => All.First(entry => entry.Augmentation == augmentation).Name;

    /// <exception cref="LanewiseException">There is none of that name.</exception>
    public static Augmentation Find(string name) =>
        All.FirstOrDefault(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Augmentation
        ?? throw new LanewiseException($"There is no augmentation '{name}'; there are {string.Join(", ", Names)}{NearestName.Question(name, Names)}");
}
