namespace Lanewise.Files;

/// <summary>Recognizes weights of networks that resemble those of the catalog.</summary>
internal static class KnownArchitecture
{
    private const string Remedy =
        "export the network from PyTorch with torch.onnx.export, and use the .onnx file, which brings its own network";

    /// <summary>Matches a file's tensors with a network; if they do not fit, the message says what they are, where that is known.</summary>
    /// <exception cref="ModelFormatException">They are not weights of the network, or a value is NaN or infinite.</exception>
    public static Weights Match(Network network, WeightsFile file, string path)
    {
        try
        {
            return Weights.Match(network, file.Tensors, path);
        }
        catch (ModelFormatException e) when (e.Error == ModelFormatError.Mismatch && Describe(file.Tensors) is not null)
        {
            throw new ModelFormatException(
                $"{path}: these are not weights of '{network.Name}', but of {Describe(file.Tensors)}; {Remedy}.",
                ModelFormatError.Mismatch,
                path,
                e);
        }
    }

    private static string? Describe(IReadOnlyList<Tensor> tensors)
    {
        var byName = tensors.DistinctBy(tensor => tensor.Name, StringComparer.Ordinal)
            .ToDictionary(tensor => tensor.Name, tensor => tensor.Dimensions, StringComparer.Ordinal);
        bool hasStages = byName.ContainsKey("layer1.0.conv1.weight") && byName.ContainsKey("layer3.0.conv1.weight");
        bool hasFour = byName.ContainsKey("layer4.0.conv1.weight");
        bool projects = byName.Keys.Any(name => name is "layer2.0.shortcut.0.weight" or "layer2.0.downsample.0.weight");
        return !hasStages ? null
            : !hasFour && projects && byName.GetValueOrDefault("conv1.weight") is [16, ..]
                ? "a ResNet for CIFAR whose shortcuts are 1×1 convolutions (option B); those of Lanewise, resnet20 to resnet110, have "
                    + "shortcuts without weights, as in the paper (option A)"
            : hasFour && byName.GetValueOrDefault("conv1.weight") is [_, _, 3, 3]
                ? "a ResNet that begins with a 3×3 convolution, for images of 32×32; those of Lanewise begin with 7×7, as in the paper"
            : hasFour && (byName.ContainsKey("conv1.3.weight") || byName.ContainsKey("conv1.6.weight"))
                ? "a ResNet that begins with three 3×3 convolutions (ResNet-C, D); those of Lanewise begin with one of 7×7, as in the paper"
            : null;
    }
}
