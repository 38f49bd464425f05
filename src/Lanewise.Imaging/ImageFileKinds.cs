namespace Lanewise.Imaging;

/// <summary>Which files of a folder are taken as images, by their names' endings; how they are decoded, their content decides.</summary>
internal static class ImageFileKinds
{
    /// <summary>The kinds of images that are decoded, in words.</summary>
    public const string Decoded = "PNG, JPEG, BMP, WEBP, GIF, TIFF, PPM, PGM, PBM";

    /// <summary>The endings of the files that are taken as images, in lower case, with the dot.</summary>
    public static IReadOnlyList<string> Endings { get; } =
    [
        ".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".webp", ".gif", ".tif", ".tiff", ".ppm", ".pgm", ".pbm",
        ".pnm",
    ];

    /// <summary>The endings of images that are not decoded.</summary>
    private static readonly string[] NotDecoded =
    [
        ".heic", ".heif", ".hif", ".avif", ".jxl", ".jp2", ".j2k", ".jpx", ".jpf", ".psd", ".psb", ".svg", ".svgz", ".ico", ".tga", ".exr",
        ".hdr", ".dds", ".qoi", ".pcx", ".pam", ".pfm", ".xcf", ".eps", ".wmf", ".emf", ".dcm", ".raw", ".dng", ".cr2", ".cr3", ".nef",
        ".arw", ".orf", ".rw2", ".raf", ".pef", ".srw",
    ];

    /// <summary>Returns whether a file is taken as an image.</summary>
    public static bool IsImage(ReadOnlySpan<char> name) => HasEnding(name, Endings);

    /// <summary>Returns whether a file is, by its name, an image of a kind that is not decoded, such as HEIC.</summary>
    public static bool IsUnsupportedImage(ReadOnlySpan<char> name) => HasEnding(name, NotDecoded);

    private static bool HasEnding(ReadOnlySpan<char> name, IReadOnlyList<string> endings)
    {
        var ending = Path.GetExtension(name);
        foreach (string known in endings)
        {
            if (ending.Equals(known, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }
}
