namespace Lanewise;

/// <summary>Collects the nodes of a network and keeps their paths unique.</summary>
internal sealed class GraphBuilder
{
    private readonly List<Node> _nodes = [];
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);
    private readonly List<AuxiliaryOutput> _auxiliary = [];
    private readonly List<string> _omitted = [];

    public IReadOnlyList<Node> Nodes => _nodes.AsReadOnly();

    public IReadOnlyList<AuxiliaryOutput> AuxiliaryOutputs => _auxiliary.AsReadOnly();

    public IReadOnlyList<string> OmittedModules => _omitted.AsReadOnly();

    public void AddAuxiliaryOutput(AuxiliaryOutput output) => _auxiliary.Add(output.Node.Shape.Pixels == 1
        ? output
        : throw new ShapeException(
            $"{output.Node.Path}: an auxiliary output must be a row of logits, not {output.Node.Shape}; "
                + "end it with .Flatten() and .Linear(…).",
            nodePath: output.Node.Path));

    public void OmitModule(string path) => _omitted.Add(path);

    public SymbolicTensor Add(string path, Op op) => new(this, "", Add("", path, op, []));

    public Node Add(string scope, string? name, Op op, IReadOnlyList<Node> inputs)
    {
        if (op.InputCount is { } count && count != inputs.Count)
        {
            string nodePath = scope + (name ?? op.Name);
            throw new NetworkException($"{nodePath} ({op.Name}): {inputs.Count} inputs; it takes {count}.", nodePath: nodePath);
        }

        string path = scope + (name ?? UnusedName(scope, op));
        if (!_paths.Add(path))
        {
            throw new NetworkException(
                $"{path} ({op.Name}): the name is already taken; each layer of a module needs its own.", nodePath: path);
        }

        var node = new Node(_nodes.Count, path, op, inputs);
        _nodes.Add(node);
        return node;
    }

    private string UnusedName(string scope, Op op)
    {
        string name = op.Name.ToLowerInvariant();
        for (int i = 1; ; i++)
        {
            if (!_paths.Contains($"{scope}{name}{i}"))
            {
                return $"{name}{i}";
            }
        }
    }
}
