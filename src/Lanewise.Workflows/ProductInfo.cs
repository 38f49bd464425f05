namespace Lanewise.Workflows;

/// <summary>What run folders record about the program that wrote them.</summary>
public static class ProductInfo
{
    private static readonly AsyncLocal<string?> Command = new();

    /// <summary>Gets the version, for example <c>0.2.0</c>.</summary>
    public static string Version { get; } = typeof(ProductInfo).Assembly.GetName().Version!.ToString(3);

    /// <summary>
    /// Gets or sets what starts the runs of the current asynchronous flow, for example a command line. Other requests of a server have
    /// their own.
    /// </summary>
    public static string CommandText
    {
        get => Command.Value ?? "";
        set => Command.Value = value;
    }
}
