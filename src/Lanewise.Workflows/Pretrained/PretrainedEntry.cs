namespace Lanewise.Workflows;

/// <summary>What pretrained weights can do.</summary>
public enum PretrainedUse
{
    /// <summary>Compute features: they have no classifier and are fine-tuned.</summary>
    Body,

    /// <summary>Classify, and be fine-tuned with a new classifier.</summary>
    Classifier,
}

/// <summary>A file in a NuGet package.</summary>
/// <param name="id">The package's id.</param>
/// <param name="version">Its version.</param>
/// <param name="path">The file's path in the package, with slashes.</param>
public sealed class PretrainedPackage(string id, string version, string path)
{
    /// <summary>Gets the package's id.</summary>
    public string Id => id;

    /// <summary>Gets its version.</summary>
    public string Version => version;

    /// <summary>Gets the file's path in the package, with slashes.</summary>
    public string Path => path;

    /// <summary>Returns the id and the version.</summary>
    public override string ToString() => $"{id} {version}";
}

/// <summary>Published pretrained weights.</summary>
public sealed record PretrainedEntry
{
    internal PretrainedEntry()
    {
    }

    /// <summary>Gets the name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the name of their model in the catalog of models.</summary>
    public required string Model { get; init; }

    /// <summary>Gets what they can do.</summary>
    public required PretrainedUse Use { get; init; }

    /// <summary>Gets the name of the file.</summary>
    public required string FileName { get; init; }

    /// <summary>Gets the length of the file in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Gets the SHA-256 of the file in lower-case hex digits: all 64, or the first eight, which torchvision publishes.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Gets the licence, as an SPDX identifier.</summary>
    public required string License { get; init; }

    /// <summary>Gets a sentence about what the licence covers.</summary>
    public required string LicenseNote { get; init; }

    /// <summary>Gets where the weights come from and what they were trained on.</summary>
    public required string Origin { get; init; }

    /// <summary>Gets the package that holds the file; null if it is downloaded from <see cref="Address"/> or is built in.</summary>
    public PretrainedPackage? Package { get; init; }

    /// <summary>Gets the address of the file; null if it comes from <see cref="Package"/> or is built in.</summary>
    public Uri? Address { get; init; }

    /// <summary>Gets whether the publisher asks that the licence be accepted.</summary>
    public bool AsksForAcceptance { get; init; }

    /// <summary>Gets whether the file is a part of this library, so that nothing has to be fetched.</summary>
    public bool IsBuiltIn { get; init; }

    /// <summary>Gets the number of classes; 0 for a body.</summary>
    public int Classes { get => Use == PretrainedUse.Classifier ? field : 0; init; } = 1000;

    /// <summary>Gets how images are prepared for these weights; null for the model's own transform.</summary>
    public ImageTransform? Transform { get; init; }

    /// <summary>Gets whether these very weights were tested; the others are tested with files of random weights of their form.</summary>
    public bool IsTested { get; init; }

    /// <summary>Gets a description of the source.</summary>
    public string Source => IsBuiltIn ? "built in" : Package is { } package ? $"NuGet package {package}" : Address!.AbsoluteUri;

    /// <summary>Returns whether a hash is that of the file.</summary>
    /// <param name="sha256">The hash in lower-case hex digits.</param>
    internal bool Matches(string sha256) => sha256.StartsWith(Sha256, StringComparison.Ordinal);
}
