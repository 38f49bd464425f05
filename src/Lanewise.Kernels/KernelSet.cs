using System.Runtime.Intrinsics;

namespace Lanewise.Kernels;

/// <summary>
/// All kernels at one lane width, the door through which the engine calls them. Each call works on one block of images,
/// allocates nothing, and gives the same bits whichever thread makes it.
/// </summary>
internal abstract class KernelSet
{
    private protected KernelSet() { }

    /// <summary>The lane widths that this processor has in hardware, widest first, and 1, the plain fallback.</summary>
    public static IReadOnlyList<int> Widths { get; } = FindWidths();

    /// <summary>L, images in a block.</summary>
    public abstract int LaneWidth { get; }

    /// <summary>How many vector registers the processor has at this width; they bound a convolution's tiles.</summary>
    private protected abstract int Registers { get; }

    /// <summary>The kernels for <paramref name="width"/> images a block.</summary>
    /// <param name="width">16, 8, 4 or 1; 0 for the widest that the processor has.</param>
    /// <exception cref="ArgumentOutOfRangeException">The processor lacks that width.</exception>
    public static KernelSet For(int width = 0)
    {
        width = width == 0 ? Widths[0] : width;
        if (!Widths.Contains(width))
        {
            throw new ArgumentOutOfRangeException(nameof(width), $"lane width {width}: this processor has {string.Join(", ", Widths)}; choose one of these");
        }

        return width switch
        {
            16 => new LaneKernels<Lane16, Vector512<float>>(),
            8 => new LaneKernels<Lane8, Vector256<float>>(),
            4 => new LaneKernels<Lane4, Vector128<float>>(),
            _ => new LaneKernels<Lane1, float>(),
        };
    }

    /// <summary>What one thread can do at most at this width, in GFLOP/s (a multiply-add counts twice). Takes a fifth of a second.</summary>
    public abstract double MeasurePeak();

    /// <summary>The clock of the core that the caller runs on, in GHz, while it computes with whole numbers. Takes a fifth of a second.</summary>
    public static double MeasureClock() => Clock.Measure();

    /// <summary>How a convolution's weights are packed at this width.</summary>
    public Conv2dPacking Packing(Conv2dGeometry geometry) => new(geometry, GroupOf(geometry.OutChannels));

    /// <summary>Prepares y = conv(x) + bias.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="x">Its input.</param>
    /// <param name="y">Its output.</param>
    /// <param name="weights">Where its packed weights begin.</param>
    /// <param name="bias">Where its bias begins; negative for none.</param>
    /// <param name="algorithm">How it is computed.</param>
    public Conv2dCall Conv2dForward(Conv2dGeometry geometry, Planes x, Planes y, int weights, int bias, ConvAlgorithm algorithm = ConvAlgorithm.Auto)
    {
        int group = GroupOf(geometry.OutChannels);
        bool pairs = TakesPairs(geometry, group, x, y);
        return WinogradCall.For(algorithm, Winograd(geometry, isBackward: false, weights, bias, group, group, lanes: null), x, y)
            ?? (Conv2dCall)new DirectConv2dCall(TapTable.Forward(geometry, x, lanes: null, group, pairs ? DirectConv2dCall.PairPixels : MaxPixels(group), LaneWidth), x, y)
            {
                Pairs = pairs,
                Weights = weights,
                Bias = bias,
                Group = group,
                WeightsPerOutput = Packing(geometry).PerOutput,
                WeightStride = 1,
                SourceStep = geometry.Columns.Stride,
                OutputStep = 1,
                BandRows = BandRows(x, y),
                LaneWidth = LaneWidth,
            };
    }

    /// <summary>How a convolution's weights are packed where lanes are channels.</summary>
    public Conv2dPacking ChannelPacking(Conv2dGeometry geometry) => new(geometry, LaneWidth * VectorGroupOf(VectorsOf(geometry.OutChannels)));

