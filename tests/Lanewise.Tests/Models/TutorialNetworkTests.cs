using Xunit;

namespace Lanewise.Tests.Models;

/// <summary>The shapes and names of the two tutorial networks.</summary>
public sealed class TutorialNetworkTests
{
    [Theory]
    [InlineData("inception", "concat", "88×12×12", "88×4×4")]
    [InlineData("inception", "flatten", "1408×1×1")]
    [InlineData("inception", "conv2", "20×8×8")]
    [InlineData("residual", "flatten", "512×1×1")]
    [InlineData("residual", "add", "16×12×12", "32×4×4")]
    public void Shapes_are_the_articles(string model, string node, params string[] shapes) =>
        Assert.Equal(shapes, ModelCatalog.Find(model).ForClasses(10).Nodes
            .Where(n => n.Path.Split('.')[^1].StartsWith(node, StringComparison.Ordinal) && (node != "conv2" || n.Path == node))
            .Select(n => n.Shape.ToString()));

    [Theory]
    [InlineData("inception")]
    [InlineData("residual")]
    public void Parameters_have_PyTorchs_names_shapes_and_order(string model) =>
        Assert.Equal(
            Golden.Read(model).Below("weights").Select(t => $"{t.Name} {t.ShapeText}"),
            ModelCatalog.Find(model).ForClasses(10).Parameters.Select(p => $"{p.Name} {p.ShapeText}"));
}
