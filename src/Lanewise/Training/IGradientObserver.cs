namespace Lanewise;

/// <summary>Observes the gradients of selected training steps. It is called on the training thread and must return quickly.</summary>
public interface IGradientObserver
{
    /// <summary>Whether to observe the step that begins at <paramref name="position"/>.</summary>
    bool Wants(TrainingPosition position);

    /// <summary>Receives a step's gradients before the weights are updated.</summary>
    /// <param name="position">The position before the step.</param>
    /// <param name="gradients">The gradient of the batch's mean loss with respect to each trained parameter, before weight decay.</param>
    void Observe(TrainingPosition position, Weights gradients);
}
