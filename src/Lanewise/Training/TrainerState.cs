using System.Runtime.InteropServices;
using Lanewise.Graphs;

namespace Lanewise.Training;

/// <summary>Everything that training needs to go on exactly where it stopped, to the bit.</summary>
/// <param name="Weights">The weights and buffers.</param>
/// <param name="Optimizer">
/// What the optimizer keeps of each trained parameter, under the same names: <c>velocity</c> for <see cref="Sgd"/>,
/// <c>exp_avg</c> and <c>exp_avg_sq</c> for <see cref="AdamW"/>.
/// </param>
/// <param name="Position">Where it stopped.</param>
public sealed record TrainerState(Weights Weights, IReadOnlyDictionary<string, Weights> Optimizer, TrainingPosition Position);

/// <summary>A place between two steps of training.</summary>
/// <param name="Epoch">Completed epochs.</param>
/// <param name="Step">Steps done in the epoch under way.</param>
/// <param name="LossSum">Sum of the cross-entropies of this epoch's images so far.</param>
/// <param name="Correct">How many of them were right.</param>
/// <param name="Seconds">Seconds spent on this epoch so far.</param>
/// <param name="Updates">Steps done since training began.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TrainingPosition(int Epoch, int Step, double LossSum, int Correct, double Seconds, long Updates = 0);
