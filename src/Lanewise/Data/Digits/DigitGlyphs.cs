using System.Globalization;

namespace Lanewise.Data.Digits;

/// <summary>One way to write a numeral: pen strokes through control points in a box of 100 × 100, y downwards.</summary>
/// <param name="Weight">How often people write it so, relative to the numeral's other ways.</param>
/// <param name="Points">The control points of all strokes, one after the other.</param>
internal sealed record Glyph(int Weight, IReadOnlyList<GlyphPoint> Points);

/// <summary>A control point of a stroke.</summary>
/// <param name="X">Across, 0 left to 100 right.</param>
/// <param name="Y">Down, 0 top to 100 bottom.</param>
/// <param name="Corner">The pen turns sharply here; elsewhere it runs smoothly through the point.</param>
/// <param name="Starts">A new stroke starts here.</param>
internal readonly record struct GlyphPoint(float X, float Y, bool Corner, bool Starts);

/// <summary>
/// The ways in which people write the ten numerals. A line is <c>weight; x,y x,y! x,y | x,y …</c>: <c>!</c> marks a
/// corner, <c>|</c> lifts the pen.
/// </summary>
internal static class DigitGlyphs
{
    private static readonly string[][] Text =
    [
        [
            "8; 50,4 25,18 15,50 25,82 50,96 75,82 85,50 75,18 50,4",
            "4; 60,8 32,13 15,50 30,88 58,94 82,65 80,25 55,6 36,14",
            "2; 65,22 45,5 20,30 15,65 40,95 75,80 85,40 65,10 40,14 48,24",
            "2; 46,8 20,30 18,70 45,95 78,75 82,30 62,8",
            "1; 38,5 62,8 84,40 75,85 45,96 18,75 20,30 50,8 75,2",
        ],
        [
            "14; 50,0 50,50 50,100",
            "2; 55,0 49,50 50,100",
            "2; 32,20! 52,0! 52,100",
            "1; 42,10! 52,0! 52,100",
            "1; 28,22! 52,0! 52,100! | 22,100 80,100",
        ],
        [
            "5; 15,22 35,4 65,8 75,30 55,60 12,95! 50,92 90,93",
            "4; 15,25 35,5 65,8 72,32 50,65 25,92 12,85 25,72 50,85 70,95 92,85",
            "3; 20,30 40,5 70,12 70,40 45,70 15,92! 40,85 65,95 95,82",
            "3; 12,12 55,8 80,12! 15,92! 90,92",
            "2; 30,34 18,20 40,3 72,12 66,42 40,75 12,94! 50,90 92,95",
            "3; 22,20 50,3 75,18 65,50 35,88 15,95 8,80 26,74 55,88 96,92",
        ],
        [
            "5; 18,14 45,3 75,18 68,40 42,48! 75,55 82,78 50,97 12,86",
            "4; 18,18 48,3 75,20 56,45 45,48 72,58 80,78 48,97 12,84",
            "2; 15,6 80,6! 45,42! 75,50 85,72 55,97 12,88",
            "2; 18,15 50,3 75,22 50,48 38,50 46,43 72,58 80,80 45,97 12,85",
            "2; 14,10 60,4 78,14 40,44! 70,52 76,80 40,96 8,92",
        ],
        [
            "4; 25,5 15,50! 82,52 | 74,5 68,98",
            "4; 22,8 15,38 25,56 50,58 76,45 | 78,5 65,98",
            "2; 62,100! 62,4! 10,65! 90,65",
            "2; 70,5! 12,60! 90,60 | 70,5 65,100",
            "3; 30,5 12,55! 90,50 | 65,25 58,100",
            "3; 20,5 15,45 42,54 78,40! 84,5! 72,100",
            "2; 25,5 18,50 48,55 78,22! 80,4 70,100",
        ],
        [
            "4; 25,5! 20,45! 50,38 80,55 78,82 45,97 12,86 | 25,5 85,4",
            "4; 85,5! 30,6! 22,45! 52,38 80,58 75,85 42,97 10,86",
            "2; 82,8 45,5 25,22 40,42 70,58 72,85 40,97 10,88",
            "4; 98,2 45,12! 30,42! 60,50 62,80 35,97 8,88",
            "2; 40,12! 28,45! 62,52 66,82 35,97 5,88 | 40,14 95,2",
        ],
        [
            "4; 65,3 35,30 18,65 30,93 60,95 78,75 60,55 30,62 20,75",
            "3; 80,5 45,20 20,55 22,85 50,98 75,80 65,60 38,62 22,80",
            "3; 45,0 20,60 25,90 55,97 78,78 65,58 35,65 22,82",
            "3; 70,0 35,35 15,75 30,97 55,92 62,75 48,66 25,82",
            "2; 60,3 30,30 15,70 35,97 70,90 75,68 50,62 35,75",
        ],
        [
            "5; 12,10 80,8! 45,100",
            "4; 12,8 85,6! 60,45 45,100",
            "2; 12,10 80,8! 45,100 | 28,52 76,50",
            "3; 12,28! 15,8! 82,8! 40,100",
            "3; 10,20 30,8 55,12 85,5! 50,50 38,100",
            "3; 10,12 60,6 85,15 75,40 50,98",
        ],
        [
            "5; 75,15 50,3 25,18 35,40 70,62 78,85 50,98 22,85 32,60 65,40 75,15",
            "3; 50,3 28,12 28,38 50,47 72,38 72,12 50,3 | 50,47 22,60 22,88 50,98 78,88 78,60 50,47",
            "3; 80,10 45,5 25,22 50,45 76,70 60,97 30,92 28,70 55,45 84,12",
            "2; 85,20 60,3 30,12 35,38 62,58 66,85 40,98 18,85 30,62 60,42 90,8",
        ],
        [
            "4; 75,20 50,4 25,20 28,45 52,50 75,25! 72,60 65,100",
            "3; 78,22 50,5 22,25 30,50 58,48 78,20! 78,5! 70,100",
            "3; 75,22 50,4 25,22 35,48 65,42 78,20 75,65 55,95 25,90",
            "3; 72,12 45,4 22,22 32,46 60,44 76,18 74,50 60,100",
            "2; 70,8 35,10 25,35 50,48 78,25 | 80,5 70,100",
        ],
    ];

    /// <summary>The ways to write each numeral: <c>All[7]</c> are the sevens.</summary>
    public static IReadOnlyList<IReadOnlyList<Glyph>> All { get; } = [.. Text.Select(ways => ways.Select(Parse).ToArray())];

    private static Glyph Parse(string text)
    {
        string[] halves = text.Split(';');
        var points = new List<GlyphPoint>();
        bool starts = true;
        foreach (string word in halves[1].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word is "|")
            {
                starts = true;
                continue;
            }
            string[] numbers = word.TrimEnd('!').Split(',');
            points.Add(new GlyphPoint(Number(numbers[0]), Number(numbers[1]), word.EndsWith('!'), starts));
            starts = false;
        }
        return new Glyph((int)Number(halves[0]), points);
    }

    private static float Number(string text) => float.Parse(text, CultureInfo.InvariantCulture);
}
