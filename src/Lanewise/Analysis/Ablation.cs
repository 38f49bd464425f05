using Lanewise.Data;
using Lanewise.Engine;
using Lanewise.Graphs;
using Lanewise.Training;

namespace Lanewise.Analysis;

/// <summary>Passes over a test set with parts of a network switched off. A part is switched off by zeroing the parameters of its last layers.</summary>
internal sealed class Ablation
{
    // The values that a pass keeps at a time: 128 MB.
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
    /// <param name="weights">Its weights.</param>
    /// <param name="options">The test set.</param>
    /// <param name="passes">How many passes there will be.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public Ablation(Network network, Weights weights, ContributionOptions options, int passes, CancellationToken cancellation)
    {
        (_network, _weights, _options, _passes, _cancellation) = (network, weights, options, passes, cancellation);
        _plan = Plan.Compile(network, new PlanOptions { BatchSize = options.BatchSize, Threads = options.Threads });
    }

    /// <summary>
    /// The layers whose parameters, zeroed, make <paramref name="part"/>'s values exactly zero and touch nothing else: the last ones
    /// with parameters on each way to it. Batch norm is such a layer; ReLU, pooling and the like keep zeros. None if it cannot be
    /// done: without a layer of its own, or if the part's values are used elsewhere too.
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
            // The last node first: all that use its values inside the part are known by then.
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

    /// <summary>The weights with some layers' parameters zeroed; running statistics stay.</summary>
    public static Weights Without(Weights weights, IEnumerable<Node> layers)
    {
        var zeroed = layers.SelectMany(n => n.Parameters).Where(p => !p.IsBuffer).Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        return new(weights.Tensors.Select(t => zeroed.Contains(t.Name) ? t with { Values = new float[t.Values.Length] } : t));
    }

    /// <summary>The accuracy with some layers switched off.</summary>
    public double Top1(IEnumerable<Node> layers, string what)
    {
        Announce(what);
        _plan.SetWeights(Without(_weights, layers));
        return Evaluation.Run(_plan, _options.Test, _options.Preprocessing, _cancellation).Top1;
    }

    /// <summary>Runs the part up to <paramref name="node"/> over the test set, once with each of some sets of layers switched off.</summary>
    /// <param name="node">Whose values are wanted.</param>
    /// <param name="off">The sets of layers.</param>
    /// <param name="what">For the progress.</param>
    /// <returns>After each batch: the plans, whose <see cref="Plan.Output"/> hold the values.</returns>
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
        var source = new PreparedDataset(_options.Test, _options.Preprocessing);
        using var batches = new BatchLoader(source, [.. Enumerable.Range(0, _options.Test.Count)], batch, 0, _options.Threads, _cancellation);
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
