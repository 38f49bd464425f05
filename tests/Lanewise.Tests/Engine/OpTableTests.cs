using Lanewise.Engine;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>Tests that each op has a row in the table, a layer and at least one op case.</summary>
public sealed class OpTableTests
{
    public static TheoryData<string> Ops =>
        [.. typeof(Op).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Op)) && !type.IsAbstract).Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Ops))]
    public void Every_op_has_a_row_with_all_texts(string op)
    {
        var row = Assert.Single(OpTable.Rows, row => row.Type.Name == op);
        Assert.NotEmpty(row.Shape);
        Assert.NotEmpty(row.Macs);
        Assert.Equal(op == nameof(Input), row.Gradient.Length == 0);
    }

    [Theory]
    [MemberData(nameof(Ops))]
    public void Every_op_has_a_case(string op) =>
        Assert.Contains(OpCases.All, one => one.Network.Nodes.Any(node => node.Op.Name == op));

    [Theory]
    [MemberData(nameof(Ops))]
    public void Every_op_has_a_layer(string op) => Assert.True(
        op == nameof(Input) || typeof(Conv2dLayer).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(Conv2dLayer).Namespace)
            .SelectMany(type => type.GetMethods()).Any(method => method.Name == op && method.ReturnType == typeof(SymbolicTensor)));

    [Fact]
    public void An_op_without_a_row_is_an_error()
    {
        var network = Network.Define("unknown", new(1, 2, 2), x => x.Then(new UnknownOp()));
        var e = Assert.ThrowsAny<LanewiseException>(() => Plan.Compile(network, new PlanOptions()));
        Assert.Equal("unknownop1 (UnknownOp): the engine has no row for this op in its OpTable; use another op.", e.Message);
    }

    private sealed record UnknownOp : Op
    {
        internal override Shape InferShape(IReadOnlyList<Shape> inputs) => inputs[0];
    }
}
