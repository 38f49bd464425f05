using System.Runtime.Intrinsics;

namespace Lanewise.Kernels;

/// <summary>
/// All kernels at one lane width: the interface between the engine and this project. A call works on one block of images (batch norm and
/// weight gradients on several), allocates nothing, and writes bitwise identical results whichever threads share it.
/// Index letters: n image, c input channel, h w input row and column, k output channel, r s kernel row and column, p q output row and
/// column.
/// </summary>
internal abstract class KernelSet
{
    private protected KernelSet() { }

    /// <summary>The environment variable with the widest lane width to use, 16, 8 or 4; for tests.</summary>
    public const string LanesVariable = "LANEWISE_LANES";

    /// <summary>
    /// The lane widths that this processor supports in hardware, widest first and no wider than <see cref="LanesVariable"/> says, and 1,
    /// the scalar fallback.
    /// </summary>
    public static IReadOnlyList<int> Widths { get; } = FindWidths();

    /// <summary>L, floats in a vector: the images of a block in the batch-interleaved layout.</summary>
    public abstract int LaneWidth { get; }

    /// <summary>The number of vector registers at this width, which bounds the tiles of a convolution.</summary>
    private protected abstract int Registers { get; }

    /// <summary>Chooses how convolutions are computed at this width, on this machine.</summary>
    public Conv2dPlanner Planner => field ??= new(LaneWidth, Registers, CacheSizes.OfMachine);

    /// <summary>Chooses how convolutions are computed at this width, on an assumed machine.</summary>
    public Conv2dPlanner ReferencePlanner => field ??= new(LaneWidth, Registers, CacheSizes.Default);

    /// <summary>Gets the kernels of a lane width.</summary>
    /// <param name="width">16, 8, 4 or 1; 0 for the widest that the processor supports.</param>
    /// <exception cref="ArgumentOutOfRangeException">The processor does not support that width.</exception>
    public static KernelSet For(int width = 0)
    {
        width = width == 0 ? Widths[0] : width;
        if (!Widths.Contains(width))
        {
            throw new ArgumentOutOfRangeException(
                nameof(width), $"lane width {width}: this processor has {string.Join(", ", Widths)}; choose one of these");
        }

        return width switch
        {
            16 => new LaneKernels<Lane16, Vector512<float>>(),
            8 => new LaneKernels<Lane8, Vector256<float>>(),
            4 => new LaneKernels<Lane4, Vector128<float>>(),
            _ => new LaneKernels<Lane1, float>(),
        };
    }

    /// <summary>
    /// Measures the FMA peak of one thread at this width, in GFLOP/s (a multiply-add counts as two operations). Takes about 0.2 s.
    /// </summary>
    public abstract double MeasurePeak();

    /// <summary>Measures the clock of the core that the caller runs on, in GHz, under integer load. Takes about 0.2 s.</summary>
    public static double MeasureClock() => Clock.Measure();

    /// <summary>
    /// Runs a convolution or its gradient to the input. Writes the output (or the pooled output); shared by bands of rows and chunks of
    /// outputs.
    /// </summary>
    public abstract void Conv2d(Conv2dCall call, in BlockMemory memory, Part part);

    /// <summary>
    /// Computes the Winograd-transformed weights of a call that has <see cref="Conv2dCall.TransformedFloats"/>, from the packed ones.
    /// Writes them.
    /// </summary>
    public abstract void TransformWeights(Conv2dCall call, LaneMemory weights, Part part);

    /// <summary>
    /// Transforms input and output gradient for a weight gradient that has <see cref="Conv2dGradientCall.TransformUnits"/>. Writes shared
    /// memory.
    /// </summary>
    public abstract void TransformGradient(Conv2dGradientCall call, ReadOnlySpan<BlockMemory> blocks, Part part);

    /// <summary>Runs a gradient to weights over all blocks. Adds to it; shared by groups of outputs.</summary>
    public abstract void Conv2dGradient(Conv2dGradientCall call, ReadOnlySpan<BlockMemory> blocks, Part part);

