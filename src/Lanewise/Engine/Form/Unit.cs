using System.Collections.Immutable;

namespace Lanewise.Engine;

/// <summary>A node of the intermediate form: a node of the network and those fused into it, which one kernel call computes.</summary>
/// <param name="Node">The node that the unit is named after.</param>
/// <param name="Inputs">The values that the node reads, without the residual.</param>
/// <param name="Output">The value that the unit writes: the output of the last node fused into it.</param>
/// <param name="IsTrainable">Whether the plan trains any parameter of the node.</param>
internal sealed record Unit(Node Node, ImmutableArray<Value> Inputs, Value Output, bool IsTrainable)
{
    /// <summary>The residual that is added before ReLU; null for none.</summary>
    public Value? Shortcut { get; init; }

    /// <summary>The batch norm folded into the weights of the convolution; null for none.</summary>
    public Node? Norm { get; init; }

    /// <summary>The max pooling fused after the convolution, whose own result is then not written; null for none.</summary>
    public Node? Pool { get; init; }

    /// <summary>Whether ReLU is fused into the unit.</summary>
    public bool ReLU { get; init; }

    /// <summary>Another activation that is fused into the convolution, after the residual; null for none.</summary>
    public Node? Activation { get; init; }

    /// <summary>The other units that read the same value and are computed together with this one, in order of execution.</summary>
    public ImmutableArray<Unit> Siblings { get; init; } = [];

    /// <summary>What the forward pass saves for the backward pass, in the shape of the output; null for nothing.</summary>
    public Value? Saved { get; init; }

    /// <summary>This unit and its siblings, in order of execution.</summary>
    public ImmutableArray<Unit> All => Siblings.Insert(0, this);

    /// <summary>The first input.</summary>
    public Value Input => Inputs[0];

    /// <summary>All values that the unit reads: the inputs and the residual.</summary>
    public IEnumerable<Value> Reads => Shortcut is null ? Inputs : Inputs.Append(Shortcut);

    /// <summary>Lowers the unit to kernel calls.</summary>
    public Lowering Lowering => OpTable.LoweringOf(Node);
}
