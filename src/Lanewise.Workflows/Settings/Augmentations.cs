
namespace Lanewise.Workflows;

/// <summary>Maps augmentations to the names of <c>--aug</c>.</summary>
internal static class Augmentations
{
    private static readonly (string Name, Augmentation Augmentation)[] All =
    [
        ("none", Augmentation.None), ("cifar", Augmentation.Cifar), ("imagenet", Augmentation.ImageNet), ("digits", Augmentation.Digits),
    ];

    public static string[] Names { get; } = [.. All.Select(entry => entry.Name)];

    /// <summary>Gets the name of an augmentation.</summary>
    public static string NameOf(Augmentation augmentation) => All.First(entry => entry.Augmentation == augmentation).Name;

    /// <summary>Finds an augmentation by name, ignoring case.</summary>
    /// <exception cref="LanewiseException">There is no augmentation with that name.</exception>
    public static Augmentation Find(string name) =>
        All.FirstOrDefault(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Augmentation
        ?? throw new LanewiseException(UnknownName.Message("augmentation", name, Names));
}
