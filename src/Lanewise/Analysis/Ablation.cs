using Lanewise.Engine;

namespace Lanewise.Analysis;

/// <summary>Evaluates a network on a dataset with some parts ablated, by zeroing the parameters of their last layers.</summary>
internal sealed class Ablation
{
    // The maximum number of values that a pass keeps at a time: 128 MB.
    private const int MaxValues = 1 << 25;

    private readonly Network _network;
    private readonly Weights _weights;
    private readonly ContributionOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly int _passes;
    private readonly Plan _plan;
    private int _done;

    /// <summary>Compiles the network.</summary>
    /// <param name="network">A network that ends in logits.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="options">The dataset and options.</param>
    /// <param name="passes">The number of passes, for the progress.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public Ablation(Network network, Weights weights, ContributionOptions options, int passes, CancellationToken cancellationToken)
    {
        (_network, _weights, _options, _passes, _cancellation) = (network, weights, options, passes, cancellationToken);
        _plan = Plan.Compile(network, new PlanOptions { BatchSize = options.BatchSize, Threads = options.Threads });
    }

    /// <summary>
    /// Returns the layers whose parameters, zeroed, make the output of <paramref name="part"/> exactly zero and affect nothing else: the
    /// last ones with parameters on each path to it. Batch norm is such a layer; ReLU, pooling and the like preserve zeros. Empty if there
    /// are none, or if the part's output is used elsewhere too.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="part">One of the inputs of <paramref name="join"/>.</param>
    /// <param name="join">The node that joins it with others.</param>
    public static IReadOnlyList<Node> LastLayers(Network network, Node part, Node join)
    {
        var consumers = GraphWalk.Consumers(network.Nodes);
        var layers = new List<Node>();
        var inside = new HashSet<Node> { join };
        var open = new SortedSet<int> { part.Index };
        bool once = join.Inputs.Count(n => n == part) == 1;
        while (once && open.Count > 0)
        {
            // The last node first: all its consumers inside the part are known by then.
            var node = network.Nodes[open.Max];
            open.Remove(node.Index);
            if (!inside.IsSupersetOf(consumers[node]) || !(node.Parameters.Count > 0 || node.Op.MapsZerosToZeros))
            {
                return [];
            }

            inside.Add(node);
            if (node.Parameters.Count > 0)
            {
                layers.Add(node);
            }
            else
            {
                open.UnionWith(node.Inputs.Select(n => n.Index));
            }
        }

        return layers;
    }

    /// <summary>Returns the weights with the parameters of some layers zeroed; running statistics are kept.</summary>
    public static Weights Without(Weights weights, IEnumerable<Node> layers)
    {
        var zeroed = layers.SelectMany(n => n.Parameters).Where(p => !p.IsBuffer).Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        return new(weights.Tensors.Select(t => zeroed.Contains(t.Name) ? t with { Values = new float[t.Values.Length] } : t));
    }

    /// <summary>Computes the accuracy with some layers ablated.</summary>
    public double Top1(IEnumerable<Node> layers, string what)
    {
        Announce(what);
        _plan.SetWeights(Without(_weights, layers));
        return Evaluation.Run(_plan, _options.Dataset, _options.Transform, _cancellation).Top1;
    }

    /// <summary>Runs the network up to <paramref name="node"/> over the dataset, once per set of ablated layers.</summary>
    /// <param name="node">The node whose output is computed.</param>
    /// <param name="off">The sets of layers to ablate.</param>
    /// <param name="what">The description of the pass, for the progress.</param>
    /// <returns>After each batch the plans, whose <see cref="Plan.Output"/> has the values.</returns>
    public IEnumerable<Plan[]> Values(Node node, IReadOnlyList<Node>[] off, string what)
    {
        Announce(what);
        var part = _network.UpTo(node);
        int batch = Math.Clamp(MaxValues / node.Shape.Count, 1, _options.BatchSize);
        Plan[] plans = Array.ConvertAll(off, layers =>
        {
            var plan = Plan.Compile(part, new PlanOptions { BatchSize = batch, Threads = _options.Threads });
            plan.SetWeights(Without(_weights, layers).Of(part));
            return plan;
        });
        var source = new PreparedDataset(_options.Dataset, _options.Transform);
        int[] order = [.. Enumerable.Range(0, _options.Dataset.Count)];
        using var batches = new BatchLoader(source, order, batch, 0, _options.Threads, _cancellation);
        while (Run(batches, plans))
        {
            yield return plans;
        }
    }

    private static bool Run(BatchLoader batches, Plan[] plans)
    {
        var indices = batches.Next();
        foreach (var plan in indices.IsEmpty ? [] : plans)
        {
            plan.Infer(batches, indices);
        }

        return !indices.IsEmpty;
    }

    private void Announce(string what) => _options.Progress?.Report(new(_done++, _passes, what));
}
