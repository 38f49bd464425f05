using System.Globalization;
using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>The caches of a core, in bytes.</summary>
/// <param name="Level2">The second-level cache.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CacheSizes(long Level2)
{
    /// <summary>The sizes that are assumed where the system tells none.</summary>
    public static CacheSizes Default { get; } = new(1 << 20);

    /// <summary>The sizes of this machine; read once.</summary>
    public static CacheSizes OfMachine { get; } = Read("/sys/devices/system/cpu/cpu0/cache");

    /// <summary>Reads what Linux tells of the caches of a processor: a folder for each, with its level and size.</summary>
    /// <param name="folder">The folder of the processor's caches.</param>
    public static CacheSizes Read(string folder)
    {
        var sizes = Default;
        try
        {
            foreach (string cache in Directory.Exists(folder) ? Directory.GetDirectories(folder, "index*") : [])
            {
                if (Line(cache, "level") == "2" && Parse(Line(cache, "size")) is > 0 and var size)
                {
                    sizes = new(size);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Default;
        }

        return sizes;
    }

    private static string Line(string folder, string file) => File.ReadAllText(Path.Combine(folder, file)).Trim();

    /// <summary>Reads a size such as 512K or 2M; 0 for anything else.</summary>
    private static long Parse(string text)
    {
        int shift = text.Length == 0 ? 0 : text[^1] switch { 'K' => 10, 'M' => 20, _ => 0 };
        return int.TryParse(shift == 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? (long)value << shift : 0;
    }
}
