using System.Collections.Immutable;

namespace Lanewise.Engine;

/// <summary>
/// Appends the backward pass: from the gradients of the outputs back to those of the input and of all trained parameters, by the gradient
/// rule of each op (<see cref="Lowering.Differentiate"/>). What is added to what, in which order, and where ReLU masks a gradient, is
/// explicit in the nodes.
/// </summary>
internal sealed class Autodiff
{
    private readonly Form _form;
    private readonly Dictionary<Value, Value> _gradientOf = [];
    private readonly ImmutableDictionary<Value, Slice>.Builder _slices;
    private readonly List<GradientNode> _nodes = [];
    private readonly HashSet<Value> _masked;

    // Gradients that hold something already, and gradients that are to be added to another one unchanged.
    private readonly HashSet<Value> _written = [];
    private readonly Dictionary<Value, Queue<Value>> _passed = [];

    private Autodiff(Form form)
    {
        _form = form;
        _slices = form.Slices.ToBuilder();
        FindGradients();
        _masked = FindMasked();
        foreach (var (value, slice) in form.Slices.Where(pair => HasGradient(pair.Key)))
        {
            _slices[_gradientOf[value]] = slice with { Whole = _gradientOf[slice.Whole] };
        }
    }

    /// <summary>Runs the pass.</summary>
    public static Form Run(Form form) => form.Options.HasBackward ? new Autodiff(form).Run() : form;

    /// <summary>
    /// Whether the gradient of a value is computed: because a trained layer precedes it, or because that of the input is asked for.
    /// </summary>
    public bool HasGradient(Value value) => _gradientOf.ContainsKey(value);

    /// <summary>Adds a unit's contribution to the gradient of an input, if that is computed, by one kernel.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="index">The index of the input.</param>
    /// <param name="reads">The activations that the kernel reads.</param>
    /// <param name="accumulates">Whether the kernel can add to what is there.</param>
    public void AddInput(Unit unit, int index, IEnumerable<Value> reads, bool accumulates = true)
    {
        if (!_gradientOf.TryGetValue(unit.Inputs[index], out var target))
        {
            return;
        }

        bool isWritten = !_written.Add(target);
        _nodes.Add(new GradientNode(GradientKind.Input, unit, target)
        {
            Index = index,
            Accumulate = isWritten,
            Scratch = isWritten && !accumulates ? new Value($"{target.Name} by {unit.Node.Path}", target.Shape) : null,
            Operands = [_gradientOf[unit.Output], .. reads],
        });
    }

    /// <summary>
    /// Adds the contribution of convolutions to the gradient of their common input, by a kernel that adds one more gradient to its sums.
    /// </summary>
    public void AddConvolutions(IReadOnlyList<Unit> units)
    {
        var target = _gradientOf[units[0].Input];
        bool isWritten = !_written.Add(target);
        _nodes.Add(new GradientNode(GradientKind.Input, units[0], target)
        {
            Units = [.. units],
            Accumulate = isWritten,
            Add = !isWritten && _passed.TryGetValue(target, out var queue) && queue.TryDequeue(out var passed) ? passed : null,
            Operands = [.. units.Select(unit => _gradientOf[unit.Output])],
        });
    }

    /// <summary>Adds the gradients of a unit's parameters.</summary>
    public void AddWeights(Unit unit, IEnumerable<Value> reads) => _nodes.Add(
        new GradientNode(GradientKind.Weights, unit, null) { Operands = [_gradientOf[unit.Output], .. reads] });

    /// <summary>Passes the gradient of a unit's output on to an input, unchanged.</summary>
    public void Pass(Unit unit, Value input) => Pass(input, _gradientOf[unit.Output]);

    /// <summary>
    /// Passes a part of the gradient of a unit's output on to an input; nothing is to be done where the input is that part.
    /// </summary>
    /// <param name="unit">The unit.</param>
    /// <param name="input">The input.</param>
    /// <param name="first">The first channel of the part.</param>
    public void PassSlice(Unit unit, Value input, int first)
    {
        if (!_gradientOf.TryGetValue(input, out var gradient))
        {
            return;
        }

        if (_form.Slices.ContainsKey(input))
        {
            _written.Add(gradient);
            return;
        }

        // A plane is a channel: with a backward pass, lanes hold images.
        var whole = _gradientOf[unit.Output];
        var part = new Value($"{whole.Name}[{first}…{first + input.Shape.Channels - 1}]", input.Shape);
        _slices[part] = new Slice(whole, first);
        Pass(input, part);
    }

    private Form Run()
    {
        Unit[] units = [.. _form.Units.Select(unit => unit.Lowering.SavesForBackward && HasGradient(unit.Input)
            ? unit with { Saved = new Value($"saved({unit.Output.Name})", unit.Output.Shape) }
            : unit)];
        _written.UnionWith(_form.Outputs.Where(HasGradient).Select(output => _gradientOf[output]));
        foreach (var group in units.Reverse())
        {
            foreach (var unit in group.All.Reverse().Where(unit => HasGradient(unit.Output)))
            {
                Complete(unit, unit.Output);
                unit.Lowering.Differentiate(unit, group, this);
            }
        }

        // Without units the input is the output, whose gradient is the loss's.
        if (HasGradient(_form.Input) && units.Length > 0)
        {
            Complete(units[0], _form.Input);
        }

        return _form with
        {
            Units = [.. units],
            Gradients = [.. _nodes],
            GradientOf = _gradientOf.ToImmutableDictionary(),
            Slices = _slices.ToImmutable(),
        };
    }

    private void FindGradients()
    {
        if (_form.Options.InputGradient)
        {
            AddGradient(_form.Input);
        }

        foreach (var unit in _form.Units.SelectMany(unit => unit.All))
        {
            if (_form.Needed.Contains(unit.Node) && (unit.IsTrainable || unit.Reads.Any(HasGradient)))
            {
                AddGradient(unit.Output);
            }
        }

        void AddGradient(Value value) => _gradientOf[value] = new Value($"d({value.Name})", value.Shape);
    }

    /// <summary>
    /// Finds the values whose gradient is masked because ReLU is applied to them. If it is the last op of every branch of a concatenation,
    /// that is masked at once.
    /// </summary>
    private HashSet<Value> FindMasked()
    {
        var masked = _form.AllUnits.Where(unit => unit.Node.Op is ReLU || (unit.ReLU && unit.Node.Op is not MaxPool2d))
            .Select(unit => unit.Output).ToHashSet();
        foreach (var concat in _form.Units.Where(unit => unit.Node.Op is Concat))
        {
            if (concat.Inputs.All(value => _form.Slices.ContainsKey(value) && masked.Contains(value)))
            {
                masked.Add(concat.Output);
                masked.ExceptWith(concat.Inputs);
            }
        }

        return masked;
    }

    private void Pass(Value input, Value gradient)
    {
        if (_gradientOf.TryGetValue(input, out var target))
        {
            if (!_passed.TryGetValue(target, out var queue))
            {
                queue = _passed[target] = new();
            }

            queue.Enqueue(gradient);
        }
    }

    /// <summary>Completes the gradient of a value, to which all readers have contributed.</summary>
    private void Complete(Unit unit, Value value)
    {
        var target = _gradientOf[value];
        while (_passed.TryGetValue(target, out var queue) && queue.TryDequeue(out var passed))
        {
            _nodes.Add(new GradientNode(GradientKind.Pass, unit, target) { Accumulate = !_written.Add(target), Add = passed });
        }

        if (_masked.Contains(value))
        {
            _nodes.Add(new GradientNode(GradientKind.Mask, unit, target) { Accumulate = true, Mask = value });
        }
    }
}
