namespace Lanewise.Workflows;

/// <summary>
/// What changes the augmentation that <c>--aug</c> names, with the names of timm and, for affine transforms, torchvision; null values
/// keep it.
/// </summary>
public sealed record AugmentationSettings : SettingsBase
{
    private const string Named = "that of {aug}";
    private const string Alpha = "a number from 0 to 1000, such as 0.2";
    private const string Probability = "a probability from 0 to 1";

    private static readonly Setting<double?> HFlipSetting = new(
        "hflip", SettingTypes.OptionalNumber(v => v is >= 0 and <= 1, Probability), _ => null, "Probability of a horizontal flip.",
        _ => Named);

    private static readonly Setting<double?> VFlipSetting = new(
        "vflip", SettingTypes.OptionalNumber(v => v is >= 0 and <= 1, Probability), _ => null, "Probability of a vertical flip.", _ => "0");

    private static readonly Setting<(double Min, double Max)?> ScaleSetting = new(
        "scale", RangeText.Type(1, "0.08,1"), _ => null, "With {aug} imagenet: area of the random crop as a fraction of the image.",
        _ => "0.08,1");

    private static readonly Setting<(double Min, double Max)?> RatioSetting = new(
        "ratio", RangeText.Type(double.PositiveInfinity, "0.75,1.33"), _ => null,
        "With {aug} imagenet: aspect ratio of the random crop, width / height.", _ => "3/4 to 4/3");

    private static readonly Setting<double> ColorJitterSetting = new(
        "color-jitter", SettingTypes.Number(v => v >= 0, "a number of at least 0, such as 0.4"), _ => 0,
        "Random brightness, contrast and saturation by factors from 1 - X to 1 + X.");

    private static readonly Setting<string?> AutoAugmentSetting = new(
        "aa", SettingTypes.Text("NAME", AutoAugmentText.Check, AutoAugmentText.Choices), _ => null,
        "Automatic augmentation: none, trivial (TrivialAugment), or RandAugment with its values, such as rand-m9-n2-mstd0.5.", _ => "none");

    private static readonly Setting<double> ReprobSetting = new(
        "reprob", SettingTypes.Number(v => v is >= 0 and <= 1, Probability), _ => 0, "Probability of erasing a random rectangle.");

    private static readonly Setting<ErasingMode> RemodeSetting = new(
        "remode", SettingTypes.Choice<ErasingMode>("erasing mode"), _ => ErasingMode.Const,
        "With {reprob}: what is put there: const (the mean), rand (a random colour), pixel (a random colour for each pixel).");

    private static readonly Setting<double?> DegreesSetting = new(
        "degrees", SettingTypes.OptionalNumber(v => v is >= 0 and <= 180, "a number from 0 to 180"), _ => null,
        "Maximum random rotation in either direction.", _ => Named);

    private static readonly Setting<double?> TranslateSetting = new(
        "translate", SettingTypes.OptionalNumber(v => v is >= 0 and <= 1, "a number from 0 to 1"), _ => null,
        "Maximum random translation as a fraction of the sides.", _ => Named);

    private static readonly Setting<(double Min, double Max)?> AffineScaleSetting = new(
        "affine-scale", RangeText.Type(double.PositiveInfinity, "0.9,1.1"), _ => null, "Random factor of the size.", _ => Named);

    private static readonly Setting<double?> ShearSetting = new(
        "shear", SettingTypes.OptionalNumber(v => v is >= 0 and < RandomAffine.MaxShear, "a number from 0, below 90"), _ => null,
        "Maximum random shear in either direction, in degrees.", _ => Named);

    private static readonly Setting<double> MixupSetting = new(
        "mixup", SettingTypes.Number(v => v is >= 0 and <= Mixup.MaxAlpha, Alpha), _ => 0,
        "Alpha of mixup, which blends pairs of images and their labels.");

    private static readonly Setting<double> CutMixSetting = new(
        "cutmix", SettingTypes.Number(v => v is >= 0 and <= Mixup.MaxAlpha, Alpha), _ => 0,
        "Alpha of cutmix, which puts a rectangle of one image into another and shares their labels.");

