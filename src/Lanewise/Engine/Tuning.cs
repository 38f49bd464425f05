namespace Lanewise.Engine;

/// <summary>What the choice of an algorithm for each convolution rests on.</summary>
public enum Tuning
{
    /// <summary>Estimates from operation counts, and the cache sizes of this machine (the default).</summary>
    Estimate,

    /// <summary>
    /// The same estimates for an assumed processor, so that the plan is the same on every machine. Training, and the evaluations within it,
    /// always take this one.
    /// </summary>
    Reference,

    /// <summary>
    /// Measurements: where several algorithms are estimated to be close, each is timed on this processor when the network is compiled. The
    /// results are kept in the user's cache folder, by processor and shape, so that each is timed once. Only for inference.
    /// </summary>
    Measure,
}
