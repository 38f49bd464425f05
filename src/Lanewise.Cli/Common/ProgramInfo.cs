namespace Lanewise.Cli.Common;

/// <summary>The version of the program and the command line that started it, which run folders record.</summary>
internal static class ProgramInfo
{
    /// <summary>Gets the version, for example <c>0.2.0</c>.</summary>
    public static string Version { get; } = typeof(ProgramInfo).Assembly.GetName().Version!.ToString(3);

    /// <summary>Gets or sets the command line, quoted for a shell.</summary>
    public static string CommandText { get; set; } = "lanewise";
}
