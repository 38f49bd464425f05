using Lanewise.Graphs;

namespace Lanewise.Training;

/// <summary>Looks at the gradients of some of a training's steps. It is asked on the training thread; keep it short.</summary>
public interface IGradientObserver
{
    /// <summary>Whether the step that begins at <paramref name="position"/> is to be shown.</summary>
    bool Wants(TrainingPosition position);

    /// <summary>Is shown a step's gradients before the weights are updated by them.</summary>
    /// <param name="position">Where training stood before the step.</param>
    /// <param name="gradients">The gradient of the batch's mean loss to each trained parameter, before weight decay.</param>
    void Observe(TrainingPosition position, Weights gradients);
}
