namespace Lanewise;

/// <summary>The catalog of datasets.</summary>
public static class DatasetCatalog
{
    /// <summary>All datasets.</summary>
    public static IReadOnlyList<DatasetEntry> All { get; } =
    [
        new()
        {
            Name = "mnist",
            Title = "handwritten digits (LeCun, Cortes and Burges)",
            Classes = BuiltInDigits.Numerals,
            Transform = ImageTransform.Mnist,
            Folders = ["MNIST/raw", "mnist"],
            Files = IdxFiles(
                "6bbc9ace898e44ae57da46a324031adb", "a25bea736e30d166cdddb491f175f624",
                "2646ac647ad5339dbf082846283269ea", "27ae3e4e09519cfbb04c329615203637"),
            Mirrors =
            [
                new("https://ossci-datasets.s3.amazonaws.com/mnist/"),
                new("https://storage.googleapis.com/cvdf-datasets/mnist/"),
                new("https://raw.githubusercontent.com/fgnt/mnist/master/"),
            ],
        },
        new()
        {
            Name = "fashion-mnist",
            Title = "images of clothes (Zalando)",
            Classes = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
            // Clothes fill the image; there is no ink to crop to.
            Transform = ImageTransform.Mnist with
            {
                Mean = [0.2860f],
                Std = [0.3530f],
                Ink = new InkFraming(28, 28) { CropsToInk = false },
            },
            Folders = ["FashionMNIST/raw", "fashion-mnist"],
            Files = IdxFiles(
                "f4a8712d7a061bf5bd6d2ca38dc4d50a", "9018921c3c673c538a1fc5bad174d6f9",
                "8181f5470baa50b63fa0f6fddb340f0a", "15d484375f8d13e6eb1aabb0c3f46965"),
            Mirrors =
            [
                new("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),
                new("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"),
                new("https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/"),
            ],
        },
        new()
        {
            Name = "kmnist",
            Title = "handwritten Japanese characters (CODH)",
            Classes = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
            // Characters fill the image too: framed as MNIST's digits they would be too small.
            Transform = ImageTransform.Mnist with
            {
                Mean = [0.1918f],
                Std = [0.3483f],
                Ink = new InkFraming(28, 28) { CropsToInk = false },
            },
            Folders = ["KMNIST/raw", "kmnist"],
            Files = IdxFiles(null, null, null, null),
            Mirrors = [new("http://codh.rois.ac.jp/kmnist/dataset/kmnist/")],
        },
        new()
        {
            Name = "cifar10",
            Title = "small photographs of ten kinds (Krizhevsky)",
            Classes = CifarClasses.Ten,
            Transform = ImageTransform.Cifar10,
            Augmentation = Augmentation.Cifar,
            Format = DatasetFormat.Cifar10,
            Folders = ["cifar-10-batches-bin", "cifar10"],
            Files =
            [
                .. Enumerable.Range(1, 5).Select(i => new DatasetFile($"data_batch_{i}.bin", null, 10_000)),
                new("test_batch.bin", null, 10_000),
            ],
            Mirrors = [new("https://www.cs.toronto.edu/~kriz/")],
            Archive = new("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"),
            ArchiveMd5 = "c32a1d4ab5d03f1284b67883e8d87530",
            Other = new()
            {
                Name = "cifar10",
                Title = "CIFAR-10, Python version",
                Classes = CifarClasses.Ten,
                Transform = ImageTransform.Cifar10,
                Augmentation = Augmentation.Cifar,
                Format = DatasetFormat.Cifar10Python,
                Folders = ["cifar-10-batches-py", "cifar10"],
                Files =
                [
                    .. Enumerable.Range(1, 5).Select(i => new DatasetFile($"data_batch_{i}", null, 10_000)),
                    new("test_batch", null, 10_000),
                ],
                Archive = new("https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"),
            },
        },
        new()
        {
            Name = "cifar100",
            Title = "small photographs of a hundred kinds (Krizhevsky)",
            Classes = CifarClasses.Hundred,
            Transform = ImageTransform.Cifar100,
            Augmentation = Augmentation.Cifar,
            Format = DatasetFormat.Cifar100,
            Folders = ["cifar-100-binary", "cifar100"],
            Files = [new("train.bin", null, 50_000), new("test.bin", null, 10_000)],
            Mirrors = [new("https://www.cs.toronto.edu/~kriz/")],
            Archive = new("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"),
            ArchiveMd5 = "03b5dce01913d631647c71ecec9e9cb8",
            Other = new()
            {
                Name = "cifar100",
                Title = "CIFAR-100, Python version",
                Classes = CifarClasses.Hundred,
                Transform = ImageTransform.Cifar100,
                Augmentation = Augmentation.Cifar,
                Format = DatasetFormat.Cifar100Python,
                Folders = ["cifar-100-python", "cifar100"],
                Files = [new("train", null, 50_000), new("test", null, 10_000)],
                Archive = new("https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"),
            },
        },
        .. Emnist.Splits,
        new()
        {
            Name = "digits",
            Title = "handwritten digits, rendered by the program",
            Classes = BuiltInDigits.Numerals,
            Transform = ImageTransform.Mnist,
        },
    ];

    /// <summary>Returns the dataset with the given name, ignoring case.</summary>
    /// <exception cref="UnknownNameException">There is no such dataset.</exception>
    public static DatasetEntry Find(string name) =>
        All.FirstOrDefault(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new UnknownNameException("dataset", name, All.Select(entry => entry.Name));

    /// <summary>
    /// Loads the dataset called <paramref name="name"/>. Without a name, loads MNIST if it is on disk or can be downloaded, otherwise the
    /// built-in digits; <see cref="DatasetSplits.Notice"/> says which and why.
    /// </summary>
    /// <param name="name">The dataset; null for the default.</param>
    /// <param name="options">Where to search and whether to download; null for the defaults.</param>
    /// <param name="cancellationToken">Stops loading.</param>
    /// <exception cref="UnknownNameException">There is no such dataset.</exception>
    /// <exception cref="DatasetException">The dataset is missing, cannot be downloaded, or is damaged.</exception>
    public static async Task<DatasetSplits> ResolveAsync(
        string? name, DatasetOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new DatasetOptions();
        if (name is not null)
        {
            return await Find(name).LoadAsync(options, cancellationToken).ConfigureAwait(false);
        }
        var mnist = Find("mnist");
        if (options.Roots.Explicit is not null || mnist.Locate(options.Roots) is { IsComplete: true })
        {
            var splits = await mnist.LoadAsync(options, cancellationToken).ConfigureAwait(false);
            return splits with { Notice = $"No dataset was named: using mnist from {splits.Source}." };
        }
        string why = "downloads are disabled";
        if (options.AllowDownload)
        {
            try
            {
                // This download is optional, so it must not wait long for a host that does not answer.
                var impatient = options with { ConnectTimeout = TimeSpan.FromSeconds(Math.Min(1.5, options.ConnectTimeout.TotalSeconds)) };
                var splits = await mnist.LoadAsync(impatient, cancellationToken).ConfigureAwait(false);
                return splits with { Notice = $"No dataset was named: using mnist, downloaded to {splits.Source}." };
            }
            catch (LanewiseException)
            {
                why = "cannot be downloaded";
            }
        }
        var digits = await Find("digits").LoadAsync(options, cancellationToken).ConfigureAwait(false);
        return digits with
        {
            Notice = $"No dataset was named: using the built-in digits, because mnist is not on disk and {why}.",
        };
    }

    private static DatasetFile[] IdxFiles(string? trainImages, string? trainLabels, string? testImages, string? testLabels) =>
    [
        new("train-images-idx3-ubyte", trainImages, 60_000), new("train-labels-idx1-ubyte", trainLabels, 60_000),
        new("t10k-images-idx3-ubyte", testImages, 10_000), new("t10k-labels-idx1-ubyte", testLabels, 10_000),
    ];
}
