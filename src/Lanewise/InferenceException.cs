namespace Lanewise;

/// <summary>A network computed values that are not finite: its weights are damaged, or its input is not finite.</summary>
public sealed class InferenceException : LanewiseException
{
    /// <summary>Creates the exception with a one-line message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="network">The network's name, if known.</param>
    /// <param name="inner">The cause.</param>
    public InferenceException(string message, string? network = null, Exception? inner = null) : base(message, inner) => Network = network;

    /// <summary>The network's name; null if it is not known.</summary>
    public string? Network { get; }

    /// <summary>Checks that the outputs of a network are neither NaN nor infinite.</summary>
    /// <param name="output">The outputs.</param>
    /// <param name="network">The network's name.</param>
    /// <exception cref="InferenceException">Some are not finite.</exception>
    internal static void ThrowIfNotFinite(ReadOnlySpan<float> output, string network)
    {
        int bad = 0;
        foreach (float value in output)
        {
            bad += float.IsFinite(value) ? 0 : 1;
        }

        if (bad > 0)
        {
            throw new InferenceException(
                $"{network}: {bad} of {output.Length} outputs are NaN or infinite; the weights are damaged, or the input is not finite. "
                + "Check both, and load or train the weights again.",
                network);
        }
    }
}
