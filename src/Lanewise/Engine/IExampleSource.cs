namespace Lanewise.Engine;

/// <summary>Where a plan gets its pictures. It is read from several threads at once.</summary>
public interface IExampleSource
{
    /// <summary>Writes picture <paramref name="index"/>, ready for the network, as C×H×W floats.</summary>
    void Read(int index, Span<float> picture);

    /// <summary>The class of picture <paramref name="index"/>.</summary>
    int Label(int index);
}
