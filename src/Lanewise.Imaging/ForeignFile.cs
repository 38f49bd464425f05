using System.Text;

namespace Lanewise.Imaging;

/// <summary>Names files that are no image, or an image of a kind that is not decoded, by their content, and says what to do.</summary>
internal static class ForeignFile
{
    private const string Convert = "Convert it to JPEG or PNG.";
    private const string Frame = "Save its frames as JPEG or PNG.";
    private const string Export = "Export it as JPEG or PNG.";
    private const string Download = "Download the image itself.";

    // SVG and HTML may begin with comments and declarations.
    private const int TextBytes = 2048, ZeroBytes = 64;

    private static readonly (string Brand, string Refusal)[] Brands =
    [
        ("avif", $"is an AVIF image, which is not supported. {Convert}"),
        ("avis", $"is an AVIF image, which is not supported. {Convert}"),
        ("heic", Heic), ("heix", Heic), ("hevc", Heic), ("hevx", Heic), ("heim", Heic), ("heis", Heic), ("mif1", Heic), ("msf1", Heic),
        ("crx ", $"is a camera's raw file (CR3), which is not supported. {Export}"),
    ];

    private static readonly (byte[] Start, string Refusal)[] Starts =
    [
        ([.. "8BPS"u8], $"is a Photoshop document (PSD), which is not supported. {Export}"),
        ([.. "%PDF-"u8], "is a PDF document, not an image. Export its pages as JPEG or PNG."),
        ([.. "%!PS"u8], $"is a PostScript document, not an image. {Export}"),
        ([0xFF, 0x0A], $"is a JPEG XL image, which is not supported. {Convert}"),
        ([0, 0, 0, 12, .. "JXL \r\n"u8], $"is a JPEG XL image, which is not supported. {Convert}"),
        ([0, 0, 0, 12, .. "jP  \r\n"u8], $"is a JPEG 2000 image, which is not supported. {Convert}"),
        ([0xFF, 0x4F, 0xFF, 0x51], $"is a JPEG 2000 image, which is not supported. {Convert}"),
        ([0, 0, 1, 0], $"is an icon (ICO), which is not supported. {Convert}"),
        ([0x76, 0x2F, 0x31, 0x01], $"is an OpenEXR image, which is not supported. {Convert}"),
        ([.. "#?RADIANCE"u8], $"is a Radiance HDR image, which is not supported. {Convert}"),
        ([.. "DDS "u8], $"is a DDS texture, which is not supported. {Convert}"),
        ([.. "qoif"u8], $"is a QOI image, which is not supported. {Convert}"),
        ([.. "P7\n"u8], $"is a PAM image, which is not supported. {Convert}"),
        ([.. "PF\n"u8], $"is a PFM image of floating-point values, which is not supported. {Convert}"),
        ([.. "Pf\n"u8], $"is a PFM image of floating-point values, which is not supported. {Convert}"),
        ([.. "gimp xcf"u8], $"is a GIMP document (XCF), which is not supported. {Export}"),
        ([.. "FUJIFILMCCD-RAW"u8], $"is a camera's raw file (RAF), which is not supported. {Export}"),
        ([.. "IIU\0"u8], $"is a camera's raw file (RW2), which is not supported. {Export}"),
        ([.. "IIRO"u8], $"is a camera's raw file (ORF), which is not supported. {Export}"),
        ([0x93, .. "NUMPY"u8], "is a NumPy array, not an image. Save it as PNG."),
        ([0x1A, 0x45, 0xDF, 0xA3], $"is a Matroska or WebM video, not an image. {Frame}"),
        ([0x1F, 0x8B], "is compressed by gzip. Unpack it."),
        ([.. "PK\u0003\u0004"u8], "is a ZIP archive, not an image. Unpack it."),
        ([0, 5, 22, 7], "is a file in which macOS keeps attributes of another (its name begins with ._), not an image. Remove it."),
        ([.. "version https://git-lfs.github.com/spec/"u8], "is a Git-LFS pointer, not the image itself. Run git lfs pull."),
    ];

    private static string Heic => "is a HEIC image, which is not supported. Convert it to JPEG or PNG, or set the phone's camera to "
        + "\"Most compatible\" (Settings, Camera, Formats).";

    /// <summary>Says what a file is, behind its name and in one sentence, and what to do; null if nothing is known.</summary>
    public static string? Describe(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return $"is not an image of a supported format: it is empty. {Download}";
        }
        foreach (var (start, refusal) in Starts)
        {
            if (bytes.StartsWith(start))
            {
                return refusal;
            }
        }
        return Container(bytes) ?? Text(bytes)
            ?? (!bytes[..Math.Min(bytes.Length, ZeroBytes)].ContainsAnyExcept((byte)0)
                ? "begins with zero bytes: its content was lost when it was stored or copied. Copy it again."
                : null);
    }

    /// <summary>Names files of the ISO base media format and of RIFF, which say what they hold.</summary>
    private static string? Container(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 12 && bytes.StartsWith("RIFF"u8))
        {
            return bytes[8..].StartsWith("AVI "u8) ? $"is an AVI video, not an image. {Frame}" : null;
        }
        if (bytes.Length >= 132 && bytes[128..].StartsWith("DICM"u8))
        {
            return $"is a DICOM file, which is not supported. {Export}";
        }
        if (bytes.Length < 16 || !bytes[4..].StartsWith("ftyp"u8))
        {
            return null;
        }
        // The major brand, its version, and the brands with which it is compatible.
        var box = bytes[8..Math.Min(bytes.Length, Math.Max(16, (int)bytes[3]))];
        foreach (var (brand, refusal) in Brands)
        {
            for (int at = 0; at + 4 <= box.Length; at += 4)
            {
                if (at != 4 && Encoding.ASCII.GetString(box.Slice(at, 4)) == brand)
                {
                    return refusal;
                }
            }
        }
        return $"is a video (MP4 or QuickTime), not an image. {Frame}";
    }

    private static string? Text(ReadOnlySpan<byte> bytes)
    {
        string text = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, TextBytes)]);
        // A byte order mark may come first.
        text = text.TrimStart('\u00EF', '\u00BB', '\u00BF').TrimStart();
        bool Has(string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
        if (!text.StartsWith('<'))
        {
            return text.StartsWith('{') && Has("\"") ? $"is a JSON text, not an image. {Download}" : null;
        }
        return Has("<!doctype html") || Has("<html") ? $"is an HTML page, not an image. {Download}"
            : Has("<svg") ? $"is an SVG drawing, which is not supported. {Export}"
            : Has("<?xml") ? $"is an XML text, not an image. {Download}"
            : null;
    }
}
