namespace Lanewise.Cli.Common;

/// <summary>Standard output cannot be written: it is closed, or a file on a full disk.</summary>
/// <param name="cause">The error of writing.</param>
/// <param name="consequence">What the command has done nevertheless.</param>
internal sealed class StandardOutputException(Exception cause, string consequence = "")
    : LanewiseException($"standard output cannot be written: {Reason(cause)}{consequence}", cause)
{
    // .NET takes a descriptor that is closed for one without permission.
    private static string Reason(Exception cause) => cause is UnauthorizedAccessException ? "it is closed."
        : FileAccessException.IsDiskFull(cause) ? "the disk is full; free some space or choose another file."
        : cause.Message.ReplaceLineEndings(" ");
}
