using Lanewise.Files;

namespace Lanewise.Tests;

/// <summary>Values that PyTorch computed for a network; tests/goldens/README.md lists the names.</summary>
internal sealed class Golden
{
    private readonly Dictionary<string, Tensor> _tensors;

    private Golden(WeightsFile file)
    {
        File = file;
        _tensors = file.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    public WeightsFile File { get; }

    public Tensor this[string name] => _tensors[name];

    public static string PathOf(string model) => Path.Combine(AppContext.BaseDirectory, "goldens", model + ".safetensors");

    public static Golden Read(string model) => new(Safetensors.Read(PathOf(model)));

    /// <summary>Returns the tensors below a prefix such as <c>weights</c>, without the prefix, in the order of PyTorch.</summary>
    public IReadOnlyList<Tensor> Below(string prefix) =>
    [
        .. File.Tensors.Where(tensor => tensor.Name.StartsWith(prefix + ".", StringComparison.Ordinal))
            .Select(tensor => tensor with { Name = tensor.Name[(prefix.Length + 1)..] }),
    ];
}
