using Lanewise.Graphs;

namespace Lanewise.Engine;

/// <summary>One piece of work of a plan: a node, and what was folded into it.</summary>
internal sealed class Unit(Node node, Value[] inputs, Value output)
{
    /// <summary>The node that names the work.</summary>
    public Node Node { get; } = node;

    /// <summary>Its place in the order in which units run.</summary>
    public required int Place { get; init; }

    public Value[] Inputs { get; } = inputs;

    /// <summary>What it writes.</summary>
    public Value Output { get; private set; } = output;

    /// <summary>How it becomes kernel calls.</summary>
    public Lowering Lowering { get; } = OpTable.Of(node).CreateLowering();

    /// <summary>Whether the plan trains any of its parameters.</summary>
    public required bool IsTrainable { get; init; }

    /// <summary>A residual: added to the sum before ReLU; null where there is none.</summary>
    public Value? Shortcut { get; set; }

    /// <summary>A convolution's batch norm that was folded into its weights; null where there is none.</summary>
    public Node? Norm { get; set; }

    /// <summary>Max pooling of a convolution's result, which is all that is written then; null where there is none.</summary>
    public Node? Pool { get; private set; }

    /// <summary>Whether max(0, ·) was folded in.</summary>
    public bool ReLU { get; set; }

    /// <summary>
    /// Units that read the same value, itself included and in their order. All of them run when the first has its turn: forward, and
    /// when the gradient to their input is written.
    /// </summary>
    public IReadOnlyList<Unit> Siblings { get => field ??= [this]; set; }

    /// <summary>All values that it reads.</summary>
    public IEnumerable<Value> Reads => Shortcut is null ? Inputs : Inputs.Append(Shortcut);

    /// <summary>Folds max pooling in.</summary>
    public void TakePool(Node pool, Value output) => (Pool, Output) = (pool, output);
}
