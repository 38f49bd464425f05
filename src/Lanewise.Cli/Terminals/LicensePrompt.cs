using Lanewise.Workflows;

namespace Lanewise.Cli.Terminals;

/// <summary>Shows the licence of pretrained weights, and asks for its acceptance on a terminal.</summary>
internal static class LicensePrompt
{
    private static bool CanAsk => !Console.IsInputRedirected && !Console.IsErrorRedirected;

    /// <summary>Creates what a fetch asks; null where nobody can answer.</summary>
    /// <param name="isAccepted">Whether the licence is accepted on the command line.</param>
    public static LicenseConsent? Create(bool isAccepted) =>
        isAccepted ? (_, _) => Task.FromResult(true)
        : CanAsk ? AskAsync
        : null;

    /// <summary>Shows the licence and the origin on stderr.</summary>
    public static void Show(PretrainedEntry entry)
    {
        Terminal.Notice($"{entry.Name}: {entry.Origin}.");
        Terminal.Notice($"licence: {entry.License}. {entry.LicenseNote}");
    }

    private static async Task<bool> AskAsync(PretrainedEntry entry, CancellationToken cancellationToken)
    {
        Show(entry);
        await Console.Error.WriteAsync("Do you accept the licence? [y/N] ").ConfigureAwait(false);
        // A signal ends the wait; the reading thread ends with the process.
        string? answer = await Task.Run(Console.ReadLine, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        return answer?.Trim().ToLowerInvariant() is "y" or "yes";
    }
}
