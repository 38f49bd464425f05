using System.Globalization;

namespace Lanewise.Cli.Common;

/// <summary>Says how much memory there was when it ran out.</summary>
internal static class MemoryLimit
{
    private const string Limits = "/proc/self/limits";

    /// <summary>Returns whether an error is a lack of memory, also one while a type was initialized.</summary>
    public static bool IsReached(Exception e) =>
        e is OutOfMemoryException
        || (e is TypeInitializationException or AggregateException && e.InnerException is { } inner && IsReached(inner))
        || (e is DllNotFoundException && e.Message.Contains("Cannot allocate memory", StringComparison.Ordinal));

    /// <summary>Explains the lack, with what the process has and what limits it.</summary>
    public static string Explain()
    {
        string used = Size(Environment.WorkingSet);
        string limit = AddressSpace() is { } bytes
            ? $"its address space is limited to {Size(bytes)} (ulimit -v), of which the runtime alone needs some 1.5 GB"
            : $"the system gives it {Size(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)}";
        return $"there is not enough memory: the program uses {used}, and {limit}; raise the limit, or try a smaller --batch-size, "
            + "fewer --threads or smaller images.";
    }

    /// <summary>Gets the limit of address space; null if there is none or it is not known.</summary>
    private static long? AddressSpace()
    {
        try
        {
            string? line = File.Exists(Limits)
                ? File.ReadLines(Limits).FirstOrDefault(l => l.StartsWith("Max address space", StringComparison.Ordinal))
                : null;
            string[] words = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
            bool isLimited = long.TryParse(words.ElementAtOrDefault(3), NumberStyles.None, CultureInfo.InvariantCulture, out long bytes);
            return isLimited ? bytes : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB");
}
