using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Lanewise.Cli.Runs;
using Lanewise.Data;

namespace Lanewise.Cli.Verbs;

/// <summary>The options that change how images become a network's input, by timm's names.</summary>
internal sealed class InputOptions
{
    private const int LargestSide = 4096;
    private readonly Option<int?> _imageSize = new("--img-size")
    {
        Description = "Height and width of the network's input, for models that take several; by default the model's own.",
        HelpName = "N",
        CustomParser = result => Options.ParseWhole(result, "--img-size", 1, LargestSide),
    };

    private readonly Option<float?> _cropPct = new("--crop-pct")
    {
        Description = "The share of the resized image's shorter side that the crop in the middle keeps; by default the model's own.",
        HelpName = "X",
        CustomParser = result => Parse(result, "--crop-pct", v => v is >= Preprocessing.MinCropPct and <= 1, $"a number from {Preprocessing.MinCropPct.ToString(CultureInfo.InvariantCulture)} to 1")?[0],
    };

    private readonly Option<float[]?> _mean = Numbers("--mean", v => true, "numbers such as 0.485,0.456,0.406", "The means that are subtracted, one or one a channel, with commas between; black is 0, white 1.");
    private readonly Option<float[]?> _std = Numbers("--std", v => v > 0, "positive numbers such as 0.229,0.224,0.225", "The standard deviations that are divided by, likewise.");

    public IEnumerable<Option> All => [_imageSize, _cropPct, _mean, _std];

    public InputSettings Read(ParseResult parse) => new()
    {
        ImageSize = parse.GetValue(_imageSize),
        CropPct = parse.GetValue(_cropPct),
        Mean = Given(parse.GetValue(_mean)),
        Std = Given(parse.GetValue(_std)),
    };

    /// <summary>Whether the user wrote one of them.</summary>
    public bool AreGiven(ParseResult parse) => All.Any(option => parse.IsGiven(option));

    // An option for an array that nobody wrote is an empty one.
    private static float[]? Given(float[]? values) => values is { Length: > 0 } ? values : null;

    private static Option<float[]?> Numbers(string name, Func<float, bool> accepts, string expected, string description) => new(name)
    {
        Description = description,
        HelpName = "X,X,X",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result => Parse(result, name, accepts, expected),
    };

    private static float[]? Parse(ArgumentResult result, string name, Func<float, bool> accepts, string expected)
    {
        string text = result.Tokens[0].Value;
        float[] values = Array.ConvertAll(text.Split(','), part => float.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) ? value : float.NaN);
        if (values.All(value => float.IsFinite(value) && accepts(value)))
        {
            return values;
        }

        result.AddError($"{name} {text}: expected {expected}.");
        return null;
    }
}
