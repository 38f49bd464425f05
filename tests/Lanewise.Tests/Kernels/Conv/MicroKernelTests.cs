using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Lanewise.Tests.Docs;
using Xunit;

namespace Lanewise.Tests.Kernels.Conv;

/// <summary>The methods of the micro-kernels are those that their templates give (src/Lanewise.Kernels/Conv/Generated/README.md).</summary>
public sealed partial class MicroKernelTests
{
    private const string Folder = "src/Lanewise.Kernels/Conv/Generated/";
    private const int MaxColumns = 140;

    private static readonly string[] Names =
        ["", "One", "Two", "Three", "Four", "Five", "Six", "", "Eight", "Nine", "", "", "Twelve"];

    [Theory]
    [InlineData("ConvTile", "ConvTile.Tiles.cs", "<L, V, G, O>", 6, 5, 4, 3, 2, 1)]
    [InlineData("ConvTile", "ConvTile.WideTiles.cs", "<L, V, G, O>", 12, 9, 8)]
    [InlineData("ConvPairTile", "ConvPairTile.Tiles.cs", "<L, V>", 3, 2, 1)]
    [InlineData("ConvGradientTile", "ConvGradientTile.Tiles.cs", "<L, V, G>", 6, 5, 4, 3, 2, 1)]
    public void The_methods_are_those_of_the_template(string kernel, string file, string types, params int[] sizes)
    {
        string template = Documentation.Read(Folder + kernel + ".template");
        string methods = string.Join("\n", sizes.Select(n => Expand(template, n)));
        Documentation.AssertFile(Folder + file, $$"""
            // Generated from {{kernel}}.template, which is the file to change; see README.md.
            using System.Runtime.CompilerServices;

            namespace Lanewise.Kernels;

            internal static unsafe partial class {{kernel}}{{types}}
            {
            {{methods.TrimEnd('\n')}}
            }

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Lines_are_repeated_left_out_and_wrapped()
    {
        Assert.Equal("    a0, a1, a2\n    p\n    p + step\n    p + 2 * step\n    more\n", Expand("a0[[, a#]]\n@p{+#step}\n?more\n", 3));
        Assert.Equal("    One a0\n", Expand("{name} a0[[, a#]]\n?more\n", 1));
        string line = string.Join(", ", Enumerable.Repeat("abcdefgh", 20));
        Assert.Equal(["    " + string.Join(", ", Enumerable.Repeat("abcdefgh", 13)) + ",", "        " + string.Join(", ", Enumerable.Repeat("abcdefgh", 7))],
            Expand(line + "\n", 2).TrimEnd('\n').Split('\n'));
    }

    private static string Expand(string template, int n)
    {
        var text = new StringBuilder();
        foreach (string line in template.TrimEnd('\n').Split('\n'))
        {
            string rest = line.TrimStart('@', '?').Replace("{name}", Names[n], StringComparison.Ordinal);
            int count = line.StartsWith('@') ? n : line.StartsWith('?') && n == 1 ? 0 : 1;
            for (int i = 0; i < count; i++)
            {
                string one = Repeated().Replace(
                    rest, match => string.Concat(Enumerable.Range(1, n - 1).Select(j => At(match.Groups[1].Value, j))));
                text.Append(Wrap(At(one, i)));
            }
        }

        return text.ToString();
    }

    private static string At(string text, int index) => text
        .Replace("{+#step}", index switch { 0 => "", 1 => " + step", _ => $" + {index} * step" }, StringComparison.Ordinal)
        .Replace("#", index.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static string Wrap(string line)
    {
        line = line.Length == 0 ? "" : "    " + line;
        if (line.Length <= MaxColumns)
        {
            return line + "\n";
        }

        int at = line.LastIndexOf(", ", MaxColumns - 2, StringComparison.Ordinal) + 1, indent = line.Length - line.TrimStart().Length;
        return line[..at] + "\n" + Wrap(new string(' ', indent) + line[(at + 1)..]);
    }

    [GeneratedRegex(@"\[\[(.*?)\]\](?!\])")]
    private static partial Regex Repeated();
}
