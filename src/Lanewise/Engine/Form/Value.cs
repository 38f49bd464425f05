namespace Lanewise.Engine;

/// <summary>
/// A value of the intermediate form: an activation, the gradient of one, or what a forward pass saves for the backward pass. Where it is
/// in memory is decided last, by the <see cref="MemoryPlan"/>.
/// </summary>
/// <param name="name">The path of the node that it is the output of, or <c>d(path)</c> for its gradient.</param>
/// <param name="shape">The shape for one image, C×H×W.</param>
internal sealed class Value(string name, Shape shape)
{
    /// <summary>The path of the node that it is the output of; in brackets of <c>d(…)</c> for a gradient.</summary>
    public string Name { get; } = name;

    /// <summary>The shape for one image.</summary>
    public Shape Shape { get; } = shape;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
