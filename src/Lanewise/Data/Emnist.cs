namespace Lanewise;

/// <summary>
/// EMNIST: handwritten letters and digits in six splits (Cohen, Afshar, Tapson and van Schaik 2017). Images are stored with rows and
/// columns exchanged.
/// </summary>
internal static class Emnist
{
    private const string Digits = "0123456789", Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    // The small letters whose form differs from the capital's.
    private const string Merged = Digits + Letters + "abdefghnqrt";

    private const string AllClasses = Digits + Letters + "abcdefghijklmnopqrstuvwxyz";

    /// <summary>The splits as datasets of the catalog.</summary>
    public static IReadOnlyList<DatasetEntry> Splits { get; } =
    [
        Split("balanced", "letters and digits, balanced", Merged, 112_800, 18_800),
        // Labels of this split begin at 1.
        Split("letters", "letters, small and capital together", Letters, 124_800, 20_800) with { FirstLabel = 1 },
        Split("digits", "digits", Digits, 240_000, 40_000),
        Split("mnist", "digits, in MNIST's numbers", Digits, 60_000, 10_000),
        Split("byclass", "letters and digits, unbalanced", AllClasses, 697_932, 116_323),
        Split("bymerge", "letters and digits, similar letters together, unbalanced", Merged, 697_932, 116_323),
    ];

    private static DatasetEntry Split(string name, string title, string classes, int train, int test) => new()
    {
        Name = $"emnist-{name}",
        Title = $"EMNIST: handwritten {title} (Cohen et al.)",
        Classes = [.. classes.Select(c => c.ToString())],
        // Unlike MNIST's, its images are centred by their bounding boxes, so a drawing is not framed as MNIST's are.
        Transform = ImageTransform.Mnist with { Ink = new InkFraming(28, 28) { CropsToInk = false } },
        Folders = ["EMNIST/raw", "EMNIST/raw/gzip", "emnist", "gzip"],
        IsTransposed = true,
        Files =
        [
            new($"emnist-{name}-train-images-idx3-ubyte", null, train), new($"emnist-{name}-train-labels-idx1-ubyte", null, train),
            new($"emnist-{name}-test-images-idx3-ubyte", null, test), new($"emnist-{name}-test-labels-idx1-ubyte", null, test),
        ],
        Archive = new("https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"),
    };
}
