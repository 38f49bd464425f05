using Lanewise.Engine;
using Lanewise.Kernels;

namespace Lanewise.Analysis;

/// <summary>A kernel call of a plan.</summary>
/// <param name="Layer">The path of the layer; for several, that of the first and the number of the others.</param>
/// <param name="Kernel">The kernel, for example <c>Conv2d.BackwardInput</c>.</param>
/// <param name="Tile">A convolution's algorithm and tile, outputs × pixels; null for other kernels.</param>
/// <param name="Choice">How the algorithm of a convolution was chosen; null for other kernels.</param>
internal sealed record PlannedCall(string Layer, string Kernel, string? Tile, PlannedChoice? Choice);

/// <summary>How the algorithm of a convolution was chosen.</summary>
/// <param name="Algorithm">The algorithm.</param>
/// <param name="Reason">What the choice rests on: <c>only</c>, <c>option</c>, <c>estimate</c> or <c>measurement</c>.</param>
/// <param name="Candidates">The algorithms that apply, with their costs relative to that of the direct sum, which comes first.</param>
internal sealed record PlannedChoice(string Algorithm, string Reason, IReadOnlyList<(string Algorithm, double Cost)> Candidates);

/// <summary>A value of a plan.</summary>
/// <param name="Name">Its name: the path of a node, in brackets of <c>d(…)</c> for a gradient.</param>
/// <param name="Shape">The shape for one image.</param>
/// <param name="Bytes">The memory that it takes for a block of images; 0 for a part of another value.</param>
/// <param name="Life">The first and the last node that uses it.</param>
/// <param name="Whole">The value that it is a part of; null for none.</param>
internal sealed record PlannedValue(string Name, Shape Shape, long Bytes, Lifetime Life, string? Whole);

/// <summary>A compiled plan in numbers and words, without weights or activations: nothing of it is run.</summary>
internal sealed class PlanDescription
{
    private readonly BlockProgram _program;
    private readonly PlanOptions _options;

    /// <summary>Compiles a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">The options of the plan.</param>
    /// <exception cref="LanewiseException">An option is out of range, or the network needs more memory than there is.</exception>
    public PlanDescription(Network network, PlanOptions options)
    {
        var compiled = CompiledNetwork.Of(network, options);
        (_program, _options, Network) = (compiled.Program, compiled.Options, network);
        Values = [.. _program.Memory.Lives.Select(Describe)];
    }

    /// <summary>The network.</summary>
    public Network Network { get; }

    /// <summary>The number of floats in a vector.</summary>
    public int LaneWidth => _program.Kernels.LaneWidth;

    /// <summary>Whether a vector holds channels of one image, instead of one channel of many images.</summary>
    public bool IsChannelInterleaved => _program.Form.IsChannelInterleaved;

    /// <summary>The images of a block.</summary>
    public int BlockImages => _program.BlockImages;

    /// <summary>The blocks of a batch.</summary>
    public int Blocks => _program.BlocksOf(_options.BatchSize);

    /// <summary>Whether all blocks run through a layer before the next one starts.</summary>
    public bool IsLayerByLayer => _program.IsLayerByLayer;

    /// <summary>Whether batch norm in training makes the results of an image depend on the whole batch.</summary>
    public bool CouplesImages => _program.CouplesImages;

    /// <summary>The images of a slot, and the number of slots whose gradients are summed; null without a backward pass.</summary>
    public (int Images, int Count)? Slots => _options.HasBackward ? (_program.Slots.Images, _program.Slots.Count) : null;

    /// <summary>The kernel calls of the forward pass, in order.</summary>
    public IReadOnlyList<PlannedCall> Forward => Describe(_program.Forward);

    /// <summary>The kernel calls of the backward pass, in order.</summary>
    public IReadOnlyList<PlannedCall> Backward => Describe(_program.Backward);

    /// <summary>The values, in order of their first use.</summary>
    public IReadOnlyList<PlannedValue> Values { get; }

    /// <summary>The bytes of the packed weights.</summary>
    public long WeightBytes => Bytes(_program.Parameters.Floats);

    /// <summary>The bytes of the weights that Winograd transforms.</summary>
    public long TransformedBytes => Bytes(_program.WeightFloats - _program.Parameters.Floats);

    /// <summary>The bytes of the activations and gradients of a block.</summary>
    public long BlockBytes => Bytes(_program.ActivationFloats);

    /// <summary>The bytes that the values of a block would take if none shared memory.</summary>
    public long UnsharedBytes => Values.Sum(value => value.Bytes);

    /// <summary>The bytes of scratch memory of a thread.</summary>
    public long ScratchBytes => Bytes(_program.ScratchFloats);

    /// <summary>The bytes of a set of gradients of the weights; 0 without a backward pass.</summary>
    public long GradientBytes => _options.HasBackward ? Bytes(_program.Parameters.GradientFloats) : 0;

    /// <summary>Returns the intermediate form before the first pass and after each one, as text.</summary>
    public IReadOnlyList<(string Pass, string Form)> Passes()
    {
        var forms = new List<(string, string)>();
        Engine.Passes.Run(
            Network, _options, _program.Kernels, IsChannelInterleaved, (pass, form) => forms.Add((pass, FormText.Of(form))));
        return forms;
    }

    private static PlannedCall[] Describe(Step[] steps) =>
        [.. steps.Select(step => new PlannedCall(step.Path, step.Kernel, step.Tile, step.Choice is { } choice ? Describe(choice) : null))];

    private static PlannedChoice Describe(Conv2dChoice choice) => new(
        choice.Chosen.Name,
        choice.Reason switch
        {
            ChoiceReason.Only => "only",
            ChoiceReason.Option => "option",
            ChoiceReason.Measurement => "measurement",
            _ => "estimate",
        },
        [.. choice.Candidates.Select(candidate => (candidate.Name, candidate.Cost / choice.Candidates[0].Cost))]);

    private static long Bytes(long floats) => floats * sizeof(float);

    private PlannedValue Describe(KeyValuePair<Value, Lifetime> pair)
    {
        string? whole = _program.Form.Slices.TryGetValue(pair.Key, out var slice) ? slice.Whole.Name : null;
        long vectors = whole is null ? _program.Memory.At(pair.Key).Size : 0;
        return new(pair.Key.Name, pair.Key.Shape, Bytes(vectors * LaneWidth), pair.Value, whole);
    }
}
