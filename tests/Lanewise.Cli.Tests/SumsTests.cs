using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using Lanewise.Engine;

namespace Lanewise.Cli.Tests;

/// <summary>The weights of short trainings have the sha256 of tests/fixtures/sums.tsv at every lane width; .ci/sums has the rest.</summary>
public sealed class SumsTests
{
    public static TheoryData<string, string, int> Trainings { get; } = new(
        from model in (string[])["residual", "resnet20"]
        from optimizer in (string[])["sgd", "adamw", "muon"]
        from lanes in Processor.LaneWidths.Where(width => width > 1)
        select (model, optimizer, lanes));

    [Theory]
    [MemberData(nameof(Trainings))]
    public async Task Weights_are_the_same_on_every_processor(string model, string optimizer, int lanes)
    {
        Assert.SkipUnless(Fma.IsSupported || AdvSimd.IsSupported, "without fused multiply-add, products are rounded");
        using var folder = new TemporaryFolder();
        string[] rates = optimizer == "sgd" ? ["--lr", "0.02", "--momentum", "0.9", "--weight-decay", "1e-4"] : ["--lr", "0.002"];
        string[] arguments =
        [
            "train", model, "--dataset", "digits", "--limit-train", "640", "--limit-test", "32", "--batch-size", "32", "--epochs", "1",
            "--opt", optimizer, "--sched", "cosine", "--warmup-epochs", "0.2", "--threads", "2", .. rates, "--output", "run",
        ];
        (await CliProgram.RunAtAsync(lanes, folder.Path, arguments)).Ok();
        string table = Path.Combine(AppContext.BaseDirectory, "fixtures", "sums.tsv");
        string row = File.ReadAllLines(table).Single(line => line.StartsWith($"{model}\t{optimizer}\t20\t", StringComparison.Ordinal));
        Assert.Equal(row.Split('\t')[3], DigestOfTensors(folder["run/model.safetensors"]));
    }

    private static string DigestOfTensors(string path)
    {
        byte[] content = File.ReadAllBytes(path);
        int header = 8 + (int)BitConverter.ToUInt64(content);
        return Convert.ToHexStringLower(SHA256.HashData(content.AsSpan(header)));
    }
}
