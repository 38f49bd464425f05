namespace Lanewise.Onnx.Import;

/// <summary>Orders the nodes that an output depends on, so that each follows those whose outputs it reads.</summary>
internal sealed class GraphOrder
{
    private readonly Dictionary<string, int> _producers = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<OnnxNode> _nodes;
    private readonly Func<string, bool> _isGiven;
    private readonly List<int> _order = [];

    // 0: not visited, 1: being visited, 2: done.
    private readonly byte[] _states;

    private GraphOrder(IReadOnlyList<OnnxNode> nodes, Func<string, bool> isGiven)
    {
        (_nodes, _isGiven, _states) = (nodes, isGiven, new byte[nodes.Count]);
        for (int i = 0; i < nodes.Count; i++)
        {
            foreach (string name in nodes[i].Outputs.Where(name => name.Length > 0))
            {
                if (isGiven(name) || !_producers.TryAdd(name, i))
                {
                    throw new NotSupportedException($"two nodes, or a node and a tensor, are called '{Excerpt.Of(name)}'");
                }
            }
        }
    }

    /// <summary>Orders the nodes.</summary>
    /// <param name="nodes">The nodes of the file.</param>
    /// <param name="isGiven">Whether a name is that of an input or a stored tensor.</param>
    /// <param name="output">The output.</param>
    /// <exception cref="NotSupportedException">A name is defined twice or never, or the nodes form a cycle.</exception>
    public static IReadOnlyList<OnnxNode> Sort(IReadOnlyList<OnnxNode> nodes, Func<string, bool> isGiven, string output)
    {
        var graph = new GraphOrder(nodes, isGiven);
        graph.Visit(output);
        // Files are in order already; the file's order is kept where it is.
        graph._order.Sort();
        return graph.IsInOrder() ? [.. graph._order.Select(i => nodes[i])] : graph.Reorder(output);
    }

    private bool IsInOrder()
    {
        var seen = new HashSet<int>();
        foreach (int i in _order)
        {
            seen.Add(i);
            if (_nodes[i].Inputs.Any(name => _producers.TryGetValue(name, out int producer) && !seen.Contains(producer)))
            {
                return false;
            }
        }

        return true;
    }

    private IReadOnlyList<OnnxNode> Reorder(string output)
    {
        _order.Clear();
        Array.Clear(_states);
        Visit(output);
        return [.. _order.Select(i => _nodes[i])];
    }

    /// <summary>Adds what a value depends on, depth first and without recursion: a file may have any number of nodes in a row.</summary>
    private void Visit(string output)
    {
        var stack = new Stack<(int Node, int Input)>();
        Push(stack, output, "the graph's output");
        while (stack.TryPop(out var top))
        {
            var node = _nodes[top.Node];
            if (top.Input == node.Inputs.Count)
            {
                _states[top.Node] = 2;
                _order.Add(top.Node);
                continue;
            }

            stack.Push((top.Node, top.Input + 1));
            Push(stack, node.Inputs[top.Input], node.Title);
        }
    }

    private void Push(Stack<(int Node, int Input)> stack, string name, string reader)
    {
        if (name.Length == 0 || _isGiven(name))
        {
            return;
        }

        int node = _producers.TryGetValue(name, out int producer) ? producer : throw new NotSupportedException(
            $"{reader} reads '{Excerpt.Of(name)}', which no node, input or tensor of the file is called");
        if (_states[node] == 1)
        {
            throw new NotSupportedException($"the graph has a cycle through {_nodes[node].Title}");
        }

        if (_states[node] == 0)
        {
            _states[node] = 1;
            stack.Push((node, 0));
        }
    }
}
