namespace Lanewise.Pickles;

/// <summary>Data that a reader looks for in a pickle, such as a tensor.</summary>
internal interface IPickleData;

/// <summary>
/// A class or function that is unknown, or an object that it would have made: never resolved, never called, kept by its name only.
/// </summary>
/// <param name="type">The name of the class, or of the function that would make the object.</param>
internal sealed class PickleOpaque(string type)
{
    /// <summary>The name, with its module.</summary>
    public string Type => type;

    /// <summary>Whether data that the reader looks for lie in the object, so that only its class knows what they are.</summary>
    public bool HoldsData { get; set; }

    /// <summary>Adds values to what lies in an object that is skipped; they are not kept.</summary>
    /// <returns>Whether the object is one that is skipped.</returns>
    public static bool Absorb(object? target, params ReadOnlySpan<object?> values)
    {
        if (target is PickleOpaque opaque)
        {
            foreach (object? value in values)
            {
                opaque.HoldsData |= PickleContainer.HasData(value);
            }
        }
        return target is PickleOpaque or PickleOther;
    }

    /// <summary>Returns the object that a call of this name would make.</summary>
    public PickleOpaque Make(PickleList arguments)
    {
        // These create an object of the class that is their first argument.
        string made = type is "copyreg._reconstructor" or "copy_reg._reconstructor" or "copyreg.__newobj__"
            && arguments.Items is [PickleOpaque own, ..] ? own.Type : NameOf(type);
        return new PickleOpaque(made) { HoldsData = arguments.HoldsData };
    }

    private static string NameOf(string function) => function switch
    {
        "numpy.core.multiarray._reconstruct" or "numpy._core.multiarray._reconstruct" => "numpy.ndarray",
        "numpy.core.numeric._frombuffer" or "numpy._core.numeric._frombuffer" => "numpy.ndarray",
        "numpy.core.multiarray.scalar" or "numpy._core.multiarray.scalar" => "numpy scalar",
        _ => function,
    };
}
