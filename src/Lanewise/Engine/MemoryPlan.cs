using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// Where each value of a form is in the activation memory of a block. Node i of the forward pass runs at time i; the loss is computed at
/// time n, after the n forward nodes; then come the gradient nodes. A value occupies memory from the first to the last time at which it is
/// written or read.
/// </summary>
internal sealed class MemoryPlan
{
    private readonly Form _form;
    private readonly ActivationLayout _layout;
    private readonly Dictionary<Value, ActivationLayout.Piece> _pieces = [];
    private readonly Dictionary<Value, Lifetime> _lives = [];
    private readonly Dictionary<Value, int> _borders = [];

    /// <summary>Places the values of a form.</summary>
    /// <param name="form">The form.</param>
    /// <param name="laneWidth">The number of floats in a vector.</param>
    /// <param name="guard">The number of guard vectors after each value, which tests fill and check; with 0, values share memory.</param>
    /// <exception cref="ShapeException">They exceed what an array can hold.</exception>
    public MemoryPlan(Form form, int laneWidth, int guard)
    {
        _form = form;
        _layout = new ActivationLayout(laneWidth, guard);
        Result = form.IsChannelInterleaved ? new Value(form.Outputs[0].Name, form.Outputs[0].Shape) : form.Outputs[0];
        FindLives();
        FindBorders();
        foreach (var value in _lives.Keys.Where(value => !form.Slices.ContainsKey(value)))
        {
            var planes = value.Shape with { Channels = form.PlaneCount(value) };
            _pieces[value] = _layout.Allocate(planes, _borders.GetValueOrDefault(value), _lives[value]);
        }

        MemoryCheck.OfBlock(form.Network, form.IsChannelInterleaved ? 1 : laneWidth, _layout.FloatsToPlace);
        _layout.Place();
    }

    /// <summary>The number of floats of a block's activations, their gradients and what is saved in between.</summary>
    public int Floats => _layout.Floats;

    /// <summary>The guards between values, in floats; for tests.</summary>
    public IReadOnlyList<(int Start, int Length)> Guards => _layout.Guards;

    /// <summary>The output in the layout that the results are read in: the channel-interleaved one is converted.</summary>
    public Value Result { get; }

    /// <summary>The values and when they are in use.</summary>
    public IReadOnlyDictionary<Value, Lifetime> Lives => _lives;

    /// <summary>Returns the location of a value.</summary>
    public Planes At(Value value) => _form.Slices.TryGetValue(value, out var slice)
        ? At(slice.Whole).Slice(slice.First, _form.PlaneCount(value))
        : _pieces[value].Planes;

    private void FindLives()
    {
        int loss = _form.Units.Length, end = loss + 1 + _form.Gradients.Length;
        Use(_form.Input, -1);
        for (int time = 0; time < loss; time++)
        {
            foreach (var unit in _form.Units[time].All)
            {
                Use(unit.Output, time);
                UseAll(unit.Reads, time);
                Use(unit.Saved, time);
            }
        }

        UseAll([.. _form.Outputs, Result], loss);
        UseAll(_form.Outputs.Where(_form.GradientOf.ContainsKey).Select(output => _form.GradientOf[output]), loss);
        for (int i = 0; i < _form.Gradients.Length; i++)
        {
            Use(_form.Gradients[i].Target, loss + 1 + i);
            UseAll(_form.Gradients[i].Reads, loss + 1 + i);
        }

        Use(_form.GradientOf.GetValueOrDefault(_form.Input), end);
    }

    private void UseAll(IEnumerable<Value> values, int time)
    {
        foreach (var value in values)
        {
            Use(value, time);
        }
    }

    private void Use(Value? value, int time)
    {
        if (value is not null)
        {
            _lives[value] = _lives.GetValueOrDefault(value, Lifetime.None).With(time);
            Use(_form.Slices.TryGetValue(value, out var slice) ? slice.Whole : null, time);
        }
    }

    private void FindBorders()
    {
        foreach (var unit in _form.Units.SelectMany(unit => unit.All))
        {
            var (input, gradient) = unit.Lowering.Borders(unit);
            Require(unit.Input, input);
            Require(_form.GradientOf.GetValueOrDefault(unit.Output), gradient);
        }

        void Require(Value? value, int columns)
        {
            if (value is not null)
            {
                _borders[value] = Math.Max(_borders.GetValueOrDefault(value), columns);
                Require(_form.Slices.TryGetValue(value, out var slice) ? slice.Whole : null, columns);
            }
        }
    }
}
