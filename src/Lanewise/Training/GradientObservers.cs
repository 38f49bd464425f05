namespace Lanewise;

/// <summary>Combines several observers.</summary>
/// <param name="observers">The observers, called in this order.</param>
internal sealed class GradientObservers(params IReadOnlyList<IGradientObserver> observers) : IGradientObserver
{
    /// <inheritdoc/>
    public bool Wants(TrainingPosition position) => observers.Any(observer => observer.Wants(position));

    /// <inheritdoc/>
    public void Observe(TrainingPosition position, Weights gradients)
    {
        foreach (var observer in observers.Where(observer => observer.Wants(position)))
        {
            observer.Observe(position, gradients);
        }
    }
}
