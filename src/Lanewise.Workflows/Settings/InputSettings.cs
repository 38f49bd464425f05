using System.Globalization;

namespace Lanewise.Workflows;

/// <summary>How drawings are treated; see <see cref="InkFraming"/>.</summary>
public enum InkMode
{
    /// <summary>Not at all: for photographs.</summary>
    None,

    /// <summary>Dark ink on a light background is inverted.</summary>
    Invert,

    /// <summary>The drawing is also cropped to its ink.</summary>
    Frame,
}

/// <summary>
/// Overrides of a model's image transform, with the names of timm; null values keep that of the model. A setting of training runs, and
/// an argument of everything that uses a trained model.
/// </summary>
public sealed record InputSettings : SettingsBase
{
    private const int MaxSide = 4096;
    private const string ModelsOwn = "the model's";
    private static readonly string CropRange = string.Create(
        CultureInfo.InvariantCulture, $"a number from {ImageTransform.MinCropPct} to 1");

    private static readonly Setting<Size2d?> ImageSizeSetting = new(
        "img-size", SettingTypes.ImageSize(MaxSide), _ => null,
        "Size of the network's input: one number for both sides, or height and width.", _ => ModelsOwn);

    private static readonly Setting<float?> CropPctSetting = new(
        "crop-pct", SettingTypes.OptionalFloat(v => v is >= ImageTransform.MinCropPct and <= 1, CropRange), _ => null,
        "Center crop as a fraction of the shorter side of the resized image.", _ => ModelsOwn);

    private static readonly Setting<IReadOnlyList<float>?> MeanSetting = new(
        "mean", SettingTypes.Floats(_ => true, "numbers such as 0.485,0.456,0.406"), _ => null,
        "Means to subtract, one or one per channel, for pixels from 0 (black) to 1 (white).", _ => ModelsOwn);

    private static readonly Setting<IReadOnlyList<float>?> StdSetting = new(
        "std", SettingTypes.Floats(v => v > 0, "positive numbers such as 0.229,0.224,0.225"), _ => null,
        "Standard deviations to divide by, one or one per channel.", _ => ModelsOwn);

    private static readonly Setting<CropMode?> CropModeSetting = new(
        "crop-mode", SettingTypes.OptionalChoice<CropMode>("crop mode"), _ => null,
        "Fitting of images that are not square: center (crop), border (whole image on a border), squash.", _ => ModelsOwn);

    private static readonly Setting<Interpolation?> InterpolationSetting = new(
        "interpolation", SettingTypes.OptionalChoice<Interpolation>("interpolation"), _ => null,
        "Filter for resizing images: bilinear, bicubic; both are antialiased.", _ => ModelsOwn);

    private static readonly Setting<ChannelOrder?> ChannelOrderSetting = new(
        "channel-order", SettingTypes.OptionalChoice<ChannelOrder>("channel order"), _ => null,
        "Order of the colours in the network's input: rgb, bgr. {mean} and {std} are in the same order.", _ => ModelsOwn);

    private static readonly Setting<InkMode?> InkSetting = new(
        "ink", SettingTypes.OptionalChoice<InkMode>("ink mode"), _ => null,
        "Treatment of drawings: none (photographs), invert (light on dark), frame (also cropped to the ink, as MNIST).", _ => ModelsOwn);

