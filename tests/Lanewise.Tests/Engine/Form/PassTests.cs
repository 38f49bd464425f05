using Lanewise.Engine;
using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>What each pass makes of the form before it, as text.</summary>
public sealed class PassTests
{
    private static readonly Shape Image = new(3, 8, 8);
    private static readonly PlanOptions Inference = new() { BatchSize = 16 }, Training = Inference with { Training = true };

    [Fact]
    public void RemoveUnused_leaves_out_what_no_output_depends_on_but_not_in_training() => AssertPass(
        nameof(RemoveUnused), Inference, Join(x => x.Conv2d("a", 4, 1), a =>
        {
            a.Conv2d("unused", 2, 1);
            return a.MaxPool2d(2);
        }), """
        input 3×8×8
        a = Conv2d(input) 4×8×8
        unused = Conv2d(a) 2×8×8
        maxpool2d1 = MaxPool2d(a) 4×4×4
        """, """
        input 3×8×8
        a = Conv2d(input) 4×8×8
        maxpool2d1 = MaxPool2d(a) 4×4×4
        """);

    [Fact]
    public void RemoveIdentities_leaves_out_dropout_in_evaluation() => AssertPass(
        nameof(RemoveIdentities), Inference, x => x.Conv2d("a", 4, 1).Dropout().Flatten().Dropout().Linear("fc", 2), """
        input 3×8×8
        a = Conv2d(input) 4×8×8
        dropout1 = Dropout(a) 4×8×8
        flatten1 = Flatten(dropout1) 256×1×1
        dropout2 = Dropout(flatten1) 256×1×1
        fc = Linear(dropout2) 2×1×1
        """, """
        input 3×8×8
        a = Conv2d(input) 4×8×8
        flatten1 = Flatten(a) 256×1×1
        fc = Linear(flatten1) 2×1×1
        """);

    [Fact]
    public void FoldBatchNorm_folds_into_the_weights_of_a_convolution_that_nothing_else_reads() => AssertPass(
        nameof(FoldBatchNorm), Inference,
        Join(x => x.Conv2d("a", 4, 1).BatchNorm2d("bn1"), a => a.Add(a.Conv2d("b", 4, 1)).BatchNorm2d("bn2")), """
        input 3×8×8
        a = Conv2d(input) 4×8×8
        bn1 = BatchNorm2d(a) 4×8×8
        b = Conv2d(bn1) 4×8×8
        add1 = Add(bn1, b) 4×8×8
        bn2 = BatchNorm2d(add1) 4×8×8
        """, """
        input 3×8×8
        bn1 = Conv2d a(input), bn1 folded 4×8×8
        b = Conv2d(bn1) 4×8×8
        add1 = Add(bn1, b) 4×8×8
        bn2 = BatchNorm2d(add1) 4×8×8
        """);

    [Fact]
    public void DeferReLU_moves_a_ReLU_behind_the_max_pooling_that_alone_reads_it() => AssertPass(
        nameof(DeferReLU), Training, x => x.Conv2d("a", 4, 1).ReLU().MaxPool2d(2).ReLU(), """
        input 3×8×8
        a = Conv2d(input) 4×8×8
        relu1 = ReLU(a) 4×8×8
        maxpool2d1 = MaxPool2d(relu1) 4×4×4
        relu2 = ReLU(maxpool2d1) 4×4×4
        """, """
        input 3×8×8
        a = Conv2d(input) 4×8×8
        maxpool2d1 = MaxPool2d(a), ReLU 4×4×4
        relu2 = ReLU(maxpool2d1) 4×4×4
        """);

    [Fact]
    public void FuseEpilogue_fuses_sum_and_ReLU_of_a_residual_block() => AssertPass(
        nameof(FuseEpilogue), Training,
        Join(x => x.Conv2d("a", 4, 1).ReLU(), a => a.Conv2d("b", 4, 3, padding: 1).Add(a).ReLU()), """
        input 3×8×8
        a = Conv2d(input) 4×8×8
        relu1 = ReLU(a) 4×8×8
        b = Conv2d(relu1) 4×8×8
        add1 = Add(b, relu1) 4×8×8
        relu2 = ReLU(add1) 4×8×8
        """, """
        input 3×8×8
        relu1 = Conv2d a(input), ReLU 4×8×8
        relu2 = Conv2d b(relu1) + relu1, ReLU 4×8×8
        """);

    [Fact]
    public void FuseEpilogue_fuses_other_activations_without_a_backward_pass() => AssertPass(
        nameof(FuseEpilogue), Inference,
        Join(x => x.Conv2d("a", 4, 1).SiLU(), a => a.Conv2d("b", 4, 3, padding: 1).Add(a).Hardswish().Sigmoid()), """
        input 3×8×8
        a = Conv2d(input) 4×8×8
        silu1 = SiLU(a) 4×8×8
        b = Conv2d(silu1) 4×8×8
        add1 = Add(b, silu1) 4×8×8
        hardswish1 = Hardswish(add1) 4×8×8
        sigmoid1 = Sigmoid(hardswish1) 4×8×8
        """, """
        input 3×8×8
        silu1 = Conv2d a(input), SiLU 4×8×8
        hardswish1 = Conv2d b(silu1) + silu1, Hardswish 4×8×8
        sigmoid1 = Sigmoid(hardswish1) 4×8×8
        """);

