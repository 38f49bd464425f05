namespace Lanewise.Tests.Imaging.Fuzz;

/// <summary>Small images of every kind, made by Pillow (tests/goldens/seeds.py).</summary>
internal static class Seeds
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "goldens", "seeds");

    public static string File(string name) => Path.Combine(Folder, name);
}
