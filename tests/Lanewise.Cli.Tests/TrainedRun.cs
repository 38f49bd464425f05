[assembly: AssemblyFixture(typeof(Lanewise.Cli.Tests.TrainedRun))]
// Most tests start a process with a training thread.
[assembly: Xunit.v3.Parallelization(MaxThreads = 2)]

namespace Lanewise.Cli.Tests;

/// <summary>
/// A residual network trained for two epochs on a few built-in digits, shared by all tests, which run in parallel:
/// a test that resumes or changes the run works on a copy.
/// </summary>
public sealed class TrainedRun : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Stdout of the training, with <c>--json</c>.</summary>
    public string Json { get; private set; } = "";

    /// <summary>Stderr of the training.</summary>
    public string Progress { get; private set; } = "";

    public string Run => _folder["run"];

    public string Model => Path.Combine(Run, "model.safetensors");

    /// <summary>Copies the run into an existing folder, without its lock, which another test may hold.</summary>
    public void CopyTo(string folder)
    {
        foreach (string file in Directory.GetFiles(Run))
        {
            if (Path.GetFileName(file) != "run.lock")
            {
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            }
        }
    }

    public async ValueTask InitializeAsync()
    {
        var result = await CliProgram.RunAsync(
            _folder.Path, "train", "residual", "--dataset", "digits", "--limit-train", "2000", "--limit-test", "400", "--lr", "0.03",
            "--epochs", "2", "--threads", "1", "--output", Run, "--json");
        (Json, Progress) = (result.Ok().Out, result.Error);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
