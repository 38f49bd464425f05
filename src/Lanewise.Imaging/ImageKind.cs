namespace Lanewise.Imaging;

/// <summary>The kinds of image files that are decoded.</summary>
internal enum ImageKind
{
    Png,
    Jpeg,
    Gif,
    Webp,
    Bmp,
    Tiff,

    /// <summary>PBM, PGM and PPM.</summary>
    Pnm,
}
