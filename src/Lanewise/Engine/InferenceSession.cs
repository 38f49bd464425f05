using Lanewise.Engine;

namespace Lanewise;

/// <summary>
/// The activations of a <see cref="CompiledModel"/> for one caller at a time. All memory is allocated when the session is created, except
/// a copy of the images, which the first call allocates; running it afterwards allocates nothing. Results are written to memory of the
/// caller.
/// </summary>
/// <remarks>
/// A second call while one is running throws: create one session for each concurrent caller; they share the weights of the model. Results
/// are bitwise identical for any number of threads. Disposing ends the threads of the session, unless others use them; a session that is
/// collected ends them too.
/// </remarks>
public sealed class InferenceSession : IDisposable
{
    private readonly Execution _execution;
    private readonly Workers _workers;
    private readonly CallGuard _guard;
    private readonly CopiedImages _images;
    private readonly int[] _firstIndices;

    internal InferenceSession(CompiledModel model, Execution execution, int batchSize, int threads)
    {
        (Model, BatchSize, Threads, _execution) = (model, batchSize, threads, execution);
        _workers = Workers.For(threads);
        _guard = new CallGuard(this, "A session serves one caller at a time: create one for each thread with CompiledModel.CreateSession.");
        _images = new CopiedImages(model.Network.Input.Count);
        _firstIndices = [.. Enumerable.Range(0, batchSize)];
    }

    /// <summary>Gets the model, whose weights all its sessions share.</summary>
    public CompiledModel Model { get; }

    /// <summary>Gets the maximum number of images in a call.</summary>
    public int BatchSize { get; }

    /// <summary>Gets the number of threads, the calling one included.</summary>
    public int Threads { get; }

    /// <summary>Gets the activations of each thread or each block; for tests.</summary>
    internal IReadOnlyList<Kernels.LaneMemory> Activations => _execution.Activations;

    /// <summary>Runs the forward pass on images in memory.</summary>
    /// <param name="images">The prepared images, (N, C, H, W) in row-major order, N at most <see cref="BatchSize"/>.</param>
    /// <param name="output">
    /// Receives the output of the network, (N, C, H, W) in row-major order: for a classifier its logits, (N, classes). It may be longer;
    /// after an exception its content is unchanged.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The images are not a whole number or more than <see cref="BatchSize"/>, or the output is too short.
    /// </exception>
    /// <exception cref="InvalidOperationException">Another call is still running.</exception>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public void Infer(ReadOnlySpan<float> images, Span<float> output)
    {
        int size = Model.Network.Input.Count;
        var (count, rest) = Math.DivRem(images.Length, size);
        if (rest != 0)
        {
            throw new ArgumentException(
                $"{images.Length} values; they must be a whole number of {Model.Network.Input} images of {size} values.", nameof(images));
        }

        CheckCount(count, output, nameof(images));
        using var call = _guard.Enter();
        _images.Set(images, BatchSize);
        Run(_images, _firstIndices.AsSpan(0, count), output);
    }

    /// <summary>Runs the forward pass on images of a source, which is called from all threads of the session at once.</summary>
    /// <param name="source">The source of the images; labels are not read.</param>
    /// <param name="indices">The indices of the images in the source, at most <see cref="BatchSize"/>.</param>
    /// <param name="output">
    /// Receives the output of the network, (N, C, H, W) in row-major order: for a classifier its logits, (N, classes). It may be longer;
    /// after an exception its content is unchanged.
    /// </param>
    /// <exception cref="ArgumentException">There are more indices than <see cref="BatchSize"/>, or the output is too short.</exception>
    /// <exception cref="InvalidOperationException">Another call is still running.</exception>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public void Infer(ITensorSource source, ReadOnlySpan<int> indices, Span<float> output)
    {
        CheckCount(indices.Length, output, nameof(indices));
        using var call = _guard.Enter();
        Run(source, indices, output);
    }

    /// <summary>Ends the threads of the session, unless others use them; running it afterwards throws.</summary>
    public void Dispose()
    {
        if (_guard.Close())
        {
            _workers.Dispose();
        }
    }

    private void Run(ITensorSource source, ReadOnlySpan<int> indices, Span<float> output)
    {
        _execution.Run(_workers, source, indices, BatchMode.Infer);
        _execution.Batch.Output.AsSpan(0, indices.Length * Model.Network.OutputCount).CopyTo(output);
    }

    private void CheckCount(int count, Span<float> output, string parameter)
    {
        if (count > BatchSize)
        {
            throw new ArgumentException($"{count} images; the batch size of the session is {BatchSize}.", parameter);
        }

        if (output.Length < (long)count * Model.Network.OutputCount)
        {
            throw new ArgumentException(
                $"the output has room for {output.Length} values; {count} images have {Model.Network.OutputCount} each.", nameof(output));
        }
    }

    /// <summary>Images in memory of the session, since worker threads cannot read a span of the caller.</summary>
    private sealed class CopiedImages(int size) : ITensorSource
    {
        private float[] _values = [];

        public void Set(ReadOnlySpan<float> images, int capacity)
        {
            if (_values.Length < images.Length)
            {
                _values = new float[checked(capacity * size)];
            }

            images.CopyTo(_values);
        }

        public void Read(int index, Span<float> image) => _values.AsSpan(index * size, size).CopyTo(image);

        public int Label(int index) => 0;
    }
}
