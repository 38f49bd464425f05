namespace Lanewise.Kernels;

/// <summary>The activation of an epilogue, which is applied to what a convolution has just written.</summary>
internal readonly unsafe ref struct ConvActivation<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    private readonly ActivationFormula? _formula;
    private readonly delegate*<ActivationFormula, float*, nint, int, int, void> _apply;
    private readonly Surface _output;

    private ConvActivation(ActivationFormula formula, Surface output)
    {
        (_formula, _output) = (formula, output);
        _apply = formula.InPlace<L, V>();
    }

    /// <summary>Gets the activation of a call; one that does nothing if it has none.</summary>
    public static ConvActivation<L, V> Of(Conv2dCall call, float* activations) =>
        call.Epilogue.Activation is { } formula ? new(formula, Surface.Of<L, V>(activations, call.Output)) : default;

    /// <summary>Applies the activation to a rectangle of several outputs, each range from its first to before its end.</summary>
    public void Apply((int First, int End) outputs, (int First, int End) rows, (int First, int End) columns)
    {
        if (_formula is null)
        {
            return;
        }

        float* first = _output.Pointer + rows.First * _output.Pitch + columns.First * _output.Pixel;
        for (int k = outputs.First; k < outputs.End; k++)
        {
            _apply(_formula, first + k * _output.Plane, _output.Pitch, rows.End - rows.First, columns.End - columns.First);
        }
    }
}
