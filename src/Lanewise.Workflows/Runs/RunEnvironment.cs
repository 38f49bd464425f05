using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Lanewise.Workflows;

/// <summary>The machine on which a run started, and the time.</summary>
internal sealed record RunEnvironment(string Processor, string Runtime, string System, DateTimeOffset Started)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:sszzz";

    /// <summary>Gets this machine and the current time, to the second.</summary>
    public static RunEnvironment Current()
    {
        var now = DateTimeOffset.Now;
        var seconds = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
        return new(Engine.Processor.Name, RuntimeInformation.FrameworkDescription, RuntimeInformation.RuntimeIdentifier, seconds);
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

    /// <summary>Reads what <see cref="Write"/> wrote; null for runs of versions that did not record it.</summary>
    public static RunEnvironment? Read(JsonElement json)
    {
        if (!json.TryGetProperty("environment", out var e) || e.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var started = DateTimeOffset.ParseExact(Text(e, "started"), TimeFormat, CultureInfo.InvariantCulture);
        return new(Text(e, "processor"), Text(e, "runtime"), Text(e, "system"), started);
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";
}
