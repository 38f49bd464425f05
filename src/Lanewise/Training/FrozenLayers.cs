using Lanewise.Engine;

namespace Lanewise;

/// <summary>
/// Splits a network whose first layers are frozen before the first trained layer. The values there, the features of an image, do not
/// change during training, so they are computed once instead of in each epoch, and only the rest, the head, is trained. The weights are
/// then bitwise those of training the whole network, unless there is dropout in the head, whose masks differ.
/// </summary>
internal sealed class FrozenLayers
{
    private readonly Network _network;
    private readonly Network _body;

    private FrozenLayers(Network network, Node last)
    {
        _network = network;
        _body = network.UpTo(last);
        Head = network.After(last);
    }

    /// <summary>The layers after the frozen ones; features are its input.</summary>
    public Network Head { get; }

    /// <summary>Splits a network; returns null if its first layers are trained.</summary>
    public static FrozenLayers? Of(Network network)
    {
        var last = network.AuxiliaryOutputs.Count > 0 ? null
            : network.CutPoints().LastOrDefault(node => GraphWalk.Ancestors([node]).All(IsFixed));
        return last is null || GraphWalk.Ancestors([last]).All(node => node.Macs == 0) ? null : new(network, last);
    }

    /// <summary>Returns how many bytes the features of so many images take.</summary>
    public long BytesOf(int images) => (long)images * Head.Input.Count * sizeof(float);

    /// <summary>Computes the features of a dataset.</summary>
    /// <param name="dataset">The labelled samples.</param>
    /// <param name="weights">The weights of the whole network.</param>
    /// <param name="options">The options of the training.</param>
    /// <param name="training">Whether to compile as for training; otherwise as for evaluation, whose rounding may differ.</param>
    /// <param name="progress">Receives the number of images done, after each batch; null for none.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    /// <exception cref="LanewiseException">An image cannot be read.</exception>
    public ITensorDataset Compute(
        IDataset dataset,
        Weights weights,
        TrainingOptions options,
        bool training,
        IProgress<int>? progress,
        CancellationToken cancellationToken)
    {
        using var plan = Plan.Compile(_body, options.ToPlanOptions(training, isTrainable: _ => false));
        plan.SetWeights(weights.Of(_body));
        int size = _body.OutputCount, done = 0;
        float[] features = new float[checked(dataset.Count * size)];
        int[] order = [.. Enumerable.Range(0, dataset.Count)], labels = [.. order.Select(dataset.Label)];
        var source = new PreparedDataset(dataset, options.Transform);
        using var batches = new BatchLoader(source, order, plan.Options.BatchSize, 0, options.Threads, cancellationToken);
        for (var indices = batches.Next(); indices.Length > 0; indices = batches.Next())
        {
            plan.Infer(batches, indices);
            plan.Output.CopyTo(features.AsSpan(done * size));
            done += indices.Length;
            progress?.Report(done);
        }

        return new TensorDataset(Head.Input, features, labels, dataset.Classes, dataset.Name);
    }

    /// <summary>Completes a state of the head's training with the frozen weights.</summary>
    /// <param name="head">The state of the head's training.</param>
    /// <param name="weights">The weights of the whole network, from which the frozen ones are taken.</param>
    public TrainerState Join(TrainerState head, Weights weights)
    {
        var trained = Head.Parameters.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        return head with { Weights = Whole(head.Weights), Average = head.Average is { } average ? Whole(average) : null };

        Weights Whole(Weights some) => new(_network.Parameters.Select(p => trained.Contains(p.Name) ? some[p.Name] : weights[p.Name]));
    }

    /// <summary>Returns the state of the head's training from one of the whole network.</summary>
    public TrainerState HeadOf(TrainerState state) => state with { Weights = state.Weights.Of(Head), Average = state.Average?.Of(Head) };

    private static bool IsFixed(Node node) => node.Op is not Dropout && (!node.IsTrainable || node.Parameters.Count == 0);
}
