namespace Lanewise.Engine;

/// <summary>Where a plan gets its images. It is read from several threads at once, and must not run a plan itself.</summary>
public interface ITensorSource
{
    /// <summary>Writes image <paramref name="index"/>, ready for the network, as C×H×W floats.</summary>
    void Read(int index, Span<float> image);

    /// <summary>The class of image <paramref name="index"/>, 0 to the network's classes − 1.</summary>
    int Label(int index);
}
