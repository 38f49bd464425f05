using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Lanewise.Cli.Common;

/// <summary>
/// The standard streams of a process that may have been started without them (<c>2&gt;&amp;-</c>). A file that is opened takes the lowest
/// free number: without care, a line meant for standard error would be written into a checkpoint.
/// </summary>
internal static class StandardStreams
{
    private const int Out = 1, Error = 2;
    private const string Descriptors = "/proc/self/fd";

    // Files in place of the streams that are closed, open until the process ends.
    private static readonly List<SafeFileHandle> Placeholders = [];

    /// <summary>Gets whether standard output is closed.</summary>
    public static bool IsOutClosed { get; private set; }

    /// <summary>Gets whether standard error is closed.</summary>
    public static bool IsErrorClosed { get; private set; }

    /// <summary>Finds which streams are closed and keeps their numbers from being used for files. Must come before any output.</summary>
    public static void Check()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        for (int number = 0; number <= Error;)
        {
            var handle = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            number = (int)handle.DangerousGetHandle();
            if (number > Error)
            {
                handle.Dispose();
                break;
            }

            Placeholders.Add(handle);
            IsOutClosed |= number == Out;
            IsErrorClosed |= number == Error;
        }

        IsOutClosed |= IsOfRuntime(Out);
        IsErrorClosed |= IsOfRuntime(Error);
    }

    /// <summary>Gets the writer of standard output; it throws where that is closed.</summary>
    public static TextWriter OpenOut() => IsOutClosed ? new ClosedWriter() : Console.Out;

    /// <summary>Opens standard output for bytes, after what was written as text.</summary>
    /// <exception cref="StandardOutputException">It is closed.</exception>
    public static Stream OpenOutBytes()
    {
        Console.Out.Flush();
        return IsOutClosed
            ? throw new StandardOutputException(new IOException("it is closed."))
            : new OutputStream(Console.OpenStandardOutput());
    }

    /// <summary>Gets the writer of standard error; it drops everything where that is closed.</summary>
    public static TextWriter OpenError() => IsErrorClosed ? TextWriter.Null : Console.Error;

    /// <summary>
    /// Returns whether a number belongs to a pipe of which this process can read: one that the runtime opened for itself because the number
    /// was free. Nobody reads there what is printed.
    /// </summary>
    private static bool IsOfRuntime(int number)
    {
        try
        {
            return PipeOf($"{Descriptors}/{number}") is { } pipe
                && Directory.EnumerateFileSystemEntries(Descriptors).Any(entry => PipeOf(entry) == pipe && IsReadable(entry));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is no /proc: a stream that cannot be written shows when it is written.
            return false;
        }
    }

    private static string? PipeOf(string entry) =>
        new FileInfo(entry).LinkTarget is { } target && Path.GetFileName(target).StartsWith("pipe:", StringComparison.Ordinal)
            ? target
            : null;

    /// <summary>Returns whether a descriptor is open for reading: the last octal digit of its flags is even.</summary>
    private static bool IsReadable(string entry) =>
        File.ReadLines($"/proc/self/fdinfo/{Path.GetFileName(entry)}")
            .FirstOrDefault(line => line.StartsWith("flags:", StringComparison.Ordinal)) is [.., '0' or '2' or '4' or '6'];

    private sealed class ClosedWriter : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new IOException("it is closed.");

        public override void Write(string? value) => throw new IOException("it is closed.");
    }
}
