using System.Runtime.InteropServices;
using Lanewise.Graphs;

namespace Lanewise.Training;

/// <summary>Everything that training needs to go on exactly where it stopped, to the bit.</summary>
/// <param name="Weights">The weights.</param>
/// <param name="Velocity">The momentum of each weight, under the same names.</param>
/// <param name="Position">Where it stopped.</param>
public sealed record TrainerState(Weights Weights, Weights Velocity, TrainingPosition Position);

/// <summary>A place between two steps of training.</summary>
/// <param name="Epoch">Completed epochs.</param>
/// <param name="Step">Steps done in the epoch under way.</param>
/// <param name="LossSum">Sum of the cross-entropies of this epoch's pictures so far.</param>
/// <param name="Correct">How many of them were right.</param>
/// <param name="Seconds">Seconds spent on this epoch so far.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TrainingPosition(int Epoch, int Step, double LossSum, int Correct, double Seconds);
