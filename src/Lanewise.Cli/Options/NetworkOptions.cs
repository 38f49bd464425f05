using System.CommandLine;
using System.CommandLine.Parsing;
using Lanewise.Files;
using Lanewise.Workflows;

namespace Lanewise.Cli.Options;

/// <summary>The argument and the options of verbs that need a network, but not its weights.</summary>
/// <param name="verb">The verb, for messages.</param>
internal sealed class NetworkOptions(string verb)
{
    /// <summary>The argument that names the model.</summary>
    public Argument<string?> Model { get; } = new("MODEL|RUN|FILE|NAME")
    {
        Description = "Model ('lanewise models'), run folder or weights file written by Lanewise, or name of pretrained weights.",
        HelpName = "MODEL|RUN|FILE|NAME",
        Arity = ArgumentArity.ZeroOrOne,
        CompletionSources = { SharedOptions.ModelNames, PretrainedCatalog.Names },
        CustomParser = result => ArgumentParsing.ParseText(result, "MODEL|RUN|FILE|NAME", CheckModel),
    };

    /// <summary>The <c>--input</c> option.</summary>
    public Option<Shape?> Input { get; } = ShapeOption.Input(
        OptionFactory.WithDefault("Channels, height and width of the input.", "the model's"));

    /// <summary>The <c>--classes</c> option.</summary>
    public Option<int?> Classes { get; } = OptionFactory.Limit(
        "--classes", SettingLimits.MaxClasses, "Number of classes.", "the model's");

    /// <summary>Whether the command line names a model.</summary>
    public bool IsGiven(CommandResult result) => result.GetResult(Model) is { Tokens.Count: > 0 };

    /// <summary>Creates the network.</summary>
    /// <exception cref="LanewiseException">There is no such model, or it does not support the options.</exception>
    public Network Create(ParseResult parse)
    {
        string model = parse.GetRequiredValue(Model)!;
        int? classes = parse.GetValue(Classes);
        var input = parse.GetValue(Input);
        var card = IsModel(model) ? null : ReadCard(RunDirectory.FindModel(model, RunWeights.Last), input);
        if (card?.Network is { } own)
        {
            return classes is null && (input is null || input == own.Input) ? own : throw new LanewiseException(
                $"--classes, --input: {own.Name} is a network of its own, of fixed shape; omit them.");
        }

        var entry = ModelCatalog.Find(card?.Model ?? model);
        try
        {
            return entry.Create(new ModelOptions { Classes = classes ?? card?.Classes.Count, Input = input ?? card?.Input });
        }
        catch (LanewiseException e) when (input is { } shape)
        {
            throw new LanewiseException(
                $"--input {shape}: {entry.Name}, designed for {entry.Transform.Input}, does not support this shape; "
                + $"choose another. {e.Message}",
                e);
        }
    }

    /// <summary>Returns the canonical name of a model, or a path unchanged.</summary>
    private static string CheckModel(string name) =>
        !IsModel(name) && (Path.Exists(name) || name.AsSpan().ContainsAny("./\\")) ? name
        // The network of pretrained weights is that of their model; they need not be fetched.
        : ModelCatalog.Find(PretrainedCatalog.TryFind(name)?.Model ?? name).Name;

    private static bool IsModel(string name) => SharedOptions.ModelNames.Contains(name, StringComparer.OrdinalIgnoreCase);

    private ModelCard ReadCard(string path, Shape? input) => PretrainedFile.IsOnnx(path)
        ? ModelFile.From(PretrainedFile.ReadTensors(path, input is { } shape ? new Size2d(shape.Height, shape.Width) : null), path).Card
        : ModelCard.FromMetadata(WeightsFile.Read(path).Metadata, path)
        ?? throw new LanewiseException(
            $"{path}: the file does not name its model, since it was not written by Lanewise; "
            + $"specify the model instead, as in: lanewise {verb} {SharedOptions.ModelNames[0]}");
}
