namespace Lanewise.Workflows;

/// <summary>The catalog of pretrained weights.</summary>
public static class PretrainedCatalog
{
    private const string TorchvisionNote =
        "It is the licence of torchvision, which states that pretrained models may have licences or terms of their own, derived from the "
        + "dataset used for training, and that it is the user's responsibility to determine whether a use is permitted.";

    private static readonly Uri Torchvision = new("https://download.pytorch.org/models/");

    /// <summary>Gets all weights; those of a model's default come before others of the model.</summary>
    public static IReadOnlyList<PretrainedEntry> All { get; } =
    [
        new()
        {
            Name = "resnet18-cntk",
            Model = "resnet18-cntk",
            Use = PretrainedUse.Body,
            FileName = "ResNet18.onnx",
            Bytes = 63_653_533,
            Sha256 = "e2552f19db2dfdb01b3669537b6a0f1b44da38d18279535492ed5dfc2ef1ff8f",
            License = "MIT",
            LicenseNote = "It is the licence of the package (.NET Foundation and contributors), which asks for its acceptance; "
                + "the text is in the package.",
            Origin = "ResNet of 22 convolutions trained with CNTK on ImageNet, from the NuGet package "
                + "Microsoft.ML.DnnImageFeaturizer.ResNet18 0.23.1; the notices of the package name no source of the training data",
            Package = new("Microsoft.ML.DnnImageFeaturizer.ResNet18", "0.23.1", "tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx"),
            AsksForAcceptance = true,
            IsTested = true,
        },
        FromTorchvision("resnet18", "resnet18-f37072fd.pth", 46_830_571),
        FromTorchvision("resnet34", "resnet34-b627a593.pth", 87_319_819),
        FromTorchvision("resnet50", "resnet50-0676ba61.pth", 102_530_333),
        FromTorchvision("resnet50", "resnet50-11ad3fa6.pth", 102_540_417) with
        {
            Name = "resnet50-v2",
            Origin = OriginOf("IMAGENET1K_V2"),
            // The shorter side is 232.
            Transform = ImageTransform.ImageNet with { CropPct = 224f / 232 },
        },
        FromTorchvision("resnet101", "resnet101-63fe2227.pth", 178_793_939),
        FromTorchvision("resnet152", "resnet152-394f9c45.pth", 241_627_721),
        FromTorchvision("googlenet", "googlenet-1378be20.pth", 52_147_035) with
        {
            Transform = ModelCatalog.Find("googlenet").PretrainedTransform,
        },
        new()
        {
            Name = "mnist",
            Model = "residual",
            Use = PretrainedUse.Classifier,
            Classes = 10,
            IsBuiltIn = true,
            FileName = "mnist.safetensors",
            Bytes = 84_668,
            Sha256 = "4ea0523594f989b0f0e02cf2be4559d84153bd496486426a26bc2a4df3860338",
            License = "MIT",
            LicenseNote = "It is the licence of the weights; the images of MNIST are under CC BY-SA 3.0 (LeCun, Cortes and Burges).",
            Origin = "trained by 'lanewise train --recipe mnist-99.5' on the 60,000 training images of MNIST",
            IsTested = true,
        },
        new()
        {
            Name = "cifar10",
            Model = "resnet20",
            Use = PretrainedUse.Classifier,
            Classes = 10,
            IsBuiltIn = true,
            FileName = "cifar10.safetensors",
            Bytes = 552_616,
            Sha256 = "cc44a037d9e90c54113c9d43af4fb382766fc37249fd89dd05bedd4b3d3767e6",
            License = "MIT",
            LicenseNote = "It is the licence of the weights; the publisher of CIFAR-10 (Krizhevsky 2009) names no licence of the images.",
            Origin = "trained by 'lanewise train --recipe cifar-fast' on CIFAR-10 as JPEG, quality 75",
            IsTested = true,
        },
    ];

    /// <summary>Gets the names.</summary>
    internal static string[] Names { get; } = [.. All.Select(entry => entry.Name)];

    /// <summary>Returns the weights with the given name, ignoring case.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="UnknownNameException">There are no such weights.</exception>
    public static PretrainedEntry Find(string name) => TryFind(name) ?? throw new UnknownNameException("pretrained weights", name, Names);

    /// <summary>Returns the weights with the given name, ignoring case; null if there are none.</summary>
    /// <param name="name">The name.</param>
    public static PretrainedEntry? TryFind(string name) =>
        All.FirstOrDefault(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Returns the default weights of a model; null if there are none.</summary>
    /// <param name="model">The model's name.</param>
    public static PretrainedEntry? ForModel(string model) =>
        All.FirstOrDefault(entry => entry.Model.Equals(model, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Returns the canonical name of weights, or the full path of a file or folder, since runs are resumed from other working directories.
    /// An existing path comes before a name.
    /// </summary>
    internal static string NameOrPath(string text) =>
        Path.Exists(text) || TryFind(text) is not { } entry ? Path.GetFullPath(text) : entry.Name;

    private static PretrainedEntry FromTorchvision(string model, string file, long bytes) => new()
    {
        Name = model,
        Model = model,
        Use = PretrainedUse.Classifier,
        FileName = file,
        Bytes = bytes,
        // NAME-SHA256.pth: torch.hub takes the eight digits from there, too.
        Sha256 = file[(file.LastIndexOf('-') + 1)..file.LastIndexOf('.')],
        License = "BSD-3-Clause",
        LicenseNote = TorchvisionNote,
        Origin = OriginOf("IMAGENET1K_V1"),
        Address = new Uri(Torchvision, file),
        Transform = ImageTransform.ImageNet,
    };

    private static string OriginOf(string weights) => $"torchvision, {weights}: trained on the 1,000 classes of ImageNet";
}
