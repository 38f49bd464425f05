using System.Runtime.Intrinsics.X86;
using System.Text.RegularExpressions;

namespace Lanewise.Cli.Tests;

/// <summary>
/// What the JIT compiles the micro-kernels to: the sums of an inner loop stay in vector registers. One that is spilled to the stack in each
/// iteration costs up to four times the speed, and no other test would notice.
/// </summary>
public sealed partial class DisassemblyTests
{
    [Theory]
    [InlineData("AVX-512")]
    [InlineData("AVX2")]
    public async Task No_vector_register_is_spilled_in_an_inner_loop(string instructions)
    {
        Assert.SkipUnless(instructions == "AVX2" ? Fma.IsSupported : Avx512F.IsSupported, $"the processor has no {instructions}");
        using var folder = new TemporaryFolder();
        var variables = new Dictionary<string, string>
        {
            ["DOTNET_JitStdOutFile"] = folder["code.txt"],
            ["DOTNET_JitDisasm"] = "*ConvTile*:* *ConvGradientTile*:* *ConvPairTile*:*",
            ["DOTNET_EnableAVX512"] = instructions == "AVX2" ? "0" : "1",
        };
        // Images in the lanes forward and backward, channels in the lanes, and inputs that exceed the second-level cache.
        foreach (string command in new[]
        {
            "bench residual inception --seconds 0.05 --threads 1", "bench residual inception --mode infer -b 1 --seconds 0.05 --threads 1",
            "bench resnet50 --mode infer -b 16 --seconds 0.05 --threads 2",
        })
        {
            (await CliProgram.RunWithAsync(variables, folder.Path, command.Split(' '))).Ok();
            File.AppendAllText(folder["all.txt"], File.ReadAllText(folder["code.txt"]));
        }

        var loops = Methods(File.ReadAllText(folder["all.txt"])).SelectMany(InnerLoops).ToArray();
        Assert.InRange(loops.Select(loop => loop.Method).Distinct().Count(), 12, int.MaxValue);
        Assert.Equal(["ConvGradientTile", "ConvTile"], loops.Select(loop => loop.Method.Split('`')[0]).Distinct().Order().Take(2));
        Assert.All(loops, loop => Assert.True(
            !loop.Lines.Any(line => Spill().IsMatch(line)), $"{loop.Method}:\n{string.Join('\n', loop.Lines)}"));
    }

    [Fact]
    public void A_spill_is_found()
    {
        const string Code = """
            ; Assembly listing for method Lanewise.Kernels.ConvTile`4[System.Single]:Six(ptr) (Tier0-FullOpts)
            G_M1_IG01:
                   mov      rax, 1
            G_M1_IG02:
                   vfmadd231ps zmm1, zmm2, zmm3
                   vmovups  zmmword ptr [rsp+0x40], zmm1
                   jb       SHORT G_M1_IG02
                   jmp      SHORT G_M1_IG01
            """;
        var loop = Assert.Single(Methods(Code).SelectMany(InnerLoops));
        Assert.Equal("ConvTile`4[System.Single]:Six(ptr)", loop.Method);
        Assert.Single(loop.Lines, line => Spill().IsMatch(line));
    }

    private static IEnumerable<string> Methods(string text) => text.Split("; Assembly listing for method Lanewise.Kernels.").Skip(1);

    /// <summary>The loops of a method that contain no other loop, and multiply and add.</summary>
    private static IEnumerable<(string Method, string[] Lines)> InnerLoops(string code)
    {
        string[] lines = code.ReplaceLineEndings("\n").Split('\n');
        var labels = new Dictionary<string, int>(StringComparer.Ordinal);
        var loops = new List<(int First, int Last)>();
        for (int i = 0; i < lines.Length; i++)
        {
            if (Label().Match(lines[i]) is { Success: true } label)
            {
                labels[label.Groups[1].Value] = i;
            }
            else if (Jump().Match(lines[i]) is { Success: true } jump && labels.TryGetValue(jump.Groups[1].Value, out int first))
            {
                loops.Add((first, i));
            }
        }

        return loops.Where(loop => !loops.Any(other => other != loop && other.First >= loop.First && other.Last <= loop.Last))
            .Select(loop => (lines[0].Split(" (")[0], lines[loop.First..(loop.Last + 1)]))
            .Where(loop => loop.Item2.Any(line => line.Contains("vfmadd", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"^(G_M\w+_IG\d+):")]
    private static partial Regex Label();

    [GeneratedRegex(@"^\s+j\w+\s+(?:SHORT )?(G_M\w+_IG\d+)")]
    private static partial Regex Jump();

    [GeneratedRegex(@"[xyz]mm.*\[r[sb]p[+-]|\[r[sb]p[+-].*[xyz]mm")]
    private static partial Regex Spill();
}
