using System.Runtime.InteropServices;

namespace Lanewise.Engine;

/// <summary>What the loss of a training image is computed for: two classes, as after mixup or cutmix.</summary>
/// <param name="Label">The class of the larger share, against which the accuracy counts.</param>
/// <param name="Other">The other class; it may be the same.</param>
/// <param name="Share">The share of <paramref name="Label"/>, 0 to 1; that of <paramref name="Other"/> is the rest.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SoftTarget(int Label, int Other, float Share);

/// <summary>A source whose training images may each belong to two classes.</summary>
internal interface ISoftTargetSource : ITensorSource
{
    /// <summary>
    /// Whether images are mixed. If not, <see cref="ITensorSource.Label"/> is read instead, and class weights divide by their sum over the
    /// batch, as torch.nn.CrossEntropyLoss does for labels; for mixed targets it divides by the number of images.
    /// </summary>
    bool IsMixed { get; }

    /// <summary>Returns the target of the image at <paramref name="index"/>, which has been read before.</summary>
    /// <param name="index">The index of the image.</param>
    SoftTarget Target(int index);

    /// <summary>Returns the index of the sample behind an index, for messages: one sample may come under several indices.</summary>
    /// <param name="index">The index of the image.</param>
    int SampleOf(int index) => index;
}
