using System.Text;

namespace Lanewise.Engine;

/// <summary>
/// A form as text, one line for each node: <c>relu1 = Conv2d conv1(input), ReLU 10×24×24</c>,
/// <c>d(relu1) = Conv2d.BackwardInput conv2(d(relu2)) masked by relu1</c>.
/// </summary>
internal static class FormText
{
    /// <summary>Writes the forward pass and, where there is one, the backward pass.</summary>
    public static string Of(Form form)
    {
        var text = new StringBuilder();
        text.Append(form.Input).Append(' ').Append(form.Input.Shape).Append('\n');
        foreach (var unit in form.Units)
        {
            text.Append(string.Join("; ", unit.All.Select(one => Of(one, form)))).Append('\n');
        }

        foreach (var node in form.Gradients)
        {
            text.Append(Of(node)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Writes a node of the forward pass.</summary>
    public static string Of(Unit unit, Form form)
    {
        string layer = unit.Node.Path == unit.Output.Name ? "" : $" {unit.Node.Path}";
        var text = new StringBuilder($"{unit.Output} = {unit.Node.Op.Name}{layer}({string.Join(", ", unit.Inputs)})");
        text.Append(unit.Norm is { } norm ? $", {norm.Path} folded" : "");
        text.Append(unit.Shortcut is { } shortcut ? $" + {shortcut}" : "");
        text.Append(unit.ReLU ? ", ReLU" : "");
        text.Append(unit.Activation is { } activation ? $", {activation.Op.Name}" : "");
        text.Append(unit.Pool is { } pool ? $", {pool.Path}" : "");
        text.Append(unit.Saved is { } saved ? $", {saved}" : "");
        text.Append(' ').Append(unit.Output.Shape);
        return text.Append(form.Slices.TryGetValue(unit.Output, out var slice) ? $", in {slice.Whole} from {slice.First}" : "").ToString();
    }

    /// <summary>Writes a node of the backward pass.</summary>
    public static string Of(GradientNode node)
    {
        string operands = string.Join(", ", node.Operands), assign = node.Accumulate ? "+=" : "=", op = node.Unit.Node.Op.Name;
        string layers = string.Join(" and ", node.Units.Select(unit => unit.Node.Path));
        string text = node.Kind switch
        {
            GradientKind.Weights => $"weights of {layers} += {op}.BackwardWeights({operands})",
            GradientKind.Pass => $"{node.Target} {assign} {node.Add}",
            GradientKind.Mask => $"{node.Target}",
            _ => $"{node.Target} {assign} {op}.BackwardInput {layers}({operands})" + (node.Add is { } add ? $" + {add}" : ""),
        };
        return text + (node.Mask is { } mask ? $" masked by {mask}" : "") + (node.Scratch is { } scratch ? $", by way of {scratch}" : "");
    }
}
