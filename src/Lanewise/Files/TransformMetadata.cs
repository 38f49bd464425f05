using System.Globalization;

namespace Lanewise.Files;

/// <summary>Stores an <see cref="ImageTransform"/> in the metadata of a model.</summary>
internal static class TransformMetadata
{
    private const int MaxSide = 1 << 16;
    private const string None = "none";
    private const string Bgr = "bgr";
    private const string Bicubic = "bicubic";

    private static readonly (string Name, CropMode Mode)[] CropModes =
        [("center", CropMode.Center), ("border", CropMode.Border), ("squash", CropMode.Squash)];

    /// <summary>Writes a transform; its input is stored separately.</summary>
    public static void Write(ImageTransform transform, Action<string, string> set)
    {
        set("mean", CardValues.WriteArray(transform.Mean, (writer, value) => writer.WriteNumberValue(value)));
        set("std", CardValues.WriteArray(transform.Std, (writer, value) => writer.WriteNumberValue(value)));
        set("crop_pct", transform.CropPct.ToString("R", CultureInfo.InvariantCulture));
        set("crop_mode", CropModes.First(crop => crop.Mode == transform.CropMode).Name);
        if (transform.Interpolation == Interpolation.Bicubic)
        {
            set("interpolation", Bicubic);
        }

        if (transform.ChannelOrder == ChannelOrder.Bgr)
        {
            set("channel_order", Bgr);
        }

        set("ink", transform.Ink is not { } ink ? None : CardValues.Write(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("height", ink.Height);
            json.WriteNumber("width", ink.Width);
            json.WriteBoolean("crops_to_ink", ink.CropsToInk);
            json.WriteEndObject();
        }));
    }

    /// <summary>Reads the shape of the input.</summary>
    /// <exception cref="ModelFormatException">It is not a shape.</exception>
    public static Shape ReadInput(CardValues values)
    {
        int[] input = values.Array("input", (ref reader) => reader.GetInt32());
        return input.Length == 3 && input.All(size => size is >= 1 and <= MaxSide) && (long)input[0] * input[1] * input[2] <= int.MaxValue
            ? new Shape(input[0], input[1], input[2])
            : throw values.Refuse("input", "is not [channels, height, width]");
    }

    /// <summary>Reads a transform.</summary>
    /// <exception cref="ModelFormatException">A value is missing or malformed.</exception>
    public static ImageTransform Read(CardValues values, Shape input)
    {
        float[] mean = values.Array("mean", (ref reader) => reader.GetSingle());
        float[] std = values.Array("std", (ref reader) => reader.GetSingle());
        if (mean.Length != input.Channels || !mean.All(float.IsFinite))
        {
            throw values.Refuse("mean", "is not one number per channel");
        }

        if (std.Length != input.Channels || !std.All(value => float.IsFinite(value) && value > 0))
        {
            throw values.Refuse("std", "is not one positive number per channel");
        }

        return new ImageTransform(input, mean, std)
        {
            // Files of the first networks, whose images are not cropped, lack this key.
            CropPct = values.Fraction("crop_pct", ImageTransform.MinCropPct),
            CropMode = ReadCropMode(values),
            Interpolation = ReadInterpolation(values),
            ChannelOrder = ReadChannelOrder(values),
            Ink = ReadInk(values, input),
        };
    }

    private static CropMode ReadCropMode(CardValues values)
    {
        if (values.Find("crop_mode") is not { } name)
        {
            return CropMode.Center;
        }

        int index = Array.FindIndex(CropModes, crop => crop.Name == name);
        return index >= 0
            ? CropModes[index].Mode
            : throw values.Refuse("crop_mode", $"is none of {string.Join(", ", CropModes.Select(crop => crop.Name))}");
    }

    // Only files of transforms with another interpolation than the default have this key.
    private static Interpolation ReadInterpolation(CardValues values) => values.Find("interpolation") switch
    {
        null => Interpolation.Bilinear,
        Bicubic => Interpolation.Bicubic,
        _ => throw values.Refuse("interpolation", $"is not {Bicubic}"),
    };

    // Only files of networks that take blue, green, red have this key.
    private static ChannelOrder ReadChannelOrder(CardValues values) => values.Find("channel_order") switch
    {
        null => ChannelOrder.Rgb,
        Bgr => ChannelOrder.Bgr,
        _ => throw values.Refuse("channel_order", $"is not \"{Bgr}\""),
    };

    private static InkFraming? ReadInk(CardValues values, Shape input) => values.Find("ink") switch
    {
        null => DefaultInk(values.Find("dataset"), input),
        None => null,
        _ => values.Object("ink", ink => new InkFraming(ink.Int("height"), ink.Int("width")) { CropsToInk = ink.Bool("crops_to_ink") }),
    };

    /// <summary>
    /// Determines the ink framing of a file that lacks it, written before version 0.2: that of the dataset which its card names; without
    /// a dataset, images of one channel are drawings.
    /// </summary>
    private static InkFraming? DefaultInk(string? dataset, Shape input) => dataset is null
        ? input.Channels == 1 ? new InkFraming(input.Height, input.Width) : null
        : DatasetCatalog.All.FirstOrDefault(entry => entry.Name == dataset)?.Transform.Ink;
}