    /// <summary>Runs a gradient to a bias over all blocks. Adds to it; shared by outputs.</summary>
    public abstract void Conv2dBiasGradient(BiasGradientCall call, ReadOnlySpan<BlockMemory> blocks, Part part);

    /// <summary>Max pooling. Writes the output and, where the call has one, the winners; shared by channels.</summary>
    public abstract void MaxPool2d(PoolCall call, in BlockMemory memory, Part part);

    /// <summary>The gradient of max pooling. Writes the gradient to the input, or adds to it; shared by channels.</summary>
    public abstract void MaxPool2dBackward(PoolCall call, in BlockMemory memory, Part part);

    /// <summary>Average pooling. Writes the output; shared by channels.</summary>
    public abstract void AvgPool2d(PoolCall call, in BlockMemory memory, Part part);

    /// <summary>The gradient of average pooling. Writes the gradient to the input, or adds to it; shared by channels.</summary>
    public abstract void AvgPool2dBackward(PoolCall call, in BlockMemory memory, Part part);

    /// <summary>
    /// Batch normalization by batch statistics. Writes the output, the batch statistics and the running statistics; shared by channels.
    /// </summary>
    public abstract void BatchNorm2d(BatchNormCall call, ReadOnlySpan<BlockMemory> blocks, Part part);

    /// <summary>
    /// The gradient of batch normalization by batch statistics. Adds to the gradients of γ and β; writes the gradient to the input, or adds
    /// to it.
    /// </summary>
    public abstract void BatchNorm2dBackward(BatchNormCall call, ReadOnlySpan<BlockMemory> blocks, Part part);

    /// <summary>Batch normalization by running statistics. Writes the output; shared by channels.</summary>
    public abstract void BatchNorm2dEvaluate(BatchNormCall call, in BlockMemory memory, Part part);

    /// <summary>The gradient of batch normalization by running statistics. Writes the gradient to the input, or adds to it.</summary>
    public abstract void BatchNorm2dEvaluateBackward(BatchNormCall call, in BlockMemory memory, Part part);

    /// <summary>y = weight · x + bias, channel by channel. Writes the output; shared by channels.</summary>
    public abstract void ChannelAffine(ChannelAffineCall call, in BlockMemory memory, Part part);

    /// <summary>The gradient of weight · x + bias to x. Writes the gradient to the input, or adds to it; shared by channels.</summary>
    public abstract void ChannelAffineBackwardInput(ChannelAffineCall call, in BlockMemory memory, Part part);

    /// <summary>The gradients of weight · x + bias to weight and bias over all blocks. Adds to both; shared by channels.</summary>
    public abstract void ChannelAffineBackwardWeights(ChannelAffineCall call, ReadOnlySpan<BlockMemory> blocks, Part part);

    /// <summary>Local response normalization. Writes y; shared by rows.</summary>
    public abstract void LocalResponseNorm(ResponseNorm norm, Planes x, Planes y, in BlockMemory memory, Part part);

    /// <summary>The gradient of local response normalization. Writes dx, or adds to it.</summary>
    public abstract void LocalResponseNormBackward(
        ResponseNorm norm, Planes x, Planes dy, Planes dx, bool accumulate, in BlockMemory memory, Part part);

    /// <summary>Softmax over channels. Writes y; shared by rows.</summary>
    public abstract void Softmax(Planes x, Planes y, in BlockMemory memory, Part part);

    /// <summary>The gradient of softmax. Writes dx, or adds to it.</summary>
    public abstract void SoftmaxBackward(Planes y, Planes dy, Planes dx, bool accumulate, in BlockMemory memory, Part part);

    /// <summary>The logarithm of softmax over channels. Writes y; shared by rows.</summary>
    public abstract void LogSoftmax(Planes x, Planes y, in BlockMemory memory, Part part);

    /// <summary>The gradient of the logarithm of softmax. Writes dx, or adds to it.</summary>
    public abstract void LogSoftmaxBackward(Planes y, Planes dy, Planes dx, bool accumulate, in BlockMemory memory, Part part);

