namespace Lanewise.Workflows;

/// <summary>What run folders record about the program that wrote them.</summary>
public static class ProductInfo
{
    /// <summary>Gets the version, for example <c>0.2.0</c>.</summary>
    public static string Version { get; } = typeof(ProductInfo).Assembly.GetName().Version!.ToString(3);

    /// <summary>Gets or sets what started the runs of this process, for example a command line.</summary>
    public static string CommandText { get; set; } = "";
}