    [Fact]
    public void FuseScale_multiplies_by_a_factor_for_each_channel_without_expanding_it() => AssertPass(
        nameof(FuseScale), Inference,
        x => x.AdaptiveAvgPool2d(1).Conv2d("squeeze", 3, 1).Expand(new Shape(3, 8, 8)).Mul(x), """
        input 3×8×8
        adaptiveavgpool2d1 = AdaptiveAvgPool2d(input) 3×1×1
        squeeze = Conv2d(adaptiveavgpool2d1) 3×1×1
        expand1 = Expand(squeeze) 3×8×8
        mul1 = Mul(expand1, input) 3×8×8
        """, """
        input 3×8×8
        adaptiveavgpool2d1 = AdaptiveAvgPool2d(input) 3×1×1
        squeeze = Conv2d(adaptiveavgpool2d1) 3×1×1
        mul1 = Mul(input, squeeze) 3×8×8
        """);

    [Fact]
    public void FuseMaxPool_fuses_into_a_convolution_without_a_backward_pass() => AssertPass(
        nameof(FuseMaxPool), Inference, x => x.Conv2d("a", 4, 3).ReLU().MaxPool2d(2), """
        input 3×8×8
        a = Conv2d(input) 4×6×6
        maxpool2d1 = MaxPool2d(a), ReLU 4×3×3
        """, """
        input 3×8×8
        maxpool2d1 = Conv2d a(input), ReLU, maxpool2d1 4×3×3
        """);

    [Fact]
    public void ConcatInPlace_lets_branches_that_nothing_else_reads_write_their_slice() => AssertPass(
        nameof(ConcatInPlace), Training,
        Join(x => x.Conv2d("a", 4, 1), a => a.Conv2d("b", 5, 1).Concat(a, a.Conv2d("c", 6, 1))), """
        input 3×8×8
        a = Conv2d(input) 4×8×8
        b = Conv2d(a) 5×8×8
        c = Conv2d(a) 6×8×8
        concat1 = Concat(b, a, c) 15×8×8
        """, """
        input 3×8×8
        a = Conv2d(input) 4×8×8
        b = Conv2d(a) 5×8×8, in concat1 from 0
        c = Conv2d(a) 6×8×8, in concat1 from 9
        concat1 = Concat(b, a, c) 15×8×8
        """);

    [Fact]
    public void MergePointwiseSiblings_puts_1x1_convolutions_of_one_value_together() => AssertPass(
        nameof(MergePointwiseSiblings), Training, x => x.Conv2d("a", 4, 1).ReLU().Concat(
            x.Conv2d("b", 5, 1).Conv2d("d", 2, 3, padding: 1), x.Conv2d("c", 6, 1), x.Conv2d("e", 2, 3, padding: 1)), """
        input 3×8×8
        relu1 = Conv2d a(input), ReLU 4×8×8, in concat1 from 0
        b = Conv2d(input) 5×8×8
        d = Conv2d(b) 2×8×8, in concat1 from 4
        c = Conv2d(input) 6×8×8, in concat1 from 6
        e = Conv2d(input) 2×8×8, in concat1 from 12
        concat1 = Concat(relu1, d, c, e) 14×8×8
        """, """
        input 3×8×8
        relu1 = Conv2d a(input), ReLU 4×8×8, in concat1 from 0; b = Conv2d(input) 5×8×8; c = Conv2d(input) 6×8×8, in concat1 from 6
        d = Conv2d(b) 2×8×8, in concat1 from 4
        e = Conv2d(input) 2×8×8, in concat1 from 12
        concat1 = Concat(relu1, d, c, e) 14×8×8
        """);

    [Fact]
    public void Autodiff_accumulates_passes_on_and_masks_explicitly() => AssertPass(
        nameof(Autodiff), Training,
        Join(x => x.Conv2d("a", 4, 1).ReLU(), a => a.Conv2d("b", 4, 3, padding: 1).Add(a).ReLU().MaxPool2d(2)), """
        input 3×8×8
        relu1 = Conv2d a(input), ReLU 4×8×8
        add1 = Conv2d b(relu1) + relu1 4×8×8
        maxpool2d1 = MaxPool2d(add1), ReLU 4×4×4
        """, """
        input 3×8×8
        relu1 = Conv2d a(input), ReLU 4×8×8
        add1 = Conv2d b(relu1) + relu1 4×8×8
        maxpool2d1 = MaxPool2d(add1), ReLU, saved(maxpool2d1) 4×4×4
        d(add1) = MaxPool2d.BackwardInput maxpool2d1(d(maxpool2d1), saved(maxpool2d1))
        weights of b += Conv2d.BackwardWeights(d(add1), relu1)
        d(relu1) = Conv2d.BackwardInput b(d(add1))
        d(relu1) += d(add1)
        d(relu1) masked by relu1
        weights of a += Conv2d.BackwardWeights(d(relu1), input)
        """);

