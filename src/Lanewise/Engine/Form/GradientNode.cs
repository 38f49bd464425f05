using System.Collections.Immutable;

namespace Lanewise.Engine;

/// <summary>What a gradient node computes.</summary>
internal enum GradientKind
{
    /// <summary>A unit's contribution to the gradient of an input; of a trained batch norm, with the gradients of its parameters.</summary>
    Input,

    /// <summary>The gradients of a unit's parameters.</summary>
    Weights,

    /// <summary>A gradient that is passed on unchanged, as by a sum to its inputs.</summary>
    Pass,

    /// <summary>The gradient of ReLU: zero where its output is not positive.</summary>
    Mask,
}

/// <summary>A node of the backward pass.</summary>
/// <param name="Kind">What it computes.</param>
/// <param name="Unit">The unit whose gradient rule it is part of.</param>
/// <param name="Target">The gradient that is written; null for gradients of parameters.</param>
internal sealed record GradientNode(GradientKind Kind, Unit Unit, Value? Target)
{
    /// <summary>The units whose contributions are summed in one call: <see cref="Unit"/> and some of its siblings.</summary>
    public ImmutableArray<Unit> Units { get; init; } = [Unit];

    /// <summary>The index of the input whose gradient it contributes to.</summary>
    public int Index { get; init; }

    /// <summary>Whether what the target already holds is added.</summary>
    public bool Accumulate { get; init; }

    /// <summary>A further gradient that is added; null for none.</summary>
    public Value? Add { get; init; }

    /// <summary>The activation that masks the result: zero where it is not positive; null for none.</summary>
    public Value? Mask { get; init; }

    /// <summary>Temporary memory for the contribution, for kernels that cannot accumulate; null for none.</summary>
    public Value? Scratch { get; init; }

    /// <summary>The activations and gradients that the kernel reads, besides <see cref="Add"/> and <see cref="Mask"/>.</summary>
    public ImmutableArray<Value> Operands { get; init; } = [];

    /// <summary>All values that are read.</summary>
    public IEnumerable<Value> Reads => new[] { Accumulate ? Target : null, Add, Mask, Scratch }.OfType<Value>().Concat(Operands);
}
