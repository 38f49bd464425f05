namespace Lanewise.Files;

/// <summary>Why a PyTorch file is not read and what to do; <see cref="PyTorchFile"/> adds the file's name.</summary>
internal sealed class RefusedFileException(string what, string remedy = "download or save it again", Exception? inner = null)
    : Exception($"{what}; {remedy}.", inner);
