namespace Lanewise;

/// <summary>
/// The groups of parameters that are updated with a learning rate or a weight decay of their own, as the parameter groups of torch.optim.
/// The first group is that of all others.
/// </summary>
internal sealed class ParameterGroups
{
    private readonly Optimizer _optimizer;
    private readonly List<(double RateFactor, double WeightDecay, bool IsMatrix)> _groups;
    private readonly Dictionary<string, int> _members = new(StringComparer.Ordinal);

    private ParameterGroups(Optimizer optimizer) => (_optimizer, _groups) = (optimizer, [(1, optimizer.WeightDecay, false)]);

    /// <summary>The number of groups.</summary>
    public int Count => _groups.Count;

    /// <summary>Finds the groups of a network's parameters.</summary>
    public static ParameterGroups Of(Network network, TrainingOptions options)
    {
        var groups = new ParameterGroups(options.Optimizer);
        double decay = options.Optimizer.WeightDecay;
        var head = GraphWalk.Classifier(network.Output);
        foreach (var node in network.Nodes)
        {
            double rate = node == head && options.HeadLearningRate is { } own ? own / options.Optimizer.LearningRate : 1;
            double? ofNorm = node.Op is BatchNorm2d or ChannelAffine ? options.NormWeightDecay : null;
            foreach (var p in node.Parameters.Where(p => !p.IsBuffer))
            {
                double? ofBias = p.Name.EndsWith(".bias", StringComparison.Ordinal) ? options.BiasWeightDecay : null;
                bool isMatrix = options.Optimizer.UpdatesMatrices && node.Op is Conv2d { Groups: 1 } && p == node.Parameters[0];
                groups.Add(p.Name, (rate, ofBias ?? ofNorm ?? decay, isMatrix));
            }
        }

        return groups;
    }

    /// <summary>Returns the index of the group of a parameter.</summary>
    public int IndexOf(string parameter) => _members.GetValueOrDefault(parameter);

    /// <summary>Returns the index of the group of a parameter that is updated as a matrix; null for others.</summary>
    public int? MatrixIndexOf(string parameter) => _groups[IndexOf(parameter)].IsMatrix ? IndexOf(parameter) : null;

    /// <summary>Returns the constants of the update of a group.</summary>
    /// <param name="group">The index of the group.</param>
    /// <param name="rate">The learning rate of the first group.</param>
    /// <param name="update">The number of the update, from 1.</param>
    public Kernels.OptimizerStep StepAt(int group, double rate, long update)
    {
        var (factor, decay, isMatrix) = _groups[group];
        var (optimizer, own) = group == 0 ? (_optimizer, rate) : (_optimizer.With(decay), rate * factor);
        return isMatrix ? optimizer.StepAt(own, update) : optimizer.ElementwiseStepAt(own, update);
    }

    private void Add(string parameter, (double RateFactor, double WeightDecay, bool IsMatrix) group)
    {
        int index = _groups.IndexOf(group);
        if (index < 0)
        {
            index = _groups.Count;
            _groups.Add(group);
        }

        _members[parameter] = index;
    }
}
