using System.Globalization;

namespace Lanewise;

/// <summary>Augmentations as text, such as <c>RandomCrop padding=4; RandomHorizontalFlip p=0.5</c>; nothing is left to defaults.</summary>
internal static class AugmentationText
{
    private const string None = "none";

    /// <summary>Formats a number so that it is read back exactly.</summary>
    public static string Of(double value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Formats a range.</summary>
    public static string Of((double Min, double Max) range) => $"{Of(range.Min)},{Of(range.Max)}";

    /// <summary>Formats an augmentation.</summary>
    public static string Format(Augmentation augmentation) =>
        augmentation.Transforms.Count == 0 ? None : string.Join("; ", augmentation.Transforms);

    /// <summary>Reads an augmentation.</summary>
    /// <exception cref="FormatException">The text is not one that <see cref="Format"/> writes.</exception>
    /// <exception cref="InvalidOptionException">A value is out of range.</exception>
    public static Augmentation Parse(string text)
    {
        var augmentation = text == None ? Augmentation.None : new Augmentation([.. text.Split("; ").Select(ParseTransform)]);
        augmentation.Check();
        return augmentation;
    }

    private static RandomTransform ParseTransform(string text)
    {
        string[] words = text.Split(' ');
        var values = words.Skip(1).Select(word => word.Split('=', 2)).ToDictionary(
            pair => pair[0], pair => pair.Length == 2 ? pair[1] : throw Unknown(text), StringComparer.Ordinal);
        var transform = Create(words[0], new Fields(values)) ?? throw Unknown(text);
        // Whatever the transform does not have, or writes otherwise, is not understood.
        return transform.ToString() == text ? transform : throw Unknown(text);
    }

    private static RandomTransform? Create(string name, Fields fields) => name switch
    {
        nameof(RandomHorizontalFlip) => new RandomHorizontalFlip(fields.Number("p")),
        nameof(RandomVerticalFlip) => new RandomVerticalFlip(fields.Number("p")),
        nameof(RandomCrop) => new RandomCrop((int)fields.Number("padding")),
        nameof(RandomResizedCrop) => new RandomResizedCrop { Scale = fields.Range("scale"), Ratio = fields.Range("ratio") },
        nameof(RandomAffine) => new RandomAffine(fields.Number("degrees"))
        {
            Translate = fields.Number("translate"),
            Scale = fields.Range("scale"),
            Shear = fields.Number("shear"),
        },
        nameof(ColorJitter) => new ColorJitter
        {
            Brightness = fields.Number("brightness"),
            Contrast = fields.Number("contrast"),
            Saturation = fields.Number("saturation"),
            Hue = fields.Number("hue"),
        },
        nameof(RandAugment) => new RandAugment
        {
            NumOps = (int)fields.Number("num_ops"),
            Magnitude = fields.Number("magnitude"),
            MagnitudeStd = fields.Number("magnitude_std"),
            Increasing = fields.Number("increasing") != 0,
            P = fields.Number("p"),
        },
        nameof(TrivialAugmentWide) => new TrivialAugmentWide(),
        nameof(RandomErasing) => new RandomErasing(fields.Number("p"))
        {
            Scale = fields.Range("scale"),
            Ratio = fields.Range("ratio"),
            Mode = fields.Text("mode") switch { "rand" => ErasingMode.Rand, "pixel" => ErasingMode.Pixel, _ => ErasingMode.Const },
        },
        _ => null,
    };

    private static FormatException Unknown(string text) => new($"'{Excerpt.Of(text)}' is not a transform of this version");

    private readonly struct Fields(Dictionary<string, string> values)
    {
        public double Number(string name) => Parse(Text(name));

        public (double Min, double Max) Range(string name)
        {
            string[] parts = Text(name).Split(',');
            return parts.Length == 2 ? (Parse(parts[0]), Parse(parts[1])) : throw new FormatException($"{name} is not a range");
        }

        public string Text(string name) =>
            values.TryGetValue(name, out string? value) ? value : throw new FormatException($"{name} is missing");

        private static double Parse(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
    }
}
