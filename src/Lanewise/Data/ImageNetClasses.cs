namespace Lanewise;

/// <summary>The names of ImageNet's 1,000 classes (ILSVRC 2012), as torchvision has them.</summary>
internal static class ImageNetClasses
{
    /// <summary>The number of classes.</summary>
    public const int Count = 1000;

    private static readonly Lazy<string[]> Names = new(Read);

    /// <summary>The names in the order of the logits.</summary>
    public static IReadOnlyList<string> All => Names.Value;

    private static string[] Read()
    {
        using var stream = typeof(ImageNetClasses).Assembly.GetManifestResourceStream("Lanewise.Data.ImageNetClasses.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
