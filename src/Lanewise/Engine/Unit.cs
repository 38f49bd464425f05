namespace Lanewise.Engine;

/// <summary>A unit of work of a plan: a node and the nodes fused into it.</summary>
internal sealed class Unit(Node node, Value[] inputs, Value output)
{
    /// <summary>The node that the unit is named after.</summary>
    public Node Node { get; } = node;

    /// <summary>The index in the order of execution.</summary>
    public required int Index { get; init; }

    /// <summary>The values that the node reads, without the residual.</summary>
    public Value[] Inputs { get; } = inputs;

    /// <summary>The value that the unit writes.</summary>
    public Value Output { get; private set; } = output;

    /// <summary>Lowers the unit to kernel calls.</summary>
    public Lowering Lowering { get; } = OpTable.Of(node).CreateLowering();

    /// <summary>Whether the plan trains any parameter of the node.</summary>
    public required bool IsTrainable { get; init; }

    /// <summary>The residual that is added before ReLU; null for none.</summary>
    public Value? Shortcut { get; set; }

    /// <summary>The batch norm folded into the weights of the convolution; null for none.</summary>
    public Node? Norm { get; set; }

    /// <summary>The max pooling fused after the convolution, whose own result is then not written; null for none.</summary>
    public Node? Pool { get; private set; }

    /// <summary>Whether ReLU is fused into the unit.</summary>
    public bool ReLU { get; set; }

    /// <summary>
    /// The units that read the same value and run together, this one included, in order of execution: in the forward pass, and in the
    /// gradient of their common input, at the turn of the first.
    /// </summary>
    public IReadOnlyList<Unit> Siblings { get => field ??= [this]; set; }

    /// <summary>All values that the unit reads: the inputs and the residual.</summary>
    public IEnumerable<Value> AllInputs => Shortcut is null ? Inputs : Inputs.Append(Shortcut);

    /// <summary>Fuses max pooling, whose output becomes that of the unit.</summary>
    public void AttachPool(Node pool, Value output) => (Pool, Output) = (pool, output);
}
