using System.Diagnostics;
using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>Tests the goldens on narrower processors: starts this test program with instruction sets disabled.</summary>
public sealed class NarrowerProcessorTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task Goldens_hold_without_the_wider_instructions(string setting)
    {
        string assembly = typeof(NarrowerProcessorTests).Assembly.Location;
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        // The test program runs in its own executable or in the shared host, which needs its path.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(assembly);
        }

        start.ArgumentList.Add("-method");
        start.ArgumentList.Add($"{typeof(GoldenTests).FullName}.{nameof(GoldenTests.Logits_loss_and_gradients_match_PyTorch)}");
        start.Environment[setting] = "0";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{output}\n{await errors}");
        Assert.Matches("Total: [1-9]", output);
    }

    [Fact]
    public void Widths_descend_to_the_plain_fallback() =>
        Assert.Equal([.. KernelSet.Widths.Where(w => w != 1).OrderDescending(), 1], KernelSet.Widths);
}