    /// <summary>Prepares y = conv(x) + bias where lanes are channels.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="lanes">Where the channels of its input lie.</param>
    /// <param name="x">Its input, planes of vectors.</param>
    /// <param name="y">Its output; as few planes as hold its channels.</param>
    /// <param name="weights">Where its packed weights begin.</param>
    /// <param name="bias">Where its bias begins; negative for none.</param>
    /// <param name="algorithm">How it is computed.</param>
    public Conv2dCall ChannelConv2d(
        Conv2dGeometry geometry, ChannelLanes lanes, Planes x, Planes y, int weights, int bias, ConvAlgorithm algorithm = ConvAlgorithm.Auto)
    {
        int group = VectorGroupOf(VectorsOf(geometry.OutChannels));
        return WinogradCall.For(algorithm, Winograd(geometry, isBackward: false, weights, bias, group, group * LaneWidth, lanes), x, y)
            ?? (Conv2dCall)new DirectConv2dCall(TapTable.Forward(geometry, x, lanes, group, MaxPixels(group), LaneWidth), x, y, lanes)
            {
                Weights = weights,
                Bias = bias,
                Group = group,
                WeightsPerOutput = ChannelPacking(geometry).PerOutput * LaneWidth,
                WeightStride = LaneWidth,
                SourceStep = geometry.Columns.Stride,
                OutputStep = 1,
                BandRows = BandRows(x, y),
                LaneWidth = LaneWidth,
            };
    }

    /// <summary>Prepares dx = the convolution's gradient to its input; or the sum of several's, 1×1, alike but for their outputs, and packed alike.</summary>
    /// <param name="sources">The convolution, or those that read the same input.</param>
    /// <param name="dx">The gradient to the input.</param>
    /// <param name="algorithm">How it is computed.</param>
    public Conv2dCall Conv2dBackwardInput(IReadOnlyList<Conv2dSource> sources, Planes dx, ConvAlgorithm algorithm = ConvAlgorithm.Auto)
    {
        var (geometry, first, weights) = sources[0];
        var dy = first with { Channels = sources.Sum(source => source.Geometry.OutChannels) };
        int packed = GroupOf(geometry.OutChannels), group = GroupOf(geometry.InChannels);
        bool pairs = TakesPairs(geometry, group, dy, dx);
        return WinogradCall.For(algorithm, Winograd(geometry, isBackward: true, weights, bias: -1, group, packed, lanes: null), dy, dx)
            ?? (Conv2dCall)new DirectConv2dCall(TapTable.BackwardInput(sources, dx, packed, group, pairs ? DirectConv2dCall.PairPixels : MaxPixels(group), LaneWidth), dy, dx)
            {
                Pairs = pairs,
                Weights = weights,
                Bias = -1,
                Group = group,
                WeightsPerOutput = geometry.Positions * packed,
                WeightStride = geometry.Positions * packed,
                SourceStep = 1,
                OutputStep = geometry.Columns.Stride,
                BandRows = BandRows(dy, dx),
                LaneWidth = LaneWidth,
            };
    }

    /// <summary>Prepares the gradient to a convolution's weights and bias: kernelCalls that together make it, one after the other.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="x">Its input.</param>
    /// <param name="dy">The gradient to its output.</param>
    /// <param name="weights">Where its packed weight gradients begin.</param>
    /// <param name="bias">Where its bias gradients begin; negative for none.</param>
    /// <param name="blocks">The most blocks that a call sums over.</param>
    /// <param name="algorithm">How it is computed.</param>
    public IReadOnlyList<Conv2dGradientCall> Conv2dBackwardWeights(
        Conv2dGeometry geometry, Planes x, Planes dy, int weights, int bias, int blocks, ConvAlgorithm algorithm = ConvAlgorithm.Auto)
    {
        int group = GroupOf(geometry.OutChannels), rows = GradientBandRows(dy);
        if (WinogradGradientCost.Form(algorithm, geometry, x, dy, LaneWidth) is { } form)
        {
            int vectors = VectorGroupOf(VectorsOf(geometry.OutChannels));
            return WinogradGradientCall.Of(geometry, x, dy, form, weights, bias, new(vectors, MaxPixels(vectors), group, LaneWidth, blocks));
        }

        return [new DirectGradientCall(TapGroups.Build(geometry, x, dy, group, Math.Min(6, MaxPixels(group)), rows, LaneWidth), x, dy)
        {
            Weights = weights,
            Bias = bias,
            BandRows = rows,
            Group = group,
            WeightsPerOutput = Packing(geometry).PerOutput,
            InputStep = geometry.Columns.Stride,
            InputRowStep = geometry.Rows.Stride,
        }];
    }

    /// <summary>Runs a convolution or its gradient to the input. Writes the output.</summary>
    public abstract void Conv2d(Conv2dCall call, in BlockMemory memory, Part part);

    /// <summary>Writes the transformed weights of a convolution that has some, from the packed ones; shared by outputs.</summary>
    public abstract void TransformWeights(Conv2dCall call, LaneMemory weights, Part part);

