namespace Lanewise;

/// <summary>Gives a network a classifier of another number of classes.</summary>
internal static class NewClassifier
{
    /// <summary>
    /// Returns the network with as many outputs: its last linear layer gets them or, where it has none, one is added behind its features,
    /// averaged over their pixels. Its parameters keep their names.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="classes">The number of classes.</param>
    public static Network WithClasses(this Network network, int classes)
    {
        var head = GraphWalk.Classifier(network.Output);
        if (head is not null && network.OutputCount == classes)
        {
            return network;
        }

        var nodes = new List<Node>();
        foreach (var node in network.Nodes)
        {
            var op = node == head ? ((Linear)node.Op) with { OutFeatures = classes } : node.Op;
            Node[] inputs = [.. node.Inputs.Select(input => nodes[input.Index])];
            nodes.Add(new Node(node.Index, node.Path, op, inputs) { IsTrainable = node.IsTrainable });
        }

        if (head is null)
        {
            if (network.Output.Shape.Pixels > 1)
            {
                Append("avgpool", new AdaptiveAvgPool2d(1), nodes[network.Output.Index]);
                Append("flatten", new Flatten(), nodes[^1]);
                Append("fc", new Linear(classes, Bias: true), nodes[^1]);
            }
            else
            {
                Append("fc", new Linear(classes, Bias: true), nodes[network.Output.Index]);
            }
        }

        return Network.Of(network.Name, nodes, head is null ? nodes[^1] : nodes[network.Output.Index], [], network.OmittedModules);

        void Append(string name, Op op, Node input)
        {
            string path = name;
            for (int i = 2; nodes.Exists(node => node.Path == path); i++)
            {
                path = $"{name}{i}";
            }

            nodes.Add(new Node(nodes.Count, path, op, [input]));
        }
    }
}
