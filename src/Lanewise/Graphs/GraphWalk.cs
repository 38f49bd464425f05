namespace Lanewise;

/// <summary>Walks over the nodes of a network.</summary>
internal static class GraphWalk
{
    /// <summary>Collects nodes and everything that they are computed from.</summary>
    /// <param name="nodes">Where to begin; they are included.</param>
    /// <param name="isEnd">Nodes that are included but not walked past; null for none.</param>
    public static HashSet<Node> Ancestors(IEnumerable<Node> nodes, Func<Node, bool>? isEnd = null)
    {
        var found = new HashSet<Node>();
        var open = new Stack<Node>(nodes);
        while (open.TryPop(out var node))
        {
            if (found.Add(node) && isEnd?.Invoke(node) != true)
            {
                foreach (var input in node.Inputs)
                {
                    open.Push(input);
                }
            }
        }

        return found;
    }

    /// <summary>Maps each node to those that read it, once for each time that they do.</summary>
    public static ILookup<Node, Node> Consumers(IEnumerable<Node> nodes) =>
        nodes.SelectMany(consumer => consumer.Inputs, (consumer, input) => (consumer, input))
            .ToLookup(pair => pair.input, pair => pair.consumer);

    /// <summary>Finds the classifier: the last linear layer that a row of logits is computed from; null if there is none.</summary>
    public static Node? Classifier(Node logits) => Ancestors([logits]).Where(n => n.Op is Linear).MaxBy(n => n.Index);
}