    /// <summary>Writes what a weight gradient that has <see cref="Conv2dGradientCall.TransformUnits"/> reads, into the blocks' shared memory.</summary>
    public abstract void TransformGradient(Conv2dGradientCall call, ReadOnlySpan<BlockMemory> blocks, Part part);

    /// <summary>Adds to the weight and bias gradients.</summary>
    public abstract void Conv2dGradient(Conv2dGradientCall call, ReadOnlySpan<BlockMemory> blocks, Part part);

    /// <summary>Max pooling. Writes the output and the winners.</summary>
    public abstract void MaxPool2d(PoolCall call, in BlockMemory memory, Part part);

    /// <summary>Max pooling's gradient. Writes the input's gradient, or adds to it.</summary>
    public abstract void MaxPool2dBackward(PoolCall call, in BlockMemory memory, Part part);

    /// <summary>Average pooling. Writes the output.</summary>
    public abstract void AvgPool2d(PoolCall call, in BlockMemory memory, Part part);

    /// <summary>Average pooling's gradient. Writes the input's gradient, or adds to it.</summary>
    public abstract void AvgPool2dBackward(PoolCall call, in BlockMemory memory, Part part);

    /// <summary>Batch normalisation by the batch's statistics. Writes the output, the batch's and the running statistics.</summary>
    public abstract void BatchNorm2d(BatchNormCall call, ReadOnlySpan<BlockMemory> blocks, Part part);

    /// <summary>Its gradient. Adds to the gradients of weight and bias; writes the input's gradient, or adds to it.</summary>
    public abstract void BatchNorm2dBackward(BatchNormCall call, ReadOnlySpan<BlockMemory> blocks, Part part);

    /// <summary>Batch normalisation by the running statistics. Writes the output.</summary>
    public abstract void BatchNorm2dEvaluate(BatchNormCall call, in BlockMemory memory, Part part);

    /// <summary>Its gradient to the input. Writes it, or adds to it.</summary>
    public abstract void BatchNorm2dEvaluateBackward(BatchNormCall call, in BlockMemory memory, Part part);

    /// <summary>Local response normalisation. Writes y; shared by rows.</summary>
    public abstract void LocalResponseNorm(ResponseNorm norm, Planes x, Planes y, in BlockMemory memory, Part part);

    /// <summary>Its gradient. Writes dx, or adds to it.</summary>
    public abstract void LocalResponseNormBackward(ResponseNorm norm, Planes x, Planes dy, Planes dx, bool accumulate, in BlockMemory memory, Part part);

    /// <summary>Softmax over channels. Writes y; shared by rows.</summary>
    public abstract void Softmax(Planes x, Planes y, in BlockMemory memory, Part part);

    /// <summary>Its gradient. Writes dx, or adds to it.</summary>
    public abstract void SoftmaxBackward(Planes y, Planes dy, Planes dx, bool accumulate, in BlockMemory memory, Part part);

    /// <summary>Dropout, or its gradient. Writes to = kept ? x / (1 − p) : 0, or adds that.</summary>
    public abstract void Dropout(Planes x, Planes to, ulong key, float p, bool accumulate, in BlockMemory memory, Part part);

    /// <summary>The shortcut without parameters. Writes y.</summary>
    public abstract void IdentityShortcut(Planes x, Planes y, int before, (int Rows, int Columns) stride, in BlockMemory memory, Part part);

    /// <summary>Its gradient. Writes dx, or adds to it.</summary>
    public abstract void IdentityShortcutBackward(Planes dy, Planes dx, int before, (int Rows, int Columns) stride, bool accumulate, in BlockMemory memory, Part part);

    /// <summary>Writes to = a + b, or max(0, a + b).</summary>
    public abstract void Add(Planes a, Planes b, Planes to, bool relu, in BlockMemory memory, Part part);

    /// <summary>Writes to = max(0, x).</summary>
    public abstract void ReLU(Planes x, Planes to, in BlockMemory memory, Part part);

    /// <summary>Writes dx = y &gt; 0 ? dy : 0.</summary>
    public abstract void ReLUBackward(Planes dy, Planes y, Planes dx, in BlockMemory memory, Part part);

    /// <summary>Writes to = x.</summary>
    public abstract void Copy(Planes x, Planes to, in BlockMemory memory, Part part);

    /// <summary>Writes to: x's values in the same order, C×H×W against (C·H·W)×1×1, in either direction.</summary>
    public abstract void Flatten(Planes x, Planes to, in BlockMemory memory);

    /// <summary>Writes x: one image, [C·H·W], with its channels in the lanes; shared by rows.</summary>
    public abstract void ChannelsIn(ReadOnlySpan<float> image, ChannelLanes lanes, Planes x, in BlockMemory memory, Part part);

