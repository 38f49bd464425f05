using Lanewise.Graphs;

namespace Lanewise.Training;

/// <summary>Training that begins with a trained network.</summary>
public static class FineTuning
{
    /// <summary>
    /// Tells, for <see cref="TrainingOptions.IsTrainable"/>, the parameters of the classifier from all others: those of the last linear
    /// layer before the network's output. The body stays as it is.
    /// </summary>
    /// <exception cref="LanewiseException">The network has no linear layer at its end.</exception>
    public static Func<string, bool> HeadOnly(Network network)
    {
        var node = network.Output;
        while (node.Op is not Linear)
        {
            node = node.Inputs is [var input]
                ? input
                : throw new LanewiseException($"{network.Name}: it does not end in a linear layer, so there is no classifier to train alone; train all of it.");
        }

        var head = node.Parameters.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        return head.Contains;
    }
}
