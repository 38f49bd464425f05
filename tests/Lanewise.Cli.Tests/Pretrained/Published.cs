using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using Lanewise.Files;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests.Pretrained;

/// <summary>Pretrained weights as a test publishes them: rows of the catalog with a content that is at hand.</summary>
internal static class Published
{
    /// <summary>A content, from a seed.</summary>
    public static byte[] Content(int seed = 1)
    {
        byte[] bytes = new byte[100_000];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>torchvision's ResNet-18 with another content, known by the first eight hex digits.</summary>
    public static PretrainedEntry OnServer(byte[] content) => PretrainedCatalog.Find("resnet18") with
    {
        Bytes = content.Length,
        Sha256 = Sha256(content)[..8],
    };

    /// <summary>The ResNet-18 of the NuGet package with another content.</summary>
    public static PretrainedEntry InPackage(byte[] content) => PretrainedCatalog.Find("resnet18-cntk") with
    {
        Bytes = content.Length,
        Sha256 = Sha256(content),
    };

    /// <summary>Writes a NuGet package with a file.</summary>
    public static string WritePackage(string path, string name, byte[] content)
    {
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        using var entry = archive.CreateEntry(name).Open();
        entry.Write(content);
        return path;
    }

    /// <summary>Puts random weights into a cache as if they had been fetched under a name of the catalog.</summary>
    /// <returns>The weights.</returns>
    public static Weights WriteFetched(string cache, string name)
    {
        var entry = PretrainedCatalog.Find(name);
        string folder = Path.Combine(cache, "weights", name), file = Path.Combine(folder, entry.FileName);
        Directory.CreateDirectory(folder);
        var weights = Weights.Initialize(ModelCatalog.Find(entry.Model).Create(new ModelOptions { Classes = entry.Classes }), seed: 7);
        // The format is recognized by the content, whatever the name.
        Safetensors.Write(file, weights.Tensors);
        var now = DateTimeOffset.Parse("2026-11-29T10:00:00Z", CultureInfo.InvariantCulture);
        new PretrainedRecord(new FileInfo(file).Length, entry.Sha256, entry.Source, entry.License, Accepted: null, now).Save(folder, entry);
        return weights;
    }
}
