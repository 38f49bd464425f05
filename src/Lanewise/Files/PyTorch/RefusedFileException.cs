namespace Lanewise.Files;

/// <summary>A PyTorch file is not read; the message says why and what to do. <see cref="PyTorchFile"/> adds the file's name.</summary>
internal sealed class RefusedFileException(string what, string remedy = "download or save it again", Exception? inner = null)
    : Exception($"{what}; {remedy}.", inner);
