namespace Lanewise.Cli;

/// <summary>The words by which users and files name the values of an enumeration: their names in small letters.</summary>
internal static class Word
{
    /// <summary>The word for a value.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => Enum.GetName(value)!.ToLowerInvariant();

    /// <summary>All words.</summary>
    public static string[] All<T>()
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(Of)];

    /// <summary>The value that a word stands for; null when it stands for none.</summary>
    public static T? Find<T>(string word)
        where T : struct, Enum =>
        Enum.GetValues<T>().Cast<T?>().FirstOrDefault(value => Of(value!.Value).Equals(word, StringComparison.OrdinalIgnoreCase));
}