    /// <summary>Gets the rows.</summary>
    public static IReadOnlyList<Setting> AllSettings { get; } =
    [
        ImageSizeSetting, CropPctSetting, CropModeSetting, InterpolationSetting, MeanSetting, StdSetting, ChannelOrderSetting, InkSetting,
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Setting> Table => AllSettings;

    /// <summary>Gets the height and width of the network's input; one number stands for both.</summary>
    public Size2d? ImageSize { get => Get(ImageSizeSetting); init => Set(ImageSizeSetting, value); }

    /// <summary>Gets the center crop as a fraction of the shorter side.</summary>
    public float? CropPct { get => Get(CropPctSetting); init => Set(CropPctSetting, value); }

    /// <summary>Gets the means, one or one per channel.</summary>
    public IReadOnlyList<float>? Mean { get => Get(MeanSetting); init => Set(MeanSetting, value); }

    /// <summary>Gets the standard deviations, one or one per channel.</summary>
    public IReadOnlyList<float>? Std { get => Get(StdSetting); init => Set(StdSetting, value); }

    /// <summary>Gets how images that are not square are fitted.</summary>
    public CropMode? CropMode { get => Get(CropModeSetting); init => Set(CropModeSetting, value); }

    /// <summary>Gets the filter for resizing images.</summary>
    public Interpolation? Interpolation { get => Get(InterpolationSetting); init => Set(InterpolationSetting, value); }

    /// <summary>Gets the order of the colours in the network's input.</summary>
    public ChannelOrder? ChannelOrder { get => Get(ChannelOrderSetting); init => Set(ChannelOrderSetting, value); }

    /// <summary>Gets how drawings are treated.</summary>
    public InkMode? Ink { get => Get(InkSetting); init => Set(InkSetting, value); }

    /// <summary>Creates a network for the given image size, or for that of the model.</summary>
    /// <exception cref="LanewiseException">The model does not support the size.</exception>
    internal Network CreateNetwork(string model, ModelOptions options)
    {
        var entry = ModelCatalog.Find(model);
        if (ImageSize is not { } size)
        {
            return entry.Create(options with { Input = null });
        }

        try
        {
            return entry.Create(options with { Input = new Shape(entry.Transform.Input.Channels, size.Height, size.Width) });
        }
        catch (LanewiseException e)
        {
            throw new JobException(
                $"{{img-size}} {SizeText.Format(size)}: {entry.Name}, designed for {entry.Transform.Input.Height}, does not support "
                + $"this size; choose a larger one. {e.Message}",
                e);
        }
    }

    /// <summary>Applies the overrides to the transform of a network.</summary>
    /// <exception cref="LanewiseException">The number of means or standard deviations is neither 1 nor the number of channels.</exception>
    internal ImageTransform Apply(ImageTransform transform, Network network)
    {
        transform = transform.For(network.Input);
        transform = transform.In(ChannelOrder ?? transform.ChannelOrder);
        return transform with
        {
            CropPct = CropPct ?? transform.CropPct,
            CropMode = CropMode ?? transform.CropMode,
            Interpolation = Interpolation ?? transform.Interpolation,
            Ink = Ink is null ? transform.Ink : Framing(transform, Ink.Value),
            Mean = Channels(MeanSetting, Mean, network) ?? transform.Mean,
            Std = Channels(StdSetting, Std, network) ?? transform.Std,
        };
    }

    /// <summary>Fills values that are null with those of <paramref name="transform"/>, which pretrained weights expect.</summary>
    internal InputSettings WithDefaultsFrom(ImageTransform transform) => this with
    {
        CropPct = CropPct ?? transform.CropPct,
        CropMode = CropMode ?? transform.CropMode,
        Interpolation = Interpolation ?? transform.Interpolation,
        Mean = Mean ?? transform.In(ChannelOrder ?? transform.ChannelOrder).Mean,
        Std = Std ?? transform.In(ChannelOrder ?? transform.ChannelOrder).Std,
        ChannelOrder = ChannelOrder ?? transform.ChannelOrder,
        Ink = Ink ?? (transform.Ink is not { } ink ? InkMode.None : ink.CropsToInk ? InkMode.Frame : InkMode.Invert),
    };

    private static InkFraming? Framing(ImageTransform transform, InkMode mode) => mode == InkMode.None
        ? null
        : new InkFraming(transform.Ink?.Height ?? transform.Input.Height, transform.Ink?.Width ?? transform.Input.Width)
        {
            CropsToInk = mode == InkMode.Frame,
        };

    private static IReadOnlyList<float>? Channels(Setting setting, IReadOnlyList<float>? values, Network network)
    {
        int channels = network.Input.Channels;
        return values is null || values.Count == channels ? values
            : values.Count == 1 ? [.. Enumerable.Repeat(values[0], channels)]
            : throw new JobException(
                $"{{{setting.Name}}}: {values.Count} numbers, but {network.Name} takes {channels} channel{(channels == 1 ? "" : "s")}; "
                + "specify one number, or one per channel.");
    }
}