    /// <summary>Dropout, or its gradient. Writes to = kept ? x / (1 − p) : 0, or adds it to to; shared by channels.</summary>
    public abstract void Dropout(Planes x, Planes to, ulong key, float p, bool accumulate, in BlockMemory memory, Part part);

    /// <summary>The parameter-free shortcut of ResNet (option A). Writes y; shared by channels.</summary>
    public abstract void IdentityShortcut(
        Planes x, Planes y, int before, (int Rows, int Columns) stride, in BlockMemory memory, Part part);

    /// <summary>The gradient of the parameter-free shortcut. Writes dx, or adds to it.</summary>
    public abstract void IdentityShortcutBackward(
        Planes dy, Planes dx, int before, (int Rows, int Columns) stride, bool accumulate, in BlockMemory memory, Part part);

    /// <summary>Writes to = a + b, or max(0, a + b).</summary>
    public abstract void Add(Planes a, Planes b, Planes to, bool relu, in BlockMemory memory, Part part);

    /// <summary>Writes to = a · b, or adds it to to.</summary>
    public abstract void Mul(Planes a, Planes b, Planes to, bool accumulate, in BlockMemory memory, Part part);

    /// <summary>Writes to = x · factor, where factor has one pixel for each channel; shared by channels.</summary>
    public abstract void Scale(Planes x, Planes factor, Planes to, in BlockMemory memory, Part part);

    /// <summary>Repeats the only channel, row or column of x. Writes y; shared by channels.</summary>
    public abstract void Expand(Planes x, Planes y, in BlockMemory memory, Part part);

    /// <summary>The gradient of Expand. Writes dx, or adds to it; shared by its channels.</summary>
    public abstract void ExpandBackward(Planes dy, Planes dx, bool accumulate, in BlockMemory memory, Part part);

    /// <summary>Surrounds x with rows and columns of one value. Writes y; shared by channels.</summary>
    public abstract void ConstantPad2d(Planes x, Planes y, (int Top, int Left) offset, float value, in BlockMemory memory, Part part);

    /// <summary>The gradient of the padding. Writes dx, or adds to it; shared by channels.</summary>
    public abstract void ConstantPad2dBackward(
        Planes dy, Planes dx, (int Top, int Left) offset, bool accumulate, in BlockMemory memory, Part part);

    /// <summary>Writes to = max(0, x).</summary>
    public abstract void ReLU(Planes x, Planes to, in BlockMemory memory, Part part);

    /// <summary>Writes dx = y &gt; 0 ? dy : 0.</summary>
    public abstract void ReLUBackward(Planes dy, Planes y, Planes dx, in BlockMemory memory, Part part);

    /// <summary>An elementwise function. Writes y = f(x); shared by channels.</summary>
    public abstract void Activation<TFunction>(ActivationFormula formula, Planes x, Planes y, in BlockMemory memory, Part part)
        where TFunction : struct, IActivation;

    /// <summary>The gradient of an elementwise function. Writes dx = f′(x) · dy, or adds it to dx.</summary>
    public abstract void ActivationBackward<TFunction>(
        ActivationFormula formula, Planes x, Planes dy, Planes dx, bool accumulate, in BlockMemory memory, Part part)
        where TFunction : struct, IActivation;

    /// <summary>Writes to = x.</summary>
    public abstract void Copy(Planes x, Planes to, in BlockMemory memory, Part part);

    /// <summary>Reshapes C×H×W to (C·H·W)×1×1 or back, in the same order of values. Writes to.</summary>
    public abstract void Flatten(Planes x, Planes to, in BlockMemory memory);

    /// <summary>Copies one image, [C·H·W], into the channel-interleaved layout. Writes x; shared by rows.</summary>
    public abstract void ChannelsIn(ReadOnlySpan<float> image, ChannelLanes lanes, Planes x, in BlockMemory memory, Part part);

    /// <summary>Copies the channel-interleaved x into batch-interleaved planes. Writes lane 0 of to.</summary>
    public abstract void ChannelsOut(ChannelLanes lanes, Planes x, Planes to, in BlockMemory memory);

    /// <summary>Copies image i of [image][C·H·W] into lane i, zeros into the remaining lanes. Writes x; shared by rows.</summary>
    public abstract void LanesIn(ReadOnlySpan<float> images, int count, Planes x, in BlockMemory memory, Part part);

