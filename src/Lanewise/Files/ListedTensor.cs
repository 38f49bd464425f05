namespace Lanewise.Files;

/// <summary>A tensor of a file by what the file says about it; its values are not read.</summary>
/// <param name="Set">The key of its set in a file with several; empty otherwise.</param>
/// <param name="Name">Its name in the set.</param>
/// <param name="Type">Its data type, as safetensors name it, or the unknown class that it needs.</param>
/// <param name="Shape">Its sizes, outermost first; empty for a scalar.</param>
internal sealed record ListedTensor(string Set, string Name, string Type, long[] Shape);
