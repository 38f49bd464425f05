namespace Lanewise.Kernels;

/// <summary>The kernels of one lane type: instantiates each generic kernel for it.</summary>
internal sealed class LaneKernels<L, V> : KernelSet
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    public override int LaneWidth => L.Width;

    private protected override int Registers => L.Registers;

    public override double MeasurePeak() => FmaPeak<L, V>.Measure();

    public override void Conv2d(Conv2dCall call, in BlockMemory memory, Part part)
    {
        if (call.Lanes is null)
        {
            Conv2d<ImageOperands<L, V>>(call, memory, part);
        }
        else
        {
            Conv2d<ChannelOperands<L, V>>(call, memory, part);
        }
    }

    public override void TransformWeights(Conv2dCall call, LaneMemory weights, Part part) =>
        TransformWeights((WinogradCall)call, weights, part);

    public override void TransformGradient(Conv2dGradientCall call, ReadOnlySpan<BlockMemory> blocks, Part part)
    {
        var winograd = (WinogradGradientCall)call;
        if (winograd.AlongRows)
        {
            WinogradGradient<L, V, EightPoints<L, V>>.Transform(winograd, blocks, part);
        }
        else
        {
            WinogradGradient<L, V, SixPoints<L, V>>.Transform(winograd, blocks, part);
        }
    }

    public override void Conv2dGradient(Conv2dGradientCall call, ReadOnlySpan<BlockMemory> blocks, Part part)
    {
        switch (call)
        {
            case WinogradGradientCall { AlongRows: true } rows: WinogradGradient<L, V, EightPoints<L, V>>.Run(rows, blocks, part); break;
            case WinogradGradientCall tiles: WinogradGradient<L, V, SixPoints<L, V>>.Run(tiles, blocks, part); break;
            case SlotSumCall sum: SlotSum<L, V>.Run(sum, blocks, part); break;
            default: DirectGradient<L, V>.Run((DirectGradientCall)call, blocks, part); break;
        }
    }

    public override void Conv2dBiasGradient(BiasGradientCall call, ReadOnlySpan<BlockMemory> blocks, Part part) =>
        BiasGradient<L, V>.Run(call, blocks, part);

    public override void MaxPool2d(PoolCall call, in BlockMemory memory, Part part)
    {
        if (call.IsDilated)
        {
            DilatedPool2d<L, V>.Max(call, memory, part);
        }
        else
        {
            MaxPool2d<L, V>.Forward(call, memory, part);
        }
    }

    public override void MaxPool2dBackward(PoolCall call, in BlockMemory memory, Part part)
    {
        if (call.IsDilated)
        {
            DilatedPool2d<L, V>.MaxBackward(call, memory, part);
        }
        else
        {
            MaxPool2d<L, V>.Backward(call, memory, part);
        }
    }

    public override void AvgPool2d(PoolCall call, in BlockMemory memory, Part part)
    {
        if (call.IsDilated)
        {
            DilatedPool2d<L, V>.Average(call, memory, part);
        }
        else
        {
            AvgPool2d<L, V>.Forward(call, memory, part);
        }
    }

    public override void AvgPool2dBackward(PoolCall call, in BlockMemory memory, Part part)
    {
        if (call.IsDilated)
        {
            DilatedPool2d<L, V>.AverageBackward(call, memory, part);
        }
        else
        {
            AvgPool2d<L, V>.Backward(call, memory, part);
        }
    }

    public override void BatchNorm2d(BatchNormCall call, ReadOnlySpan<BlockMemory> blocks, Part part) =>
        BatchNorm2d<L, V>.Forward(call, blocks, part);

    public override void BatchNorm2dBackward(BatchNormCall call, ReadOnlySpan<BlockMemory> blocks, Part part) =>
        BatchNorm2d<L, V>.Backward(call, blocks, part);

    public override void BatchNorm2dEvaluate(BatchNormCall call, in BlockMemory memory, Part part) =>
        BatchNorm2d<L, V>.Evaluate(call, memory, part);

    public override void BatchNorm2dEvaluateBackward(BatchNormCall call, in BlockMemory memory, Part part) =>
        BatchNorm2d<L, V>.EvaluateBackward(call, memory, part);

    public override void ChannelAffine(ChannelAffineCall call, in BlockMemory memory, Part part) =>
        ChannelAffine<L, V>.Forward(call, memory, part);

    public override void ChannelAffineBackwardInput(ChannelAffineCall call, in BlockMemory memory, Part part) =>
        ChannelAffine<L, V>.BackwardInput(call, memory, part);

    public override void ChannelAffineBackwardWeights(ChannelAffineCall call, ReadOnlySpan<BlockMemory> blocks, Part part) =>
        ChannelAffine<L, V>.BackwardWeights(call, blocks, part);

    public override void LocalResponseNorm(ResponseNorm norm, Planes x, Planes y, in BlockMemory memory, Part part) =>
        LocalResponseNorm<L, V>.Forward(norm, x, y, memory, part);

    public override void LocalResponseNormBackward(
        ResponseNorm norm, Planes x, Planes dy, Planes dx, bool accumulate, in BlockMemory memory, Part part) =>
        LocalResponseNorm<L, V>.Backward(norm, x, dy, dx, accumulate, memory, part);

    public override void Softmax(Planes x, Planes y, in BlockMemory memory, Part part) => Softmax<L, V>.Forward(x, y, memory, part);

    public override void SoftmaxBackward(Planes y, Planes dy, Planes dx, bool accumulate, in BlockMemory memory, Part part) =>
        Softmax<L, V>.Backward(y, dy, dx, accumulate, memory, part);

    public override void LogSoftmax(Planes x, Planes y, in BlockMemory memory, Part part) =>
        LogSoftmax<L, V>.Forward(x, y, memory, part);

    public override void LogSoftmaxBackward(Planes y, Planes dy, Planes dx, bool accumulate, in BlockMemory memory, Part part) =>
        LogSoftmax<L, V>.Backward(y, dy, dx, accumulate, memory, part);

    public override void Dropout(Planes x, Planes to, ulong key, float p, bool accumulate, in BlockMemory memory, Part part) =>
        Dropout<L, V>.Run(x, to, key, p, accumulate, memory, part);

    public override void IdentityShortcut(
        Planes x, Planes y, int before, (int Rows, int Columns) stride, in BlockMemory memory, Part part) =>
        IdentityShortcut<L, V>.Forward(x, y, before, stride, memory, part);

    public override void IdentityShortcutBackward(
        Planes dy, Planes dx, int before, (int Rows, int Columns) stride, bool accumulate, in BlockMemory memory, Part part) =>
        IdentityShortcut<L, V>.Backward(dy, dx, before, stride, accumulate, memory, part);

    public override void Add(Planes a, Planes b, Planes to, bool relu, in BlockMemory memory, Part part)
    {
        if (relu)
        {
            Pointwise<L, V>.Run<Pointwise<L, V>.SumReLU>(a, b, to, memory, part);
        }
        else
        {
            Pointwise<L, V>.Run<Pointwise<L, V>.Sum>(a, b, to, memory, part);
        }
    }

    public override void Mul(Planes a, Planes b, Planes to, bool accumulate, in BlockMemory memory, Part part)
    {
        if (accumulate)
        {
            Pointwise<L, V>.AddProduct(a, b, to, memory, part);
        }
        else
        {
            Pointwise<L, V>.Run<Pointwise<L, V>.Product>(a, b, to, memory, part);
        }
    }

    public override void Scale(Planes x, Planes factor, Planes to, in BlockMemory memory, Part part) =>
        Pointwise<L, V>.Scale(x, factor, to, memory, part);

    public override void Expand(Planes x, Planes y, in BlockMemory memory, Part part) => Expand<L, V>.Forward(x, y, memory, part);

    public override void ExpandBackward(Planes dy, Planes dx, bool accumulate, in BlockMemory memory, Part part) =>
        Expand<L, V>.Backward(dy, dx, accumulate, memory, part);

    public override void ConstantPad2d(
        Planes x, Planes y, (int Top, int Left) offset, float value, in BlockMemory memory, Part part) =>
        ConstantPad2d<L, V>.Forward(x, y, offset, value, memory, part);

    public override void ConstantPad2dBackward(
        Planes dy, Planes dx, (int Top, int Left) offset, bool accumulate, in BlockMemory memory, Part part) =>
        ConstantPad2d<L, V>.Backward(dy, dx, offset, accumulate, memory, part);

    public override void ReLU(Planes x, Planes to, in BlockMemory memory, Part part) =>
        Pointwise<L, V>.Run<Pointwise<L, V>.ReLU>(x, x, to, memory, part);

    public override void ReLUBackward(Planes dy, Planes y, Planes dx, in BlockMemory memory, Part part) =>
        Pointwise<L, V>.Run<Pointwise<L, V>.Mask>(dy, y, dx, memory, part);

    public override void Activation<TFunction>(ActivationFormula formula, Planes x, Planes y, in BlockMemory memory, Part part) =>
        Activation<TFunction, L, V>.Forward(formula, x, y, memory, part);

    public override void ActivationBackward<TFunction>(
        ActivationFormula formula, Planes x, Planes dy, Planes dx, bool accumulate, in BlockMemory memory, Part part) =>
        Activation<TFunction, L, V>.Backward(formula, x, dy, dx, accumulate, memory, part);

    public override void Copy(Planes x, Planes to, in BlockMemory memory, Part part) =>
        Pointwise<L, V>.Run<Pointwise<L, V>.Copy>(x, x, to, memory, part);

    public override void Flatten(Planes x, Planes to, in BlockMemory memory) => LaneTransfer<L, V>.Flatten(x, to, memory);

    public override void LanesIn(ReadOnlySpan<float> images, int count, Planes x, in BlockMemory memory, Part part) =>
        LaneTransfer<L, V>.In(images, count, x, memory, part);

    public override void LaneOut(Planes x, int lane, Span<float> image, in BlockMemory memory) =>
        LaneTransfer<L, V>.Out(x, lane, image, memory);

    public override void SoftmaxCrossEntropy(
        Planes logits, Planes? gradient, CrossEntropyTargets targets, float scale, Span<double> losses, Span<int> predictions,
        in BlockMemory memory) =>
        SoftmaxCrossEntropy<L, V>.Run(logits, gradient, targets, scale, losses, predictions, memory);

    public override void ChannelsIn(ReadOnlySpan<float> image, ChannelLanes lanes, Planes x, in BlockMemory memory, Part part) =>
        LaneTransfer<L, V>.ChannelsIn(image, lanes, x, memory, part);

    public override void ChannelsOut(ChannelLanes lanes, Planes x, Planes to, in BlockMemory memory) =>
        LaneTransfer<L, V>.ChannelsOut(lanes, x, to, memory);

    public override void CollectGradients(LaneMemory[] slots, int start, int count) =>
        GradientSum<L, V>.Collect(slots, start, count);

    public override void ScaleGradients(LaneMemory gradients, float factor, int start, int count) =>
        GradientKernel<L, V>.Scale(gradients, factor, start, count);

    public override void ClampGradients(LaneMemory gradients, float limit, int start, int count) =>
        GradientKernel<L, V>.Clamp(gradients, limit, start, count);

    public override void Average(LaneMemory weights, LaneMemory average, float rest, int start, int count) =>
        WeightAverageKernel<L, V>.Run(weights, average, rest, start, count);

    public override void Update(OptimizerStep step, LaneMemory weights, LaneMemory[] state, LaneMemory[] slots, int start, int count)
    {
        switch (step)
        {
            case SgdStep sgd:
                SgdKernel<L, V>.Run(sgd, weights, state[0], slots, start, count);
                break;
            case AdamWStep adamW:
                AdamWKernel<L, V>.Run(adamW, weights, state[0], state[1], slots, start, count);
                break;
            case RMSpropStep rmsprop:
                RMSpropKernel<L, V>.Run(rmsprop, weights, state[0], state[1], slots, start, count);
                break;
            case MuonStep muon:
                MuonKernel<L, V>.Direction(muon, state[0], slots, start, count);
                break;
            default:
                throw new ArgumentException($"there is no kernel for {step.GetType().Name}", nameof(step));
        }
    }

    public override unsafe void Orthogonalize(LaneMemory matrix, int rows, int columns) =>
        NewtonSchulz<L, V>.Run(matrix.Pointer, rows, columns);

    public override void Move(MuonStep step, double scale, LaneMemory weights, LaneMemory directions, int start, int count) =>
        MuonKernel<L, V>.Move(step, scale, weights, directions, start, count);

    private static void Conv2d<O>(Conv2dCall call, in BlockMemory memory, Part part)
        where O : unmanaged, IOperands<L, V>
    {
        switch (call)
        {
            case WinogradCall { Side: WinogradForm.FourPoints } four: Winograd<L, V, FourPoints<L, V>>.Run<O>(four, memory, part); break;
            case WinogradCall { Side: WinogradForm.SixPoints } six: Winograd<L, V, SixPoints<L, V>>.Run<O>(six, memory, part); break;
            case WinogradCall eight: Winograd<L, V, EightPoints<L, V>>.Run<O>(eight, memory, part); break;
            default: Conv2d<L, V>.Run<O>((DirectConv2dCall)call, memory, part); break;
        }
    }

    private static void TransformWeights(WinogradCall call, LaneMemory weights, Part part)
    {
        switch (call.Side)
        {
            case WinogradForm.FourPoints: WinogradWeights<L, V, FourPoints<L, V>>.Run(call, weights, part); break;
            case WinogradForm.SixPoints: WinogradWeights<L, V, SixPoints<L, V>>.Run(call, weights, part); break;
            default: WinogradWeights<L, V, EightPoints<L, V>>.Run(call, weights, part); break;
        }
    }
}
