namespace Lanewise.Engine;

/// <summary>
/// The order of all sums over images, and the table of the algorithms of training: what decides the last bits of the weights besides seed,
/// data and settings (docs/internals/numerics.md).
/// </summary>
internal static class SumOrder
{
    /// <summary>
    /// The version, kept with every run. 1: by blocks of the lane width, until 0.2.0. 2: by slots of images, the same on every processor.
    /// 3: other estimates, by which more convolutions of few channels are Winograd, and some of more 2-D instead of 1-D.
    /// </summary>
    public const int Version = 3;

    /// <summary>The maximum number of slots.</summary>
    public const int MaxSlots = Kernels.SlotTree.MaxSlots;
}
