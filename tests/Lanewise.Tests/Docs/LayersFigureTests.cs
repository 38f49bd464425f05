using System.Globalization;
using System.Net;
using System.Text;
using Xunit;

namespace Lanewise.Tests.Docs;

public sealed class LayersFigureTests
{
    private const int Width = 900, RowHeight = 28, Gap = 14, Margin = 10, NameWidth = 190, FontSize = 13;

    [Fact]
    public void The_figure_of_the_layers_is_drawn_from_the_list_in_ARCHITECTURE()
    {
        var rooms = Rooms(Documentation.Read("ARCHITECTURE.md"));
        Assert.Equal(rooms.Count, rooms.DistinctBy(room => room.Name).Count());
        Documentation.AssertFile("docs/figures/layers.svg", Draw(rooms));
    }

    /// <summary>Reads the rooms from the block that begins with <c>```layers</c>, lowest layer first.</summary>
    private static List<(string Name, string Description)> Rooms(string text) =>
    [
        .. text.Split('\n')
            .SkipWhile(line => line != "```layers").Skip(1)
            .TakeWhile(line => line != "```")
            .Select(line => line.Split("  ", 2, StringSplitOptions.TrimEntries))
            .Select(parts => (parts[0], parts[1])),
    ];

    /// <summary>Draws the rooms with the lowest at the bottom, in a colour for each project.</summary>
    private static string Draw(List<(string Name, string Description)> rooms)
    {
        var body = new StringBuilder();
        int y = Margin;
        string? project = null;
        foreach (var (name, description) in Enumerable.Reverse(rooms))
        {
            string next = name.Split('/')[0];
            y += project is null || next == project ? 0 : Gap;
            project = next;
            string size = $"""width="{Width - 2 * Margin}" height="{RowHeight - 4}" """;
            Append(body, $"""<rect x="{Margin}" y="{y}" {size}rx="4" class="p{Colour(project)}"/>""");
            Append(body, $"""<text x="{Margin + 10}" y="{y + 16}" class="name">{Encode(name)}</text>""");
            Append(body, $"""<text x="{Margin + NameWidth}" y="{y + 16}">{Encode(description)}</text>""");
            y += RowHeight;
        }

        int height = y + Margin;
        return string.Create(CultureInfo.InvariantCulture, $$"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{{Width}}" height="{{height}}" viewBox="0 0 {{Width}} {{height}}" role="img">
            <title>The rooms of the source tree; a room may use those below it</title>
            <style>
            text { font: {{FontSize}}px system-ui, sans-serif; fill: #1c1f23; } .name { font-weight: 600; }
            .p0 { fill: #dbe9f6; } .p1 { fill: #e3f1e6; } .p2 { fill: #f6ead8; } .p3 { fill: #eee4f3; } .p4 { fill: #e6e8eb; }
            @media (prefers-color-scheme: dark) {
            text { fill: #e6e8eb; }
            .p0 { fill: #1d3a55; } .p1 { fill: #1f4029; } .p2 { fill: #4d3a1c; } .p3 { fill: #40304c; } .p4 { fill: #31373e; }
            }
            </style>
            {{body}}</svg>

            """).ReplaceLineEndings("\n");
    }

    private static int Colour(string project) => project switch
    {
        "Lanewise.Kernels" => 0,
        "Lanewise" => 1,
        "Lanewise.Imaging" => 2,
        "Lanewise.Reports" => 3,
        _ => 4,
    };

    private static void Append(StringBuilder body, string line) => body.Append(line).Append('\n');

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