    private static readonly Setting<double> MixupProbSetting = new(
        "mixup-prob", SettingTypes.Number(v => v is >= 0 and <= 1, Probability), _ => 1,
        "With {mixup} or {cutmix}: probability that a batch is mixed.");

    private static readonly Setting<double> MixupSwitchProbSetting = new(
        "mixup-switch-prob", SettingTypes.Number(v => v is >= 0 and <= 1, Probability), _ => 0.5,
        "With {mixup} and {cutmix}: probability of cutmix for a mixed batch.");

    /// <summary>Gets the rows.</summary>
    public static IReadOnlyList<Setting> AllSettings { get; } =
    [
        HFlipSetting, VFlipSetting, ScaleSetting, RatioSetting, DegreesSetting, TranslateSetting, AffineScaleSetting, ShearSetting,
        ColorJitterSetting, AutoAugmentSetting, ReprobSetting, RemodeSetting, MixupSetting, CutMixSetting, MixupProbSetting,
        MixupSwitchProbSetting,
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Setting> Table => AllSettings;

    /// <summary>Gets the probability of a horizontal flip.</summary>
    public double? HorizontalFlip { get => Get(HFlipSetting); init => Set(HFlipSetting, value); }

    /// <summary>Gets the probability of a vertical flip.</summary>
    public double? VerticalFlip { get => Get(VFlipSetting); init => Set(VFlipSetting, value); }

    /// <summary>Gets the area of the random crop as a fraction of the image.</summary>
    public (double Min, double Max)? Scale { get => Get(ScaleSetting); init => Set(ScaleSetting, value); }

    /// <summary>Gets the aspect ratio of the random crop, width / height.</summary>
    public (double Min, double Max)? Ratio { get => Get(RatioSetting); init => Set(RatioSetting, value); }

    /// <summary>Gets the range of the factors of brightness, contrast and saturation.</summary>
    public double ColorJitter { get => Get(ColorJitterSetting); init => Set(ColorJitterSetting, value); }

    /// <summary>Gets the automatic augmentation in timm's notation; null for none.</summary>
    public string? AutoAugment { get => Get(AutoAugmentSetting); init => Set(AutoAugmentSetting, value); }

    /// <summary>Gets the probability of erasing a rectangle.</summary>
    public double ErasingProbability { get => Get(ReprobSetting); init => Set(ReprobSetting, value); }

    /// <summary>Gets what is put in place of an erased rectangle.</summary>
    public ErasingMode ErasingMode { get => Get(RemodeSetting); init => Set(RemodeSetting, value); }

    /// <summary>Gets the maximum rotation, in degrees.</summary>
    public double? Degrees { get => Get(DegreesSetting); init => Set(DegreesSetting, value); }

    /// <summary>Gets the maximum translation as a fraction of the sides.</summary>
    public double? Translate { get => Get(TranslateSetting); init => Set(TranslateSetting, value); }

    /// <summary>Gets the factor of the size.</summary>
    public (double Min, double Max)? AffineScale { get => Get(AffineScaleSetting); init => Set(AffineScaleSetting, value); }

    /// <summary>Gets the maximum shear, in degrees.</summary>
    public double? Shear { get => Get(ShearSetting); init => Set(ShearSetting, value); }

    /// <summary>Gets the α of mixup; 0 for none.</summary>
    public double MixupAlpha { get => Get(MixupSetting); init => Set(MixupSetting, value); }

    /// <summary>Gets the α of cutmix; 0 for none.</summary>
    public double CutMixAlpha { get => Get(CutMixSetting); init => Set(CutMixSetting, value); }

    /// <summary>Gets the probability that a batch is mixed.</summary>
    public double MixupProbability { get => Get(MixupProbSetting); init => Set(MixupProbSetting, value); }

    /// <summary>Gets the probability that a mixed batch is cut.</summary>
    public double MixupSwitchProbability { get => Get(MixupSwitchProbSetting); init => Set(MixupSwitchProbSetting, value); }

    /// <summary>Finds the first contradiction.</summary>
    /// <exception cref="SettingException">Two settings contradict each other.</exception>
    internal void Check()
    {
        if (ErasingProbability == 0 && ErasingMode != ErasingMode.Const)
        {
            throw new SettingException("{remode} requires {reprob}.", RemodeSetting.Name);
        }

        if (MixupAlpha == 0 && CutMixAlpha == 0 && MixupProbability != 1)
        {
            throw new SettingException("{mixup-prob} requires {mixup} or {cutmix}.", MixupProbSetting.Name);
        }

        if ((MixupAlpha == 0 || CutMixAlpha == 0) && MixupSwitchProbability != 0.5)
        {
            throw new SettingException("{mixup-switch-prob} requires {mixup} and {cutmix}.", MixupSwitchProbSetting.Name);
        }
    }

    /// <inheritdoc cref="Apply(Augmentation)"/>
    /// <param name="name">The name of the augmentation that they change; null for none.</param>
    internal Augmentation ApplyTo(string? name) => Apply(Augmentations.Find(name ?? Augmentations.Names[0]));

    /// <summary>Returns the augmentation that the values make of one with a name: geometry first, then colours, then erasing.</summary>
    /// <param name="named">The augmentation that they change.</param>
    /// <exception cref="SettingException">A value is for a transform that the named augmentation does not have.</exception>
    internal Augmentation Apply(Augmentation named)
    {
        RandomTransform?[] transforms =
        [
            ResizedCrop(named),
            Of<RandomCrop>(named),
            (HorizontalFlip ?? Of<RandomHorizontalFlip>(named)?.P ?? 0) is > 0 and var p ? new RandomHorizontalFlip(p) : null,
            (VerticalFlip ?? 0) is > 0 and var q ? new RandomVerticalFlip(q) : null,
            Affine(Of<RandomAffine>(named) ?? new RandomAffine(0)),
            AutoAugmentText.Parse(AutoAugment ?? AutoAugmentText.None),
            ColorJitter > 0
                ? new ColorJitter { Brightness = ColorJitter, Contrast = ColorJitter, Saturation = ColorJitter }
                : null,
            ErasingProbability > 0 ? new RandomErasing(ErasingProbability) { Mode = ErasingMode } : null,
        ];
        return new([.. transforms.OfType<RandomTransform>()]);
    }

    /// <summary>Creates the options of mixup and cutmix; null for neither.</summary>
    internal Mixup? ToMixup() => MixupAlpha == 0 && CutMixAlpha == 0 ? null : new()
    {
        MixupAlpha = MixupAlpha,
        CutMixAlpha = CutMixAlpha,
        Prob = MixupProbability,
        SwitchProb = MixupSwitchProbability,
    };

    private RandomResizedCrop? ResizedCrop(Augmentation named)
    {
        if (Of<RandomResizedCrop>(named) is { } crop)
        {
            return crop with { Scale = Scale ?? crop.Scale, Ratio = Ratio ?? crop.Ratio };
        }

        var given = Scale is not null ? ScaleSetting : Ratio is not null ? RatioSetting : null;
        return given is null ? null : throw new SettingException(
            $"{{{given.Name}}}: only the crop of {{aug}} imagenet is resized; omit {{{given.Name}}} or use it with {{aug}} imagenet.",
            given.Name);
    }

    private RandomAffine? Affine(RandomAffine named)
    {
        var affine = named with
        {
            Degrees = Degrees ?? named.Degrees,
            Translate = Translate ?? named.Translate,
            Scale = AffineScale ?? named.Scale,
            Shear = Shear ?? named.Shear,
        };
        return affine == new RandomAffine(0) ? null : affine;
    }

    private static T? Of<T>(Augmentation augmentation)
        where T : RandomTransform => augmentation.Transforms.OfType<T>().FirstOrDefault();
}
