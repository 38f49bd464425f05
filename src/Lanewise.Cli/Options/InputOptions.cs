using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Lanewise.Cli.Runs;

namespace Lanewise.Cli.Options;

/// <summary>The preprocessing options, with the names of timm.</summary>
internal sealed class InputOptions
{
    private const int MaxSide = 4096;
    private const string ModelsOwn = "the model's";
    private static readonly string MinCropPct = ImageTransform.MinCropPct.ToString(CultureInfo.InvariantCulture);

    private readonly Option<int?> _imageSize = new("--img-size")
    {
        Description = OptionFactory.WithDefault("Height and width of the network's input.", ModelsOwn),
        HelpName = "N",
        CustomParser = result => ArgumentParsing.ParseWhole(result, "--img-size", 1, MaxSide),
    };

    private readonly Option<float?> _cropPct = new("--crop-pct")
    {
        Description = OptionFactory.WithDefault("Center crop as a fraction of the shorter side of the resized image.", ModelsOwn),
        HelpName = "X",
        CustomParser = result =>
            Parse(result, "--crop-pct", v => v is >= ImageTransform.MinCropPct and <= 1, $"a number from {MinCropPct} to 1")?[0],
    };

    private readonly Option<float[]?> _mean = Numbers(
        "--mean", v => true, "numbers such as 0.485,0.456,0.406",
        "Means to subtract, one or one per channel, for pixels from 0 (black) to 1 (white).");

    private readonly Option<float[]?> _std = Numbers(
        "--std", v => v > 0, "positive numbers such as 0.229,0.224,0.225", "Standard deviations to divide by, one or one per channel.");

    public IEnumerable<Option> All => [_imageSize, _cropPct, _mean, _std];

    public InputSettings Read(ParseResult parse) => new()
    {
        ImageSize = parse.GetValue(_imageSize),
        CropPct = parse.GetValue(_cropPct),
        Mean = NullIfEmpty(parse.GetValue(_mean)),
        Std = NullIfEmpty(parse.GetValue(_std)),
    };

    /// <summary>Returns whether any of these options is on the command line.</summary>
    public bool AreGiven(ParseResult parse) => All.Any(option => parse.IsGiven(option));

    // System.CommandLine returns an empty array for an array option that is not given.
    private static float[]? NullIfEmpty(float[]? values) => values is { Length: > 0 } ? values : null;

    private static Option<float[]?> Numbers(string name, Func<float, bool> accepts, string expected, string description) => new(name)
    {
        Description = OptionFactory.WithDefault(description, ModelsOwn),
        HelpName = "X,X,X",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result => Parse(result, name, accepts, expected),
    };

    private static float[]? Parse(ArgumentResult result, string name, Func<float, bool> accepts, string expected)
    {
        string text = result.Tokens[0].Value;
        float[] values = Array.ConvertAll(
            text.Split(','),
            part => float.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) ? value : float.NaN);
        if (values.All(value => float.IsFinite(value) && accepts(value)))
        {
            return values;
        }

        result.AddError($"{name} {text}: expected {expected}.");
        return null;
    }
}
