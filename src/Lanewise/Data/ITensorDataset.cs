namespace Lanewise;

/// <summary>
/// A labelled dataset of float arrays that enter a network unchanged: values that are normalized already, of any number of channels.
/// Implementations are thread-safe for reading.
/// </summary>
public interface ITensorDataset : IDataset
{
    /// <summary>(C, H, W) of every sample.</summary>
    Shape Shape { get; }

    /// <summary>Copies sample <paramref name="index"/>, (C, H, W) in row-major order, into <paramref name="values"/>.</summary>
    void Read(int index, Span<float> values);
}
