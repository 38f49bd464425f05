using System.Runtime.InteropServices;

namespace Lanewise;

/// <summary>The complete state of a trainer, from which training continues bitwise identically.</summary>
/// <param name="Weights">The weights and buffers.</param>
/// <param name="Optimizer">
/// The optimizer's state by its name, with one tensor per trained parameter: <c>velocity</c> for <see cref="Sgd"/>, <c>exp_avg</c> and
/// <c>exp_avg_sq</c> for <see cref="AdamW"/>, <c>square_avg</c> and <c>momentum_buffer</c> for <see cref="RMSprop"/>, <c>muon_avg</c> and
/// <c>muon_avg_sq</c> for <see cref="Muon"/>.
/// </param>
/// <param name="Position">The position in training.</param>
public sealed record TrainerState(Weights Weights, IReadOnlyDictionary<string, Weights> Optimizer, TrainingPosition Position)
{
    /// <summary>The moving average of the weights and buffers; null without <see cref="TrainingOptions.Average"/>.</summary>
    public Weights? Average { get; init; }

    /// <summary>The validation losses of the completed epochs, on which <see cref="ReduceLROnPlateau"/> depends.</summary>
    public IReadOnlyList<double> ValLosses { get; init; } = [];

    /// <summary>The weights whose metrics decide whether an epoch is the best: the average where there is one.</summary>
    internal Weights Answer => Average ?? Weights;
}

/// <summary>A position between two training steps.</summary>
/// <param name="Epoch">The number of completed epochs.</param>
/// <param name="Step">The number of completed steps in the current epoch.</param>
/// <param name="LossSum">The sum of the cross-entropies of this epoch's images so far.</param>
/// <param name="Correct">The number of those images that were classified correctly.</param>
/// <param name="Seconds">The time spent on this epoch so far, in seconds.</param>
/// <param name="Updates">The number of steps since training began.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TrainingPosition(int Epoch, int Step, double LossSum, int Correct, double Seconds, long Updates = 0);