    /// <summary>Copies one lane of x. Writes image as C·H·W floats.</summary>
    public abstract void LaneOut(Planes x, int lane, Span<float> image, in BlockMemory memory);

    /// <summary>
    /// Softmax cross-entropy. Writes the loss and the predicted class of each labelled image and, where there is a
    /// <paramref name="gradient"/>, the gradient to the logits times <paramref name="scale"/>.
    /// </summary>
    public abstract void SoftmaxCrossEntropy(
        Planes logits, Planes? gradient, CrossEntropyTargets targets, float scale, Span<double> losses, Span<int> predictions,
        in BlockMemory memory);

    /// <summary>
    /// Sums the gradients of the slots as <see cref="SlotTree{T}"/> does. Writes <paramref name="count"/> floats of the first slot, from
    /// <paramref name="start"/> on, and zeroes those of the others.
    /// </summary>
    public abstract void CollectGradients(LaneMemory[] slots, int start, int count);

    /// <summary>Multiplies gradients by a factor. Writes <paramref name="count"/> floats from <paramref name="start"/> on.</summary>
    public abstract void ScaleGradients(LaneMemory gradients, float factor, int start, int count);

    /// <summary>Limits gradients to −limit … limit. Writes <paramref name="count"/> floats from <paramref name="start"/> on.</summary>
    public abstract void ClampGradients(LaneMemory gradients, float limit, int start, int count);

    /// <summary>
    /// Moves <paramref name="average"/> towards the weights: average += rest · (weights − average). Writes <paramref name="count"/> floats
    /// of the average, from <paramref name="start"/> on.
    /// </summary>
    public abstract void Average(LaneMemory weights, LaneMemory average, float rest, int start, int count);

    /// <summary>
    /// Runs an optimizer step: sums the gradients of the slots as <see cref="SlotTree{T}"/> does. Writes weights and optimizer state, and
    /// zeroes the slots; a step of Muon writes its direction to the first slot, and no weights.
    /// </summary>
    /// <param name="step">The optimizer and its hyperparameters.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="state">The state tensors of the optimizer, each laid out as the weights are.</param>
    /// <param name="slots">The gradients of each slot.</param>
    /// <param name="start">The first float to update.</param>
    /// <param name="count">The number of floats, a multiple of the lane width.</param>
    public abstract void Update(OptimizerStep step, LaneMemory weights, LaneMemory[] state, LaneMemory[] slots, int start, int count);

    /// <summary>Makes a matrix nearly orthogonal (<see cref="NewtonSchulz{L, V}"/>). Writes it, and the working memory behind it.</summary>
    public abstract void Orthogonalize(LaneMemory matrix, int rows, int columns);

    /// <summary>
    /// Moves weights along directions: w = (1 − rate·λ)w − rate·scale·u. Writes weights and zeroes the directions:
    /// <paramref name="count"/> floats from <paramref name="start"/> on.
    /// </summary>
    public abstract void Move(MuonStep step, double scale, LaneMemory weights, LaneMemory directions, int start, int count);

    /// <summary>The value of <see cref="LanesVariable"/> where it is no lane width of this processor; it then has no effect.</summary>
    public static string? IgnoredLanes => Environment.GetEnvironmentVariable(LanesVariable) is { Length: > 0 } text
        && !(int.TryParse(text, out int lanes) && FindSupported().Contains(lanes)) ? text : null;

    private static int[] FindWidths()
    {
        var widths = FindSupported();
        if (int.TryParse(Environment.GetEnvironmentVariable(LanesVariable), out int widest) && widths.Contains(widest))
        {
            widths.RemoveAll(width => width > widest);
        }

        return [.. widths, 1];
    }

    private static List<int> FindSupported()
    {
        var widths = new List<int>();
        if (Vector512.IsHardwareAccelerated)
        {
            widths.Add(16);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            widths.Add(8);
        }

        if (Vector128.IsHardwareAccelerated)
        {
            widths.Add(4);
        }

        return widths;
    }
}
