using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Lanewise.Cli.Runs;

/// <summary>Where and when a run began.</summary>
internal sealed record RunEnvironment(string Processor, string Runtime, string System, DateTimeOffset Started)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:sszzz";

    /// <summary>This machine, now, to the second.</summary>
    public static RunEnvironment Here()
    {
        var now = DateTimeOffset.Now;
        return new(ProcessorName(), RuntimeInformation.FrameworkDescription, RuntimeInformation.RuntimeIdentifier, now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond)));
    }

    /// <summary>The processor's name where the system tells it, otherwise its architecture.</summary>
    public static string ProcessorName()
    {
        const string Cpuinfo = "/proc/cpuinfo";
        string? line = File.Exists(Cpuinfo)
            ? File.ReadLines(Cpuinfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        return line?[(line.IndexOf(':') + 1)..].Trim() is { Length: > 0 } name ? name : RuntimeInformation.ProcessArchitecture.ToString();
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("environment");
        json.WriteString("processor", Processor);
        json.WriteString("runtime", Runtime);
        json.WriteString("system", System);
        json.WriteString("started", Started.ToString(TimeFormat, CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write"/> wrote; null from the arguments of a run that did not note it.</summary>
    public static RunEnvironment? Read(JsonElement json) => json.Find("environment") is { } e
        ? new(Text(e, "processor"), Text(e, "runtime"), Text(e, "system"), DateTimeOffset.ParseExact(Text(e, "started"), TimeFormat, CultureInfo.InvariantCulture))
        : null;

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";
}
