using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>The passes over the intermediate form, in their order. Each is a file of this folder.</summary>
internal static class Passes
{
    /// <summary>Makes the form that kernel calls are emitted from.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">The options of the plan.</param>
    /// <param name="kernels">The kernels.</param>
    /// <param name="isChannelInterleaved">Whether lanes hold channels of one image.</param>
    /// <param name="show">Called with the name of each pass and the form after it; null for nothing.</param>
    public static Form Run(
        Network network, PlanOptions options, KernelSet kernels, bool isChannelInterleaved, Action<string, Form>? show = null)
    {
        (string Name, Func<Form, Form> Run)[] passes =
        [
            (nameof(RemoveUnused), RemoveUnused.Run),
            (nameof(RemoveIdentities), form => RemoveIdentities.Run(form, isChannelInterleaved)),
            (nameof(FoldBatchNorm), FoldBatchNorm.Run),
            (nameof(DeferReLU), DeferReLU.Run),
            (nameof(FuseEpilogue), FuseEpilogue.Run),
            (nameof(FuseScale), FuseScale.Run),
            (nameof(PropagateLayouts), form => isChannelInterleaved ? PropagateLayouts.Run(form, kernels.LaneWidth) : form),
            (nameof(FuseMaxPool), FuseMaxPool.Run),
            (nameof(ConcatInPlace), ConcatInPlace.Run),
            (nameof(MergePointwiseSiblings), MergePointwiseSiblings.Run),
            (nameof(Autodiff), Autodiff.Run),
            (nameof(FuseGradientMask), FuseGradientMask.Run),
        ];
        var form = Form.Of(network, options);
        show?.Invoke(network.Name, form);
        foreach (var (name, run) in passes)
        {
            form = run(form);
            show?.Invoke(name, form);
        }

        return form;
    }
}
