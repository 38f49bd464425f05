using Lanewise.Kernels;

namespace Lanewise.Engine;

// The backward pass, its gradients, and their use by an optimizer.
public sealed partial class Plan
{
    /// <summary>
    /// Runs the forward and backward pass, adds the gradients of the mean cross-entropy to <see cref="Gradients"/>, and sets
    /// <see cref="Losses"/> and <see cref="Predictions"/>.
    /// </summary>
    /// <param name="source">The source of the images and labels.</param>
    /// <param name="indices">The indices of the images in the source, at most <see cref="PlanOptions.BatchSize"/>.</param>
    /// <param name="step">The index of the training step, which together with <see cref="PlanOptions.Seed"/> seeds dropout.</param>
    /// <exception cref="ArgumentException">There are more indices than <see cref="PlanOptions.BatchSize"/>.</exception>
    /// <exception cref="InvalidOperationException">
    /// The plan was not compiled for training, no weights were set, or another call is still running.
    /// </exception>
    /// <exception cref="LanewiseException">The output of the network is not a row of logits, or a label is out of range.</exception>
    /// <remarks>After an exception during the run, all gradients accumulated so far are discarded.</remarks>
    public void ComputeGradients(ITensorSource source, ReadOnlySpan<int> indices, long step = 0)
    {
        ArgumentNullException.ThrowIfNull(source);
        ComputeScaledGradients(source, indices, LossScale.Of(indices.Length, Divisor(source, indices)), step);
    }

    /// <summary>Runs the forward and backward pass with the scale of a mean that may be over more images than these.</summary>
    /// <param name="source">The source of the images and labels.</param>
    /// <param name="indices">The indices of the images in the source, at most <see cref="PlanOptions.BatchSize"/>.</param>
    /// <param name="scale">The scale.</param>
    /// <param name="step">The index of the training step, which together with <see cref="PlanOptions.Seed"/> seeds dropout.</param>
    /// <param name="place">The place of the first image in the step.</param>
    internal void ComputeScaledGradients(ITensorSource source, ReadOnlySpan<int> indices, LossScale scale, long step, int place = 0)
    {
        if (!Options.Training)
        {
            throw new InvalidOperationException("this plan was compiled without gradients; set PlanOptions.Training.");
        }

        RequireLogits();
        using var call = _guard.Enter();
        _execution.Run(_workers, source, indices, BatchMode.Train, scale, step, place);
    }

    /// <summary>Computes what the mean loss of images divides by: their number or, with class weights, the sum of these.</summary>
    /// <exception cref="DatasetException">A label is out of range.</exception>
    internal double Divisor(ITensorSource source, ReadOnlySpan<int> indices) => _execution.Batch.Targets.Divisor(source, indices);

    /// <summary>Returns the class of an image of the last batch: of a mixed image, the one of the larger share.</summary>
    internal int LabelOf(int image) => _execution.Batch.Targets.Label(image);

    /// <summary>Copies out the gradients accumulated since the last optimizer step or call of <see cref="DiscardGradients"/>.</summary>
    /// <returns>The gradients of the trained parameters, by parameter name.</returns>
    /// <exception cref="InvalidOperationException">Another call is still running.</exception>
    public Weights Gradients()
    {
        using var call = _guard.Enter();
        if (_execution.Slots is [var only])
        {
            return Layout.UnpackTrained(only);
        }

        LaneMemory[] copies = [.. _execution.Slots.Select(slot => slot.Copy())];
        _compiled.Kernels.CollectGradients(copies, 0, Layout.GradientFloats);
        return Layout.UnpackTrained(copies[0]);
    }

    /// <summary>Zeroes the accumulated gradients.</summary>
    /// <exception cref="InvalidOperationException">Another call is still running.</exception>
    public void DiscardGradients()
    {
        using var call = _guard.Enter();
        _execution.DiscardGradients();
        _held?.Clear();
    }

    /// <summary>Takes the gradients of a batch of a step that has several, so that those of the next one are computed alone.</summary>
    internal void HoldGradients()
    {
        using var call = _guard.Enter();
        _held ??= new HeldGradients(Layout.GradientFloats, Options.BatchesPerStep);
        _held.Add(_workers, _compiled.Kernels, _execution.Slots);
    }

    /// <summary>Puts the sum of the gradients that were held in place of those of the last batch.</summary>
    internal void ReturnHeldGradients()
    {
        using var call = _guard.Enter();
        _held!.Return(_workers, _execution.Slots);
    }

    private ParameterLayout Layout => _compiled.Parameters;

    private Span<float> BuffersOf(LaneMemory weights) =>
        weights.Slice(Layout.GradientFloats, Layout.VariableFloats - Layout.GradientFloats);

    /// <summary>Applies the accumulated gradients with one optimizer step and zeroes them.</summary>
    internal void Apply(OptimizerWork update)
    {
        using var call = _guard.Enter();
        _weights.MarkChanged();
        update.Run(_workers, _compiled.Kernels, _weights.Memory, _execution.Slots, Layout.TrainedFloats, Layout.VariableFloats);
    }

