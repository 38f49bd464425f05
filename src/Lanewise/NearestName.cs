namespace Lanewise;

/// <summary>Finds the closest known name for a misspelt one, for messages.</summary>
internal static class NearestName
{
    /// <summary>Returns the name nearest to <paramref name="word"/>, or null if none is near enough to suggest.</summary>
    public static string? Find(string word, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(word);
        string? nearest = names.MinBy(name => Distance(word, name));
        return nearest is not null && Distance(word, nearest) <= 1 + nearest.Length / 3 ? nearest : null;
    }

    /// <summary>Returns the end of a message: "; did you mean 'x'?", or a full stop if no name is near.</summary>
    public static string Question(string word, IEnumerable<string> names) =>
        Find(word, names) is { } nearest ? $"; did you mean '{nearest}'?" : ".";

    /// <summary>Returns the end of a message that lists the known names, after the nearest one if there is one.</summary>
    public static string Choices(string word, IReadOnlyCollection<string> names) =>
        $"{(Find(word, names) is { } nearest ? $"; did you mean '{nearest}'? There" : "; there")} are {string.Join(", ", names)}.";

    /// <summary>Computes the Levenshtein distance (1965), ignoring the case of <paramref name="a"/>.</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 0; i < a.Length; i++)
        {
            int diagonal = row[0]++;
            for (int j = 0; j < b.Length; j++)
            {
                int cost = diagonal + (char.ToLowerInvariant(a[i]) == b[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(cost, 1 + Math.Min(row[j], diagonal));
            }
        }
        return row[^1];
    }
}
