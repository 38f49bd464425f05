namespace Lanewise.Workflows;

/// <summary>Converts enumeration values to the lower-case names used on the command line and in files, and back.</summary>
internal static class EnumNames
{
    /// <summary>Gets the lower-case name of a value.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => Enum.GetName(value)!.ToLowerInvariant();

    /// <summary>Gets the lower-case names of all values.</summary>
    public static string[] All<T>()
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(Of)];

    /// <summary>Finds the value with a name, ignoring case; null if there is none.</summary>
    public static T? Find<T>(string name)
        where T : struct, Enum =>
        Enum.GetValues<T>().Cast<T?>().FirstOrDefault(value => Of(value!.Value).Equals(name, StringComparison.OrdinalIgnoreCase));
}
