using System.Diagnostics;
using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>The goldens on processors that lack instructions: this very program, started with them switched off.</summary>
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
        // A test program is started by its own executable or by the shared host, which then needs to be told of it.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(assembly);
        }

        start.ArgumentList.Add("-method");
        start.ArgumentList.Add($"{typeof(GoldenTests).FullName}.{nameof(GoldenTests.Logits_loss_and_gradients_are_PyTorchs)}");
        start.Environment[setting] = "0";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{output}\n{await errors}");
        Assert.Matches("Total: [1-9]", output);
    }

    [Fact]
    public void Widths_end_with_the_plain_fallback_and_fall() =>
        Assert.Equal([.. KernelSet.Widths.Where(w => w != 1).OrderDescending(), 1], KernelSet.Widths);
}
