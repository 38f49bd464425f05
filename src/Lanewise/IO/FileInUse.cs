namespace Lanewise.IO;

/// <summary>Tells a file that another process has open, and does not share, from one that cannot be opened at all.</summary>
internal static class FileInUse
{
    // errno of Linux and of macOS, HRESULT on Windows.
    private static readonly int[] Codes = [11, 35, unchecked((int)0x80070020), unchecked((int)0x80070021)];

    /// <summary>Returns whether a file could not be opened because another process, or another part of this one, has it open.</summary>
    public static bool Is(IOException e) => Codes.Contains(e.HResult);
}
