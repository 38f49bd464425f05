namespace Lanewise;

/// <summary>The file format of a dataset.</summary>
internal enum DatasetFormat
{
    /// <summary>IDX, with separate files for images and labels.</summary>
    Idx,

    /// <summary>CIFAR-10's records of one label byte and an image.</summary>
    Cifar10,

    /// <summary>CIFAR-100's records of two label bytes, coarse and fine, and an image.</summary>
    Cifar100,

    /// <summary>CIFAR-10's Python version, pickled dictionaries.</summary>
    Cifar10Python,

    /// <summary>CIFAR-100's Python version, pickled dictionaries.</summary>
    Cifar100Python,
}

/// <summary>A file of a dataset.</summary>
/// <param name="Name">The file name without <c>.gz</c>.</param>
/// <param name="Md5">The md5 of the uncompressed content in lower-case hex digits, or null if unknown.</param>
/// <param name="Count">The number of images or labels in the published file.</param>
internal sealed record DatasetFile(string Name, string? Md5, int Count);
