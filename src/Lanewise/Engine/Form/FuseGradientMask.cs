namespace Lanewise.Engine;

/// <summary>Fuses the mask of ReLU's gradient into the convolution that writes that gradient last.</summary>
internal static class FuseGradientMask
{
    /// <summary>Runs the pass.</summary>
    public static Form Run(Form form)
    {
        var nodes = new List<GradientNode>(form.Gradients.Length);
        var lastWriter = new Dictionary<Value, int>();
        foreach (var node in form.Gradients)
        {
            if (node.Kind == GradientKind.Mask && lastWriter.TryGetValue(node.Target!, out int last) && IsConvolution(nodes[last]))
            {
                nodes[last] = nodes[last] with { Mask = node.Mask };
                continue;
            }

            if (node.Target is { } target)
            {
                lastWriter[target] = nodes.Count;
            }

            nodes.Add(node);
        }

        return form with { Gradients = [.. nodes] };
    }

    /// <summary>Whether a node is one call of a convolution: groups are several, each of a slice.</summary>
    private static bool IsConvolution(GradientNode node) => node is { Kind: GradientKind.Input, Unit.Node.Op: Conv2d or Linear }
        && Conv2dLowering.Groups(node.Unit.Node.Op) == 1;
}
