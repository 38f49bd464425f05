using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace Lanewise.Cli.Tests;

/// <summary>The TensorBoard events of a run; the tests of the library check the file format.</summary>
public sealed class TensorBoardTests
{
    private const string TagPattern =
        @"\n(?<length>[\x01-\x7f])(?<tag>(?:loss|accuracy|weights|gradients|test)/[ -~]+|learning_rate|images_per_second)";

    private static readonly string[] Training =
    [
        "train", "residual", "--dataset", "digits", "--limit-train", "320", "--limit-test", "20", "--threads", "1",
        "--output", "run", "--tensorboard",
    ];

    [Fact]
    public async Task A_run_and_a_resumed_run_are_logged()
    {
        using var folder = new TemporaryFolder();
        (await CliProgram.RunAsync(folder.Path, [.. Training, "--epochs", "2"])).Ok();
        string first = Assert.Single(Events(folder));
        string[] tags = Tags(first);
        string[] expected =
        [
            "loss/train", "loss/eval", "accuracy/train", "accuracy/eval", "learning_rate", "images_per_second",
            "weights/rcblock1.conv2.weight", "gradients/fc.bias",
        ];
        Assert.All(expected, tag => Assert.Equal(2, tags.Count(t => t == tag)));
        Assert.Equal(10, tags.Count(tag => tag == "loss/step"));
        Assert.Equal(14, tags.Distinct().Count(tag => tag.StartsWith("weights/", StringComparison.Ordinal)));
        Assert.Equal(8, tags.Count(tag => Regex.IsMatch(tag, "^test/[0-7] [0-9]$")));

        // args.json records --tensorboard.
        (await CliProgram.RunAsync(folder.Path, "train", "--resume", "run", "--epochs", "3")).Ok();
        string second = Assert.Single(Events(folder), path => path != first);
        Assert.Equal(1, Tags(second).Count(tag => tag == "loss/eval"));
        Assert.DoesNotContain(Tags(second), tag => tag.StartsWith("test/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Logging_can_start_with_a_resumed_run()
    {
        using var folder = new TemporaryFolder();
        (await CliProgram.RunAsync(folder.Path, [.. Training[..^1], "--epochs", "1"])).Ok();
        Assert.False(Directory.Exists(folder["run/tensorboard"]));
        (await CliProgram.RunAsync(folder.Path, "train", "--resume", "run", "--epochs", "2", "--tensorboard")).Ok();
        Assert.Contains("loss/train", Tags(Assert.Single(Events(folder))));
    }

    [Fact]
    public async Task An_error_writing_events_stops_the_run_and_leaves_its_checkpoint_unchanged()
    {
        using var folder = new TemporaryFolder();
        (await CliProgram.RunAsync(folder.Path, [.. Training[..^1], "--epochs", "1"])).Ok();
        File.WriteAllText(folder["run/tensorboard"], "in the way");
        byte[] checkpoint = File.ReadAllBytes(folder["run/checkpoint.safetensors"]);
        var result = await CliProgram.RunAsync(folder.Path, "train", "--resume", "run", "--epochs", "2", "--tensorboard");
        result.AssertError("run/tensorboard could not be written: ");
        Assert.Equal(checkpoint, File.ReadAllBytes(folder["run/checkpoint.safetensors"]));
        (await CliProgram.RunAsync(folder.Path, "train", "--resume", "run", "--epochs", "2")).Ok();
    }

    private static string[] Events(TemporaryFolder folder) => Directory.GetFiles(folder["run/tensorboard"], "events.out.tfevents.*");

    /// <summary>Gets the tag of each event except the first: the string field number 1 at the start of a summary value.</summary>
    private static string[] Tags(string path)
    {
        var tags = new List<string>();
        byte[] file = File.ReadAllBytes(path);
        for (int at = 0; at < file.Length;)
        {
            int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at));
            string data = Encoding.Latin1.GetString(file, at + 12, length);
            if (Regex.Match(data, TagPattern, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)) is { Success: true } match)
            {
                tags.Add(match.Groups["tag"].Value[..match.Groups["length"].Value[0]]);
            }

            at += 16 + length;
        }

        return [.. tags];
    }
}