    [Fact]
    public void Autodiff_goes_back_no_further_than_the_first_trained_layer() => AssertPass(
        nameof(Autodiff), Training with { IsTrainable = name => name.StartsWith("fc", StringComparison.Ordinal) },
        x => x.Conv2d("a", 4, 1).Flatten().Linear("fc", 2), """
        input 3×8×8
        a = Conv2d(input) 4×8×8
        flatten1 = Flatten(a) 256×1×1
        fc = Linear(flatten1) 2×1×1
        """, """
        input 3×8×8
        a = Conv2d(input) 4×8×8
        flatten1 = Flatten(a) 256×1×1
        fc = Linear(flatten1) 2×1×1
        weights of fc += Linear.BackwardWeights(d(fc), flatten1)
        """);

    [Fact]
    public void FuseGradientMask_masks_in_the_convolution_that_writes_the_gradient_last() => AssertPass(
        nameof(FuseGradientMask), Training, x => x.Conv2d("a", 4, 1).ReLU().Conv2d("b", 4, 1).ReLU().AvgPool2d(2), """
        input 3×8×8
        relu1 = Conv2d a(input), ReLU 4×8×8
        relu2 = Conv2d b(relu1), ReLU 4×8×8
        avgpool2d1 = AvgPool2d(relu2) 4×4×4
        d(relu2) = AvgPool2d.BackwardInput avgpool2d1(d(avgpool2d1))
        d(relu2) masked by relu2
        weights of b += Conv2d.BackwardWeights(d(relu2), relu1)
        d(relu1) = Conv2d.BackwardInput b(d(relu2))
        d(relu1) masked by relu1
        weights of a += Conv2d.BackwardWeights(d(relu1), input)
        """, """
        input 3×8×8
        relu1 = Conv2d a(input), ReLU 4×8×8
        relu2 = Conv2d b(relu1), ReLU 4×8×8
        avgpool2d1 = AvgPool2d(relu2) 4×4×4
        d(relu2) = AvgPool2d.BackwardInput avgpool2d1(d(avgpool2d1))
        d(relu2) masked by relu2
        weights of b += Conv2d.BackwardWeights(d(relu2), relu1)
        d(relu1) = Conv2d.BackwardInput b(d(relu2)) masked by relu1
        weights of a += Conv2d.BackwardWeights(d(relu1), input)
        """);

    [Fact]
    public void Lanes_of_channels_need_no_Flatten_and_a_vector_for_each_branch()
    {
        var network = Network.Define("test", Image, x => x.Conv2d("a", 4, 1).Concat(x.Conv2d("b", 5, 1)).Flatten().Linear("fc", 2));
        var form = Passes.Run(network, Inference, KernelSet.For(4), isChannelInterleaved: true);
        Assert.DoesNotContain(form.Units, unit => unit.Node.Op is Flatten);
        Assert.Equal([1, 1, 2, 3, 1], new[] { form.Input }.Concat(form.AllUnits.Select(unit => unit.Output)).Select(form.PlaneCount));
    }

    [Fact]
    public void A_network_without_units_passes_the_gradient_of_its_output_to_its_input()
    {
        var network = Network.Define("test", new(4, 1, 1), x => x.Dropout());
        var form = Passes.Run(network, new PlanOptions { InputGradient = true }, KernelSet.For(), isChannelInterleaved: false);
        Assert.Empty(form.Units);
        Assert.Same(form.Input, form.Outputs[0]);
        Assert.True(form.GradientOf.ContainsKey(form.Input));
        using var plan = Plan.Compile(network, new PlanOptions { BatchSize = 2, InputGradient = true });
        Assert.NotNull(plan);
    }

    private static Func<SymbolicTensor, SymbolicTensor> Join(
        Func<SymbolicTensor, SymbolicTensor> first, Func<SymbolicTensor, SymbolicTensor> second) => x => second(first(x));

    private static void AssertPass(
        string pass, PlanOptions options, Func<SymbolicTensor, SymbolicTensor> layers, string before, string after)
    {
        var forms = new List<(string Pass, string Text)>();
        var network = Network.Define("test", Image, layers);
        Passes.Run(network, options, KernelSet.For(), isChannelInterleaved: false, (name, form) => forms.Add((name, FormText.Of(form))));
        int index = forms.FindIndex(form => form.Pass == pass);
        Assert.Equal(before, forms[index - 1].Text.TrimEnd());
        Assert.Equal(after, forms[index].Text.TrimEnd());
    }
}
