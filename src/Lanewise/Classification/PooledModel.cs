using System.Buffers;
using Lanewise.Engine;

namespace Lanewise;

/// <summary>Writes the input of the network for an image of a call.</summary>
/// <param name="index">The index of the image in the call.</param>
/// <param name="values">Receives (C, H, W) in row-major order.</param>
internal delegate void InputReader(int index, Span<float> values);

/// <summary>
/// A network compiled in one form, in which every image is computed, whether it comes alone or among others: its output is always bitwise
/// the same. Any number of threads may use it at once.
/// </summary>
internal sealed class PooledModel : IDisposable
{
    private readonly CompiledModel _model;
    private readonly SessionPool _sessions;

    /// <summary>Compiles a network and packs its weights.</summary>
    /// <inheritdoc cref="CompiledModel.Compile(Network, Weights, InferenceOptions)" path="/exception"/>
    public PooledModel(Network network, Weights weights, ImageClassifierOptions options)
    {
        var compiled = new InferenceOptions { Algorithm = options.Algorithm, Tuning = options.Tuning };
        // An op without a form for single images computes a whole block, of which one image would fill a single lane.
        BlockImages = CompiledNetwork.Of(network, compiled.ToPlanOptions()).Program.BlockImages;
        _model = CompiledModel.Compile(network, weights, compiled with { BatchSize = BlockImages });
        _sessions = new SessionPool(_model, options.MaxSessions);
    }

    /// <summary>The number of images that a session computes at once: 1, or the number of lanes.</summary>
    public int BlockImages { get; }

    /// <summary>The network.</summary>
    public Network Network => _model.Network;

    /// <summary>The sessions; for tests.</summary>
    public SessionPool Sessions => _sessions;

    /// <summary>Computes the output of one image on the calling thread.</summary>
    public void Infer(ReadOnlySpan<float> values, Span<float> output)
    {
        var session = _sessions.Rent();
        try
        {
            session.Infer(values, output);
        }
        finally
        {
            _sessions.Return(session);
        }
    }

    /// <summary>Computes the outputs of several images on several threads.</summary>
    /// <param name="count">The number of images.</param>
    /// <param name="read">Writes the input of an image; called from several threads at once.</param>
    /// <param name="outputs">Receives the outputs, one after another.</param>
    /// <param name="threads">The maximum number of threads.</param>
    /// <param name="cancellationToken">Stops between two blocks.</param>
    public void Infer(int count, InputReader read, float[] outputs, int threads, CancellationToken cancellationToken = default)
    {
        int blocks = (count + BlockImages - 1) / BlockImages;
        if (blocks <= 1 || threads == 1)
        {
            for (int block = 0; block < blocks; block++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                InferBlock(block, count, read, outputs);
            }

            return;
        }

        ParallelItems.Run(blocks, threads, block => InferBlock(block, count, read, outputs), cancellationToken);
    }

    /// <summary>Ends the sessions; those in use end with their call.</summary>
    public void Dispose()
    {
        _sessions.Dispose();
        _model.Dispose();
    }

    private void InferBlock(int block, int count, InputReader read, float[] outputs)
    {
        int first = block * BlockImages, images = Math.Min(BlockImages, count - first);
        int size = Network.Input.Count, length = Network.OutputCount;
        float[] rented = ArrayPool<float>.Shared.Rent(images * size);
        for (int i = 0; i < images; i++)
        {
            read(first + i, rented.AsSpan(i * size, size));
        }

        Infer(rented.AsSpan(0, images * size), outputs.AsSpan(first * length, images * length));
        ArrayPool<float>.Shared.Return(rented);
    }
}
