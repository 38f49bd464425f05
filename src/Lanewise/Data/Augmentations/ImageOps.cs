namespace Lanewise;

/// <summary>The operations of <see cref="RandAugment"/> and <see cref="TrivialAugmentWide"/>, with torchvision's names.</summary>
internal enum ImageOp
{
    /// <summary>Nothing.</summary>
    Identity,

    /// <summary>Each channel's levels are stretched to 0 to 255.</summary>
    AutoContrast,

    /// <summary>Each channel's levels become about equally frequent.</summary>
    Equalize,

    /// <summary>Levels become their complements.</summary>
    Invert,

    /// <summary>A rotation, counter-clockwise in degrees.</summary>
    Rotate,

    /// <summary>As many bits of each level are kept.</summary>
    Posterize,

    /// <summary>Levels from this one on are inverted.</summary>
    Solarize,

    /// <summary>As much is added to the levels below 128.</summary>
    SolarizeAdd,

    /// <summary>Saturation by a factor.</summary>
    Color,

    /// <summary>Contrast by a factor.</summary>
    Contrast,

    /// <summary>Brightness by a factor.</summary>
    Brightness,

    /// <summary>Sharpness by a factor.</summary>
    Sharpness,

    /// <summary>A shear of the rows about the upper left corner, columns to the left for each row.</summary>
    ShearX,

    /// <summary>A shear of the columns about the upper left corner, rows upwards for each column.</summary>
    ShearY,

    /// <summary>A move to the right, in pixels.</summary>
    TranslateX,

    /// <summary>A move downwards, in pixels.</summary>
    TranslateY,
}

/// <summary>Runs an <see cref="ImageOp"/>.</summary>
internal static class ImageOps
{
    /// <summary>Changes an image in place.</summary>
    /// <param name="image">The image.</param>
    /// <param name="op">The operation.</param>
    /// <param name="value">Its value, in the unit of the operation.</param>
    /// <param name="fill">The level of each channel for what comes from outside the image; empty for black.</param>
    public static void Apply(in AugmentedImage image, ImageOp op, double value, ReadOnlySpan<byte> fill)
    {
        switch (op)
        {
            case ImageOp.AutoContrast:
                PointOps.AutoContrast(image);
                break;
            case ImageOp.Equalize:
                PointOps.Equalize(image);
                break;
            case ImageOp.Invert:
                PointOps.Invert(image);
                break;
            case ImageOp.Posterize:
                PointOps.Posterize(image, (int)value);
                break;
            case ImageOp.Solarize:
                PointOps.Solarize(image, value);
                break;
            case ImageOp.SolarizeAdd:
                PointOps.SolarizeAdd(image, (int)value);
                break;
            case ImageOp.Color:
                ColorOps.Saturation(image, (float)value);
                break;
            case ImageOp.Contrast:
                ColorOps.Contrast(image, (float)value);
                break;
            case ImageOp.Brightness:
                ColorOps.Brightness(image, (float)value);
                break;
            case ImageOp.Sharpness:
                ColorOps.Sharpness(image, (float)value);
                break;
            case not ImageOp.Identity:
                AffineOp.Apply(image, Matrix(image, op, value), fill);
                break;
        }
    }

    private static AffineMatrix Matrix(in AugmentedImage image, ImageOp op, double value) => op switch
    {
        ImageOp.ShearX => new(1, value, 0, 0, 1, 0),
        ImageOp.ShearY => new(1, 0, 0, value, 1, 0),
        ImageOp.TranslateX => new(1, 0, -value, 0, 1, 0),
        ImageOp.TranslateY => new(1, 0, 0, 0, 1, -value),
        _ => AffineMatrix.About(image.Width / 2.0, image.Height / 2.0, -value, 0, 0, 1, 0, 0),
    };
}
