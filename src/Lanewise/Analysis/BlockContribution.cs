namespace Lanewise.Analysis;

/// <summary>The contribution of a residual block.</summary>
/// <param name="Name">The block, for example <c>layer1.0</c>.</param>
/// <param name="Top1Without">The accuracy with F(x) zeroed, so that only the shortcut remains, 0 to 1.</param>
/// <param name="ResidualRms">The root mean square of F(x), over all images and values.</param>
/// <param name="ShortcutRms">The root mean square of the shortcut.</param>
/// <param name="Cosine">
/// The cosine similarity of F(x) and the shortcut, with all images' values as one vector, −1 to 1; 0 if one of them is zero.
/// </param>
public sealed record BlockContribution(string Name, double Top1Without, double ResidualRms, double ShortcutRms, double Cosine)
{
    /// <summary>The ratio of the root mean squares, F(x) to shortcut.</summary>
    public double Ratio => ResidualRms / ShortcutRms;
}

/// <summary>The contributions of a network's residual blocks (He et al. 2015).</summary>
/// <param name="Top1">The accuracy of the whole network, 0 to 1.</param>
/// <param name="Blocks">All blocks, in the order of the network.</param>
public sealed record BlockContributions(double Top1, IReadOnlyList<BlockContribution> Blocks)
{
    /// <summary>
    /// Returns the sums that add F(x) and a shortcut. F is the input with more layers since the last common ancestor; a sum of two
    /// inputs with equally many has no shortcut.
    /// </summary>
    public static IReadOnlyList<Node> Sums(Network network) => [.. Find(network).Select(block => block.Sum)];

    /// <summary>
    /// Measures every block on a dataset: one pass for the whole network and two per block. F(x) is ablated by zeroing the parameters
    /// of its last layer.
    /// </summary>
    /// <param name="network">A network that ends in logits.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="options">The dataset and options.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="NetworkException">The network has no residual blocks, or does not fit the dataset.</exception>
    public static BlockContributions Measure(
        Network network, Weights weights, ContributionOptions options, CancellationToken cancellationToken = default)
    {
        var blocks = Find(network);
        if (blocks.Count == 0)
        {
            throw new NetworkException($"{network.Name} has no residual block, so there is none to measure.", network.Name);
        }

        var ablation = new Ablation(network, weights, options, 1 + 2 * blocks.Count, cancellationToken);
        double accuracy = ablation.Top1([], "the whole network");
        return new(accuracy, [.. blocks.Select(block => Measure(ablation, block))]);
    }

    private static BlockContribution Measure(Ablation ablation, Block block)
    {
        double residual = 0, shortcut = 0, both = 0;
        long count = 0;
        foreach (var plans in ablation.Values(block.Sum, [[], block.Layers], $"F(x) and shortcut of {block.Name}"))
        {
            // With F(x) ablated, the sum is the shortcut.
            ReadOnlySpan<float> sums = plans[0].Output, shortcuts = plans[1].Output;
            count += sums.Length;
            for (int i = 0; i < sums.Length; i++)
            {
                double s = shortcuts[i], f = sums[i] - s;
                residual += f * f;
                shortcut += s * s;
                both += f * s;
            }
        }

        double product = Math.Sqrt(residual) * Math.Sqrt(shortcut);
        return new(
            block.Name,
            ablation.Top1(block.Layers, $"without F(x) of {block.Name}"),
            Math.Sqrt(residual / count),
            Math.Sqrt(shortcut / count),
            product > 0 ? both / product : 0);
    }

    /// <summary>Returns the layers to ablate for F(x) of a sum.</summary>
    internal static IReadOnlyList<Node> LastLayers(Network network, Node sum) => Find(network).Single(block => block.Sum == sum).Layers;

    private static bool HasParameters(Node node) => node.Parameters.Count > 0;

    private static List<Block> Find(Network network)
    {
        var sums = network.Nodes.Where(n => n.Op is Add).ToArray();
        var scopes = sums.ToLookup(Scope, StringComparer.Ordinal);
        var blocks = new List<Block>();
        foreach (var sum in sums)
        {
            HashSet<Node> first = GraphWalk.Ancestors([sum.Inputs[0]]), second = GraphWalk.Ancestors([sum.Inputs[1]]);
            int difference = first.Except(second).Count(HasParameters) - second.Except(first).Count(HasParameters);
            var layers = difference == 0 ? [] : Ablation.LastLayers(network, sum.Inputs[difference > 0 ? 0 : 1], sum);
            if (layers.Count > 0)
            {
                blocks.Add(new(sum, layers, scopes[Scope(sum)].Count() == 1 ? Scope(sum) : sum.Path));
            }
        }

        return blocks;
    }

    /// <summary>Returns the path of the module that contains a node; the node's own if there is none.</summary>
    private static string Scope(Node node) => node.Path.LastIndexOf('.') is > 0 and var dot ? node.Path[..dot] : node.Path;

    private sealed record Block(Node Sum, IReadOnlyList<Node> Layers, string Name);
}
