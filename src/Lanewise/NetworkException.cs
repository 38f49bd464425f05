namespace Lanewise;

/// <summary>
/// A network cannot be built, or lacks what an operation needs: a classifier at its end, residual blocks, an op that the engine supports.
/// </summary>
public class NetworkException : LanewiseException
{
    /// <summary>Creates the exception with a one-line message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="network">The network's name, if known.</param>
    /// <param name="nodePath">The path of the node, if the error is about one.</param>
    /// <param name="inner">The cause.</param>
    public NetworkException(string message, string? network = null, string? nodePath = null, Exception? inner = null)
        : base(message, inner) => (Network, NodePath) = (network, nodePath);

    /// <summary>The network's name; null if it is not known.</summary>
    public string? Network { get; }

    /// <summary>The path of the node, for example <c>incep1.branch5x5_2</c>; null if the error is not about a single node.</summary>
    public string? NodePath { get; }
}

/// <summary>A network or input has shapes that do not fit.</summary>
public sealed class ShapeException : NetworkException
{
    /// <inheritdoc cref="NetworkException(string, string?, string?, Exception?)"/>
    public ShapeException(string message, string? network = null, string? nodePath = null, Exception? inner = null)
        : base(message, network, nodePath, inner)
    {
    }
}
