namespace Lanewise;

/// <summary>Helpers for training that begins with pretrained weights.</summary>
public static class FineTuning
{
    /// <summary>
    /// Returns a predicate for <see cref="TrainingOptions.IsTrainable"/> that is true for the parameters of the classifier, the last
    /// linear layer before the network's output. All other parameters are frozen.
    /// </summary>
    /// <exception cref="NetworkException">The network has no linear layer.</exception>
    public static Func<string, bool> HeadOnly(Network network)
    {
        var classifier = GraphWalk.Classifier(network.Output)
            ?? throw new NetworkException(
                $"{network.Name}: it has no linear layer, so there is no classifier to train alone; train all of it.", network.Name);
        return classifier.Parameters.Select(p => p.Name).ToHashSet(StringComparer.Ordinal).Contains;
    }
}