    /// <summary>Returns the ranges of the trained parameters by group, ascending.</summary>
    /// <param name="groupOf">The index of the group of a parameter, by its name.</param>
    internal IReadOnlyList<UpdateRange> RangesOf(Func<string, int> groupOf) => Layout.RangesOf(groupOf);

    /// <summary>Returns the updates of trained parameters as matrices; null if there are none.</summary>
    /// <param name="groupOf">The index of the group of a parameter that is updated as a matrix, by its name; null for others.</param>
    internal MatrixUpdates? MatricesOf(Func<string, int?> groupOf)
    {
        (ParameterSpec, ParameterLocation, int)[] matrices =
            [.. from p in Layout.Trained let g = groupOf(p.Name) where g is not null select (p, Layout.LocationOf(p), g.Value)];
        return matrices.Length == 0 ? null : new(matrices, Options.Threads);
    }

    /// <summary>Copies the running statistics out, which a run in training changes.</summary>
    internal float[] SaveBuffers() => BuffersOf(_weights.Memory).ToArray();

    /// <summary>Copies running statistics in.</summary>
    internal void LoadBuffers(float[] buffers) => buffers.CopyTo(BuffersOf(_weights.Memory));

    /// <summary>Allocates memory for an average of the weights, in their layout.</summary>
    internal LaneMemory AllocateAverage() => new(Layout.Floats);

    /// <summary>Sets an average to the current weights.</summary>
    internal void RestartAverage(LaneMemory average)
    {
        using var call = _guard.Enter();
        _weights.Memory.Slice(0, average.Length).CopyTo(average.Slice(0, average.Length));
    }

    /// <summary>Copies an average of the weights, with their buffers, out.</summary>
    internal Weights SaveAverage(LaneMemory average) => Layout.Unpack(average, _loaded);

    /// <summary>Copies an average of the weights, with their buffers, in.</summary>
    /// <exception cref="LanewiseException">A name or a shape does not match the network.</exception>
    internal void LoadAverage(Weights weights, LaneMemory average) => Layout.Pack(weights, average);

    /// <summary>Allocates memory in the layout of the trained weights, for the state of an optimizer.</summary>
    internal LaneMemory AllocateLikeWeights() => new(Layout.TrainedFloats);

    /// <summary>Copies the state of an optimizer out, by name of the trained parameter.</summary>
    internal Weights SaveState(LaneMemory memory) => Layout.UnpackTrained(memory);

    /// <summary>Copies the state of an optimizer in.</summary>
    /// <exception cref="LanewiseException">The state does not belong to the parameters that this plan trains.</exception>
    internal void LoadState(Weights state, LaneMemory memory)
    {
        var mismatches = Layout.Trained.Select(p => $"{p.Name} ({p.ShapeText})").ToHashSet(StringComparer.Ordinal);
        mismatches.SymmetricExceptWith(state.Tensors.Select(t => $"{t.Name} ({t.ShapeText})"));
        if (mismatches.Count > 0)
        {
            throw new ModelFormatException(
                $"{Network.Name}: only one of the network's trained parameters and the optimizer's state has {mismatches.First()}; "
                + "train the same parameters as before.",
                ModelFormatError.Mismatch);
        }

        Layout.PackTrained(state, memory);
    }

    /// <summary>
    /// Runs the forward pass, and the backward pass from a given gradient of the output: the gradients of Σ outputGradient · output. Sets
    /// <see cref="Output"/> and, where compiled for it, <see cref="InputGradients"/>, and adds to <see cref="Gradients"/>.
    /// </summary>
    /// <param name="outputGradient">The gradient of the output, (N, C, H, W) in row-major order.</param>
    /// <param name="source">The source of the images; labels are not read.</param>
    /// <param name="indices">The indices of the images in the source, at most <see cref="PlanOptions.BatchSize"/>.</param>
    /// <exception cref="InvalidOperationException">
    /// The plan was compiled without a backward pass, no weights were set, or another call is still running.
    /// </exception>
    /// <exception cref="ArgumentException">The gradient has too few values, or there are more indices than the batch size.</exception>
    public void ComputeGradientsFrom(float[] outputGradient, ITensorSource source, ReadOnlySpan<int> indices)
    {
        ArgumentNullException.ThrowIfNull(outputGradient);
        if (!Options.HasBackward)
        {
            throw new InvalidOperationException(
                "this plan was compiled without gradients; set PlanOptions.Training or PlanOptions.InputGradient.");
        }

        if (outputGradient.Length < indices.Length * Network.OutputCount)
        {
            throw new ArgumentException(
                $"{outputGradient.Length} values; {indices.Length} images have {Network.OutputCount} each", nameof(outputGradient));
        }

        using var call = _guard.Enter();
        _execution.Batch.OutputGradient = outputGradient;
        _execution.Run(_workers, source, indices, BatchMode.FromGradient);
    }

    /// <summary>
    /// The gradient of the input, (N, C, H, W) in row-major order; empty unless <see cref="PlanOptions.InputGradient"/> is set,
    /// and after a run without a backward pass.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another call is still running.</exception>
    public ReadOnlySpan<float> InputGradients =>
        Results is var results && results.HasInputGradients ? results.InputGradients.AsSpan(0, results.Count * Network.Input.Count) : [];
}
