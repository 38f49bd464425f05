using System.CommandLine;

namespace Lanewise.Cli.Options;

/// <summary>A group of options in help.</summary>
/// <param name="Heading">The heading, without a colon.</param>
/// <param name="Options">The visible options, in order.</param>
internal sealed record OptionGroup(string Heading, IReadOnlyList<Option> Options);

/// <summary>Groups the options of a verb for help, by their names; the most used come first.</summary>
internal static class OptionGroups
{
    /// <summary>The heading of options that <see cref="Headings"/> lacks; a test finds them.</summary>
    public const string Unknown = "Other";

    private const string All = "Options";
    private const string Main = "Main options";

    /// <summary>The largest number of options that are shown as one group.</summary>
    private const int MaxUngrouped = 8;

    private static readonly Dictionary<string, string[]> MainOptions = new(StringComparer.Ordinal)
    {
        ["train"] = ["--dataset", "--epochs", "--output"],
        ["find-lr"] = ["--dataset", "--start-lr", "--end-lr"],
        ["eval"] = ["--dataset", "--data-dir", "--json"],
        ["predict"] = ["--top-k", "--model", "--json"],
        ["explain"] = ["--grad-cam", "--branches", "--output"],
        ["report"] = ["--output", "--mistakes", "--dataset"],
        ["convert"] = ["--model", "--dtype", "--force"],
        ["export"] = ["--input", "--probabilities", "--force"],
        ["cost"] = ["--depth", "--time", "--input"],
        ["plan"] = ["--training", "--batch-size", "--input"],
        ["conv"] = ["--input", "--out", "--kernel"],
        ["embed"] = ["--output", "--model", "--json"],
        ["bench"] = ["--mode", "--batch-size", "--threads"],
        ["depth"] = ["--depths", "--dataset", "--output"],
    };

    private static readonly (string Heading, string[] Names)[] Headings =
    [
        ("Study", ["--families", "--no-batch-norm", "--init", "--seeds", "--at-start"]),
        ("Explanations",
            ["--grad-cam", "--layer", "--class", "--branches", "--blocks", "--feature-maps", "--filters"]),
        ("Data",
        [
            "--dataset", "--data-dir", "--split", "--val-split", "--group-by", "--class-map", "--limit-train", "--limit-test",
            "--on-corrupt",
        ]),
        ("Augmentation",
        [
            "--aug", "--hflip", "--vflip", "--scale", "--ratio", "--degrees", "--translate", "--affine-scale", "--shear", "--color-jitter",
            "--aa", "--reprob", "--remode", "--mixup", "--cutmix", "--mixup-prob", "--mixup-switch-prob",
        ]),
        ("File", ["--list", "--opset", "--batch", "--fold", "--dtype", "--force"]),
        ("Model",
        [
            "--model", "--use", "--key", "--labels", "--weights", "--pretrained", "--classes", "--freeze", "--freeze-bn",
            "--no-freeze-bn", "--aux", "--no-aux",
        ]),
        ("Training",
        [
            "--recipe", "--minutes", "--epochs", "--batch-size", "--seed", "--monitor", "--patience", "--class-weights", "--balance",
            "--resume", "--config",
        ]),
        ("Optimization",
        [
            "--opt", "--lr", "--start-lr", "--end-lr", "--num-it", "--momentum", "--weight-decay", "--nesterov", "--sched",
            "--warmup-epochs", "--warmup-lr", "--decay-epochs",
            "--decay-rate", "--milestones", "--min-lr", "--patience-epochs", "--pct-start", "--div-factor",
            "--final-div-factor", "--norm-weight-decay",
            "--bias-weight-decay", "--head-lr", "--smoothing", "--clip-grad", "--clip-mode", "--grad-accum-steps", "--model-ema",
            "--model-ema-decay",
        ]),
        ("Preprocessing", ["--img-size", "--crop-pct", "--crop-mode", "--interpolation", "--mean", "--std", "--channel-order", "--ink"]),
        ("Computation",
        [
            "--calibrate", "--threads", "--algorithm", "--tune", "--slots", "--bn", "--lanes", "--segments", "--seconds", "--layers",
            "--values", "--passes", "--time", "--training",
        ]),
        ("Output",
        [
            "--output", "--top-k", "--reject", "--coverage", "--mistakes", "--train-images", "--tensorboard", "--checkpoint-minutes",
            "--receipt-steps", "--keep-checkpoints",
            "--csv", "--json",
        ]),
        (Unknown, []),
        ("Help", ["--help", "--version"]),
    ];

    /// <summary>Groups options of a verb.</summary>
    /// <param name="verb">The name of the verb.</param>
    /// <param name="options">The options to show.</param>
    public static IEnumerable<OptionGroup> Of(string verb, IEnumerable<Option> options)
    {
        Option[] visible = [.. options.Where(option => !option.Hidden)];
        string[] names = MainOptions.GetValueOrDefault(verb, []);
        Option[] main = [.. names.Select(name => Array.Find(visible, option => option.Name == name)).OfType<Option>()];
        Option[] rest = [.. visible.Except(main)];
        if (visible.Length <= MaxUngrouped)
        {
            return visible.Length == 0 ? [] : [new(All, [.. main, .. rest])];
        }

        var groups = Headings.Select(group => new OptionGroup(group.Heading, [.. rest.Where(o => HeadingOf(o) == group.Heading)]));
        return groups.Prepend(new(Main, main)).Where(group => group.Options.Count > 0);
    }

    private static string HeadingOf(Option option) =>
        Array.Find(Headings, group => group.Names.Contains(option.Name)).Heading ?? Unknown;
}
