namespace Lanewise.Onnx;

/// <summary>
/// The value of a Pad of zeros that MaxPool reads. ONNX Runtime (1.31 and before) makes such zeros the padding of MaxPool, which is never
/// the maximum, so that negative maxima are wrong; it leaves other values as they are, such as the lowest above zero.
/// </summary>
internal static class PaddedMaxima
{
    private const float AlmostZero = float.Epsilon;

    /// <summary>Returns the value that is written.</summary>
    public static float Written(float value) => value == 0 ? AlmostZero : value;

    /// <summary>Returns the value that a written one stands for.</summary>
    public static float Read(float value) => value == AlmostZero ? 0 : value;
}
