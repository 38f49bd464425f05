using System.Text.Json;
using Lanewise.Imaging;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>Options, JSON keys and CSV columns of versions before 0.2 remain valid until 1.0.</summary>
public sealed class RenamedNamesTests(TrainedRun trained)
{
    private const string Notice = "--on-bad-picture is now --on-corrupt, 'refuse' is now 'error'.";

    private static readonly (string Name, string OldName)[] Keys =
    [
        ("macs", "multiply_adds"), ("peak_gflops", "ceiling_gflops"), ("thread_peak_gflops", "thread_ceiling_gflops"),
        ("val_loss", "eval_loss"), ("val_top1", "eval_top1"), ("test_top1", "test_accuracy"), ("images", "pictures"), ("image", "picture"),
    ];

    [Theory]
    [InlineData("--on-bad-picture refuse", "Error")]
    [InlineData("--on-bad-picture REFUSE", "Error")]
    [InlineData("--on-bad-picture=refuse", "Error")]
    [InlineData("--on-bad-picture skip", "Skip")]
    [InlineData("--on-bad-picture=skip", "Skip")]
    public void Renamed_options_and_values_are_translated_with_one_notice(string option, string expected)
    {
        var notices = new List<string>();
        string[] arguments = RenamedOptions.Replace(["train", "residual", .. option.Split(' ')], notices.Add);
        var parse = CommandLine.Parse(arguments);
        Assert.Empty(parse.Errors);
        Assert.Equal(Enum.Parse<CorruptImagePolicy>(expected), parse.GetValue<SettingValue>("--on-corrupt")!.Value);
        Assert.Equal(Notice, Assert.Single(notices));
    }

    [Theory]
    [InlineData("--on-bad-picture", "refuse")]
    [InlineData("--on-bad-picture=skip")]
    public async Task Renamed_options_print_one_notice_on_stderr(params string[] option)
    {
        string[] command = ["eval", trained.Run, "--limit-test", "50", "--threads", "1", "--json"];
        var result = (await CliProgram.RunAsync(Path.GetTempPath(), [.. command, .. option])).Ok();
        Assert.Equal(Notice, Assert.Single(result.ErrorLines));
        Assert.Equal(50, JsonDocument.Parse(result.Out).RootElement.GetProperty("total").GetInt32());
    }

    [Fact]
    public void The_option_for_class_names_is_translated()
    {
        var notices = new List<string>();
        string[] arguments = RenamedOptions.Replace(["convert", "a.pth", "b.safetensors", "--classes-from", "names.txt"], notices.Add);
        Assert.Equal(["convert", "a.pth", "b.safetensors", "--labels", "names.txt"], arguments);
        Assert.Equal("--classes-from is now --labels.", Assert.Single(notices));
    }

    [Fact]
    public void Arguments_after_a_double_dash_are_not_translated()
    {
        string[] arguments = ["predict", "run", "--", "--on-bad-picture"];
        Assert.Equal(arguments, RenamedOptions.Replace(arguments, notice => Assert.Fail(notice)));
    }

    [Theory]
    [InlineData("train")]
    [InlineData("eval")]
    [InlineData("explain")]
    [InlineData("depth")]
    public async Task Help_omits_renamed_options(string verb)
    {
        string help = (await InProcess.RunAsync(verb, "--help")).Ok().Out;
        Assert.Contains("--on-corrupt", help, StringComparison.Ordinal);
        Assert.DoesNotContain("picture", help, StringComparison.Ordinal);
        Assert.DoesNotContain("refuse", help, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_json_has_old_and_new_keys() => AssertKeys(trained.Json, "val_loss", "val_top1", "test_top1");

    [Theory]
    [InlineData("models --json", "macs")]
    [InlineData("cost residual --json", "macs")]
    [InlineData("cost conv --input 3x8x8 --out 4 --kernel 3 --reduce 2 --json", "macs")]
    [InlineData("info --json", "peak_gflops")]
    [InlineData("bench residual --mode infer -b 4 --seconds 0.01 --layers --json", "peak_gflops", "thread_peak_gflops")]
    [InlineData("eval RUN --limit-test 50 --json", "test_top1")]
    [InlineData("report RUN --limit-test 200 --output FOLDER/page.html --json", "test_top1", "image")]
    [InlineData("explain RUN FOLDER/digit.png --output FOLDER/out --json", "images")]
    public async Task Json_has_old_and_new_keys(string command, params string[] names)
    {
        using var folder = new TemporaryFolder();
        var digits = BuiltInDigits.Train(1);
        byte[] pixels = new byte[digits.Shape.Count];
        digits.Read(0, pixels);
        ImageWriter.Write(folder["digit.png"], digits.Shape, pixels);
        string[] arguments = [.. command.Split(' ').Select(word => word.Replace("RUN", trained.Run).Replace("FOLDER", folder.Path))];
        AssertKeys((await CliProgram.RunAsync(folder.Path, arguments)).Ok().Out, names);
    }

    [Theory]
    [InlineData("epoch,train_loss,train_top1,val_loss,val_top1,lr,seconds,images_per_second")]
    [InlineData("epoch,train_loss,train_top1,eval_loss,eval_top1,lr,seconds,images_per_second")]
    public void Summaries_with_old_and_new_columns_are_read(string header)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["summary.csv"], $"{header}\n1,0.5,0.75,0.25,0.875,0.01,2,100\n");
        var epoch = Assert.Single(RunSummary.Load(folder["summary.csv"]));
        Assert.Equal((0.5, 0.75, 0.25, 0.875), (epoch.TrainLoss, epoch.TrainTop1, epoch.ValLoss, epoch.ValTop1));
    }

    [Fact]
    public async Task Runs_of_earlier_versions_are_resumed()
    {
        using var folder = new TemporaryFolder();
        trained.CopyTo(folder.Path);
        Replace(folder["summary.csv"], "val_", "eval_");
        Replace(folder["args.json"], "\"on_corrupt\": \"error\"", "\"on_bad_picture\": \"skip\"");
        Assert.Equal(CorruptImagePolicy.Skip, RunRecord<TrainSettings>.Load(folder["args.json"]).Settings.OnCorrupt);
        var result = (await CliProgram.RunAsync(Path.GetTempPath(), "train", "--resume", folder.Path)).Ok();
        Assert.StartsWith($"{folder.Path} is complete: ", result.Out, StringComparison.Ordinal);
    }

    private static void Replace(string path, string text, string replacement)
    {
        string content = File.ReadAllText(path);
        Assert.Contains(text, content, StringComparison.Ordinal);
        File.WriteAllText(path, content.Replace(text, replacement, StringComparison.Ordinal));
    }

    private static void AssertKeys(string text, params string[] names)
    {
        using var document = JsonDocument.Parse(text);
        JsonElement[] objects = [.. Objects(document.RootElement)];
        foreach (var (name, oldName) in Keys.Where(key => names.Contains(key.Name)))
        {
            var owners = objects.Where(o => o.TryGetProperty(name, out _) || o.TryGetProperty(oldName, out _)).ToArray();
            Assert.NotEmpty(owners);
            Assert.All(owners, o => Assert.Equal(o.GetProperty(oldName).GetRawText(), o.GetProperty(name).GetRawText()));
        }
    }

    private static IEnumerable<JsonElement> Objects(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(property => Objects(property.Value)).Prepend(json),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Objects),
        _ => [],
    };
}
