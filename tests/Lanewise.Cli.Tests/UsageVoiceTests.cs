using System.CommandLine;

namespace Lanewise.Cli.Tests;

/// <summary>Usage errors of every option and argument of every verb have the same grammar.</summary>
public sealed class UsageVoiceTests
{
    private static readonly string[] Foreign =
        ["Required", "expects a", "Cannot parse", "Unrecognized", "was not matched", "not recognized", "provided", "Option '"];

    private static readonly string[] Convolution = ["--input=3x8x8", "--out=4", "--kernel=3"];

    public static TheoryData<string> Options => [.. AllOptions(CommandLine.CreateRoot(), "")];

    [Theory]
    [MemberData(nameof(Options))]
    public async Task A_missing_a_repeated_and_a_wrong_value_are_reported_in_one_voice(string option)
    {
        string[] words = option.Split(' '), verb = words[..^1];
        string name = words[^1];
        string[] arguments = Arguments(string.Join(' ', verb), name);
        await CheckAsync($"{name}: the value is missing; expected ", [.. verb, .. arguments, name]);
        await CheckAsync($"{name}: the value is empty.", [.. verb, .. arguments, name, ""], $"{name} : expected ", "There is no ");
        await CheckAsync($"{name}: the option is repeated; specify it once.", [.. verb, .. arguments, name, "1", name, "1"]);
        await CheckAsync($"lanewise {string.Join(' ', verb)} has no option '--{name[2..]}x'", [.. verb, .. arguments, $"--{name[2..]}x"]);
    }

    private static async Task CheckAsync(string expected, string[] arguments, params string[] others)
    {
        var result = await InProcess.RunAsync(arguments);
        string line = result.OneError(exitCode: 2);
        Assert.True(
            others.Prepend(expected).Any(start => line.StartsWith("error: " + start, StringComparison.Ordinal)),
            $"{string.Join(' ', arguments)}: {line}");
        Assert.Matches(@"[.?]$", line);
        Assert.All(Foreign, text => Assert.DoesNotContain(text, line, StringComparison.Ordinal));
        Assert.Equal(2, result.ErrorLines.Length);
        Assert.StartsWith("Try 'lanewise", result.ErrorLines[1], StringComparison.Ordinal);
    }

    /// <summary>Gets the other words of a complete command line, so that the option is the only error.</summary>
    private static string[] Arguments(string verb, string option) => verb switch
    {
        "eval" or "report" or "verify" => ["run"],
        "predict" or "explain" => ["run", "a.png"],
        "convert" => ["a.pth", "b.safetensors"],
        "export" => ["run", "b.onnx"],
        "embed" when option == "--output" => ["run", "a.png"],
        "embed" => ["run", "a.png", "--output", "a.npz"],
        "data check" when option == "--use" => ["mnist", "--model", "run"],
        "fit" or "data check" or "data fetch" or "data verify" => ["mnist"],
        "weights fetch" or "weights verify" or "weights remove" => ["resnet18"],
        "train" or "plan" => ["residual"],
        "cost" => ["residual", "--time"],
        "cost conv" => [.. Convolution.Where(word => !word.StartsWith(option + "=", StringComparison.Ordinal))],
        _ => [],
    };

    private static IEnumerable<string> AllOptions(Command command, string path) => command.Subcommands
        .SelectMany(verb => AllOptions(verb, $"{path} {verb.Name}".Trim()))
        .Concat(path.Length == 0 ? [] : command.Options.Where(o => o.Arity.MinimumNumberOfValues > 0).Select(o => $"{path} {o.Name}"));
}
