using System.Text.Json;
using Lanewise.Workflows;

namespace Lanewise.Cli.Common;

/// <summary>Writes JSON documents to stdout in UTF-8, regardless of the encoding of the terminal.</summary>
internal static class JsonOutput
{
    /// <summary>Writes one compact object.</summary>
    /// <param name="properties">Writes the properties.</param>
    public static void Print(Action<Utf8JsonWriter> properties)
    {
        byte[] document = JsonFormat.Format(properties);
        using var stdout = StandardStreams.OpenOutBytes();
        stdout.Write(document);
    }
}
