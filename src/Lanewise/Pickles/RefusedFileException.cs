namespace Lanewise.Pickles;

/// <summary>A file is not read. Who opened it writes the message, with the file's name.</summary>
/// <param name="what">What is wrong.</param>
/// <param name="remedy">What to do; null where that depends on what the file is for.</param>
/// <param name="inner">The cause.</param>
internal sealed class RefusedFileException(string what, string? remedy = "download or save it again", Exception? inner = null)
    : Exception(what, inner)
{
    /// <summary>What to do; null where that depends on what the file is for.</summary>
    public string? Remedy => remedy;
}
