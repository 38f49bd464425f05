using System.CommandLine;
using Lanewise.Engine;
using Lanewise.Workflows;

namespace Lanewise.Cli.Options;

/// <summary>Creates the options and arguments that several verbs have.</summary>
internal static class SharedOptions
{
    /// <summary>The default of verbs that evaluate a trained model.</summary>
    public const string TrainingDataset = "the dataset the model was trained on";

    /// <summary>Gets the names of all models.</summary>
    public static string[] ModelNames { get; } = [.. ModelCatalog.All.Select(model => model.Name)];

    private static string[] DatasetNames { get; } = [.. DatasetCatalog.All.Select(entry => entry.Name)];

    public static Option<bool> Json() => new("--json") { Description = "Print exactly one JSON document on stdout." };

    public static Option<string?> Dataset(string description, string defaultText)
    {
        var option = OptionFactory.Text("--dataset", "NAME|PATH", description, defaultText, DatasetNotation.Check);
        option.CompletionSources.Add(DatasetNames);
        return option;
    }

    /// <summary>Creates the <c>--dataset</c> option of verbs that evaluate a trained model.</summary>
    public static Option<string?> TestDataset() => Dataset($"Data to evaluate on: {DatasetNotation.Help}.", TrainingDataset);

    public static Option<CorruptImagePolicy?> OnCorrupt() => OptionFactory.Choice(
        "--on-corrupt", "policy", CorruptImagePolicy.Error, "Handling of corrupt images of files",
        " All are read at the start; with error, the corrupt ones are listed and the command stops, with skip they are left out.");

    public static Option<string?> Split() => OptionFactory.Text(
        "--split", "NAME", "Split of the dataset to evaluate on, such as test.", "the images that the training validated on");

    public static Option<string?> FolderSplit() => OptionFactory.Text(
        "--split", "NAME", "Folder within each given folder, such as test.", "the given folder");

    public static Option<string?> ClassMap() => OptionFactory.Text(
        "--class-map", "FILE",
        "Other names for the dataset's classes, where they differ from the model's: a JSON object, or lines 'folder,class'.");

    public static Option<string?> DataDir() => OptionFactory.Text(
        "--data-dir", "FOLDER", "Folder to search for datasets, instead of the default ones.");

    public static Option<string?> Model(
        string description = "Model that the weights belong to; required for files not written by Lanewise.")
    {
        var option = OptionFactory.Text("--model", "MODEL", description, check: name => ModelCatalog.Find(name).Name);
        option.CompletionSources.Add(ModelNames);
        return option;
    }

    public static Option<string?> Key() => OptionFactory.Text(
        "--key", "NAME",
        "Set of weights to take from a PyTorch file with several, for example state_dict_ema; dots lead into dictionaries.",
        "the usual one");

    public static Option<RunWeights?> Use() => OptionFactory.Choice<RunWeights>(
        "--use", "set of weights", "the one that its args.json names", "Set of a run's weights",
        " The best epoch's are kept by train --monitor, averaged ones by --model-ema.");

    public static Option<string?> Labels() => OptionFactory.Text(
        "--labels", "FILE", "Text file with the class names, one per line, in place of those of the model.");

    public static Option<int> Threads(string description = "Number of threads; results do not depend on it.") =>
        OptionFactory.WholeNumber("--threads", Environment.ProcessorCount, 1, SettingLimits.MaxThreads, description);

    /// <summary>Creates the <c>--algorithm</c> option; the third value of the enumeration is for tests.</summary>
    public static Option<Conv2dAlgorithm?> Algorithm() => OptionFactory.Choice(
        "--algorithm", "algorithm", Conv2dAlgorithm.Auto, "Convolution algorithm",
        " With auto, the plan chooses per layer; direct never uses Winograd.", [Conv2dAlgorithm.Auto, Conv2dAlgorithm.Direct]);

    public static Option<bool> Tune() => new("--tune")
    {
        Description = "Time the algorithms of each convolution that are estimated to be close, once for each processor and shape, "
            + "and take the fastest; for inference.",
    };

    /// <summary>Returns what <see cref="Tune"/> says.</summary>
    public static Tuning TuningOf(ParseResult parse, Option<bool> tune) => parse.GetValue(tune) ? Tuning.Measure : Tuning.Estimate;

    public static Option<int> BatchSize(int defaultValue, string description)
    {
        var option = OptionFactory.WholeNumber("--batch-size", defaultValue, 1, SettingLimits.MaxBatchSize, description);
        option.Aliases.Add("-b");
        return option;
    }

    /// <summary>Creates the argument for a trained model; an existing path comes before a name of pretrained weights.</summary>
    public static Argument<string> RunOrFile()
    {
        var argument = new Argument<string>("RUN|FILE|NAME")
        {
            Description = "Run folder, file (.safetensors, .pt, .pth, .th, .onnx), or pretrained weights ('lanewise weights list').",
            CustomParser = result => ArgumentParsing.ParseText(result, "RUN|FILE|NAME", null),
        };
        // Completion offers names for this argument only, and where a word is begun: otherwise the shell completes runs and files.
        argument.CompletionSources.Add(context =>
            context.WordToComplete is { Length: > 0 } word && context.ParseResult.GetResult(argument) is { Tokens: [var own] }
            && own.Value == word
                ? PretrainedCatalog.Names
                : []);
        return argument;
    }

    /// <summary>Creates the argument for the name of pretrained weights.</summary>
    public static Argument<string> WeightsName() => new("NAME")
    {
        Description = $"Pretrained weights: {string.Join(", ", PretrainedCatalog.Names)}.",
        HelpName = "NAME",
        CompletionSources = { PretrainedCatalog.Names },
        CustomParser = result => ArgumentParsing.ParseText(result, "NAME", name => PretrainedCatalog.Find(name).Name),
    };

    /// <summary>Creates the <c>--data-dir</c> option of verbs for pretrained weights.</summary>
    public static Option<string?> WeightsDataDir() => OptionFactory.Text(
        "--data-dir", "FOLDER", "Folder to use instead of the default ones; the weights are in FOLDER/weights/NAME.", "the cache");

    public static Argument<string[]> Images(ArgumentArity arity) => new("IMAGE")
    {
        Description = "Image files of any size, or folders of them: PNG, JPEG, TIFF, BMP, WEBP, GIF, PPM, PGM, PBM.",
        Arity = arity,
        CustomParser = result => ArgumentParsing.ParseTexts(result, "IMAGE"),
    };

    public static Argument<string> DatasetName() => new("NAME")
    {
        Description = $"Dataset: {string.Join(", ", DatasetNames)}.",
        HelpName = "NAME",
        CompletionSources = { DatasetNames },
        CustomParser = result => ArgumentParsing.ParseText(result, "NAME", name => DatasetCatalog.Find(name).Name),
    };
}
