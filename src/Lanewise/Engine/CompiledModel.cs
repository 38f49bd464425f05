using Lanewise.Engine;

namespace Lanewise;

/// <summary>
/// A network compiled for inference, with its packed weights. Immutable and thread-safe: the weights exist once, and any number of
/// <see cref="InferenceSession"/>s read them at the same time.
/// </summary>
/// <remarks>
/// The network runs in evaluation mode: batch norm uses its running statistics, and dropout is inactive. Disposing is optional: it refuses
/// further sessions, and lets the threads end with the last session; existing sessions remain usable.
/// </remarks>
/// <example>
/// <code>
/// using var model = CompiledModel.Compile(network, weights, new InferenceOptions { BatchSize = 1 });
/// using var session = model.CreateSession();     // one for each concurrent caller
/// session.Infer(image, logits);
/// </code>
/// </example>
public sealed class CompiledModel : IDisposable
{
    private readonly CompiledNetwork _compiled;
    private readonly PackedWeights _weights;
    private readonly Workers _workers;
    private int _isDisposed;

    private CompiledModel(CompiledNetwork compiled, Weights weights)
    {
        _compiled = compiled;
        _weights = new PackedWeights(compiled);
        _weights.Set(weights);
        _workers = Workers.For(compiled.Options.Threads);
        for (var part = _weights; part is not null; part = part.Remainder)
        {
            part.Transform(_workers);
        }
    }

    /// <summary>Gets the compiled network.</summary>
    public Network Network => _compiled.Network;

    /// <summary>Gets the maximum number of images in a call of a session.</summary>
    public int BatchSize => _compiled.Options.BatchSize;

    /// <summary>Gets the maximum number of threads of a session.</summary>
    public int Threads => _compiled.Options.Threads;

    /// <summary>Gets the number of floats in a SIMD vector.</summary>
    public int LaneWidth => _compiled.Kernels.LaneWidth;

    /// <summary>Gets the number of bytes of the packed weights, which all sessions share.</summary>
    public long WeightBytes
    {
        get
        {
            long bytes = 0;
            for (var part = _weights; part is not null; part = part.Remainder)
            {
                bytes += (long)part.Memory.Length * sizeof(float);
            }

            return bytes;
        }
    }

    /// <summary>Gets the compiled form; for tests.</summary>
    internal CompiledNetwork Compiled => _compiled;

    /// <summary>Gets the packed weights; for tests.</summary>
    internal PackedWeights Weights => _weights;

    /// <summary>Compiles a network and packs its weights.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">The weights, matched by name; they are copied.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The model.</returns>
    /// <exception cref="InvalidOptionException">An option is out of range, or memory does not suffice for the batch.</exception>
    /// <exception cref="ShapeException">Memory does not suffice for a single image.</exception>
    /// <exception cref="NetworkException">An op is not supported.</exception>
    /// <exception cref="LanewiseException">A name or a shape of the weights does not match the network.</exception>
    public static CompiledModel Compile(Network network, Weights weights, InferenceOptions? options = null) =>
        Compile(network, weights, (options ?? new()).ToPlanOptions());

    /// <summary>Creates a session: activations of its own, for one caller at a time.</summary>
    /// <param name="batchSize">The maximum number of images in a call, at most <see cref="BatchSize"/>; null for that number.</param>
    /// <param name="threads">The number of threads, at most <see cref="Threads"/>; null for that number.</param>
    /// <returns>The session.</returns>
    /// <exception cref="InvalidOptionException">An option is out of range, or memory does not suffice.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public InferenceSession CreateSession(int? batchSize = null, int? threads = null)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        Check(batchSize, BatchSize, nameof(InferenceOptions.BatchSize), "batch size");
        Check(threads, Threads, nameof(InferenceOptions.Threads), "threads");
        var (images, workers) = (batchSize ?? BatchSize, threads ?? Threads);
        return MemoryCheck.Allocate(
            Network, images, () => new InferenceSession(this, new Execution(_compiled, _weights, images, workers), images, workers));
    }

    /// <summary>Refuses further sessions, and lets the threads end with the last session. Existing sessions remain usable.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _workers.Dispose();
        }
    }

    /// <summary>Compiles a network with all options of the engine; for tests.</summary>
    internal static CompiledModel Compile(Network network, Weights weights, PlanOptions options)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var compiled = CompiledNetwork.Of(network, options);
        return MemoryCheck.Allocate(network, options.BatchSize, () => new CompiledModel(compiled, weights));
    }

    private void Check(int? value, int max, string option, string name)
    {
        if (value < 1 || value > max)
        {
            throw new InvalidOptionException(
                $"{Network.Name}: {name} {value} of a session: it must be from 1 to {max}, that of the compiled model.", option, value);
        }
    }
}
