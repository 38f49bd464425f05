using System.Diagnostics;
using Xunit;

namespace Lanewise.Tests.Imaging.Fuzz;

/// <summary>Starts this test program to run <see cref="DecodingFuzz"/>, whose process native code might end.</summary>
public sealed class DecodingFuzzTests
{
    [Fact]
    public async Task Mutated_images_end_no_process_and_take_little_memory()
    {
        using var folder = new TemporaryFolder();
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        // The test program runs in its own executable or in the shared host, which needs its path.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(DecodingFuzzTests).Assembly.Location);
        }
        string test = $"{typeof(DecodingFuzz).FullName}.{nameof(DecodingFuzz.Mutated_images_are_decoded_or_refused)}";
        foreach (string argument in (string[])["-method", test, "-explicit", "only"])
        {
            start.ArgumentList.Add(argument);
        }
        start.Environment["LANEWISE_FUZZ_REPORT"] = folder["fuzz.md"];
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"exit {process.ExitCode}\n{output}\n{await errors}\n{LastInput(folder)}");
        TestContext.Current.SendDiagnosticMessage(await File.ReadAllTextAsync(folder["fuzz.md"], TestContext.Current.CancellationToken));
    }

    private static string LastInput(TemporaryFolder folder) =>
        File.Exists(folder["fuzz.input"]) ? $"last input: {File.ReadAllText(folder["fuzz.input"])}" : "";
}