    /// <summary>Writes to: x's channels as planes of which only the first lane counts.</summary>
    public abstract void ChannelsOut(ChannelLanes lanes, Planes x, Planes to, in BlockMemory memory);

    /// <summary>Writes x: image i of [image][C·H·W] into lane i, zeros into the lanes behind; shared by rows.</summary>
    public abstract void LanesIn(ReadOnlySpan<float> images, int count, Planes x, in BlockMemory memory, Part part);

    /// <summary>Copies one lane of x as C·H·W floats.</summary>
    public abstract void LaneOut(Planes x, int lane, Span<float> image, in BlockMemory memory);

    /// <summary>
    /// Writes each labelled image's cross-entropy and its most likely class, and, where asked for, the gradient to the
    /// logits times <paramref name="scale"/>.
    /// </summary>
    public abstract void SoftmaxCrossEntropy(
        Planes logits, Planes? gradient, ReadOnlySpan<int> labels, float scale, Span<double> losses, Span<int> predictions, in BlockMemory memory);

    /// <summary>Sums the slots' gradients in order, updates weights and optimizer state, and zeroes the slots.</summary>
    /// <param name="step">The optimizer and its constants.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="state">What the optimizer keeps of each weight, as many arrays as it has.</param>
    /// <param name="slots">The gradients.</param>
    /// <param name="start">The first float to update.</param>
    /// <param name="count">How many, a multiple of the lane width.</param>
    public abstract void Update(OptimizerStep step, LaneMemory weights, LaneMemory[] state, LaneMemory[] slots, int start, int count);

    private WinogradOptions Winograd(Conv2dGeometry geometry, bool isBackward, int weights, int bias, int group, int packed, ChannelLanes? lanes) =>
        new(geometry, isBackward, weights, bias) { Group = group, MaxPixels = MaxPixels(group), PackedGroup = packed, LaneWidth = LaneWidth, Lanes = lanes };

    /// <summary>Outputs that a micro-kernel takes together: a divisor of the channel count where there is a good one.</summary>
    private int GroupOf(int channels) => Registers switch
    {
        < 32 => Math.Min(channels, 2),
        _ => channels % 4 == 0 ? 4 : channels % 5 == 0 ? 5 : Math.Min(channels, 4),
    };

    /// <summary>Vectors that hold so many channels.</summary>
    private int VectorsOf(int channels) => (channels + LaneWidth - 1) / LaneWidth;

    /// <summary>Output vectors that a micro-kernel takes together where lanes are channels.</summary>
    private int VectorGroupOf(int vectors) => Registers switch
    {
        < 32 => Math.Min(vectors, 2),
        _ => vectors % 4 == 0 ? 4 : vectors % 3 == 0 ? 3 : vectors % 5 == 0 ? 5 : Math.Min(vectors, 4),
    };

    /// <summary>Pixels beside a group: what the registers hold besides the group's weights and one input.</summary>
    private int MaxPixels(int group) => Math.Min(12, (Registers - group - 1) / group);

    /// <summary>Whether a convolution is summed in pairs of groups: 1×1, whose inputs are read once for each group, and not from a near cache.</summary>
    private bool TakesPairs(Conv2dGeometry geometry, int group, Planes source, Planes output) =>
        geometry.Positions == 1 && group == 4 && output.Channels >= 2 * group && BandRows(source, output) < output.Height;

    /// <summary>Rows whose inputs and outputs fit well within a second-level cache of 1 MB.</summary>
    private int BandRows(Planes source, Planes output)
    {
        const int Cache = 512 * 1024;
        long perRow = (long)(source.Channels * source.Pitch + output.Channels * output.Pitch) * LaneWidth * sizeof(float);
        return (int)Math.Clamp(Cache / perRow, 1, output.Height);
    }

    /// <summary>
    /// Rows whose gradients, of a group's outputs, stay in the first-level cache, and yet so many that the sum over the lanes
    /// behind them costs little.
    /// </summary>
    private static int GradientBandRows(Planes dy)
    {
        const int SmallPlane = 256, Pixels = 112;
        int bands = dy.Height * dy.Width <= SmallPlane ? 1 : (dy.Height * dy.Width + Pixels - 1) / Pixels;
        return (dy.Height + Math.Min(bands, dy.Height) - 1) / Math.Min(bands, dy.Height);
    }

    private static int[] FindWidths()
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

        return [.. widths, 1];
    }
}
