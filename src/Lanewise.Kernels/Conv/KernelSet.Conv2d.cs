namespace Lanewise.Kernels;

/// <content>
/// Prepares convolutions: chooses the algorithm, the micro-kernel's group of outputs and its pixels, and the bands of rows.
/// </content>
internal abstract partial class KernelSet
{
    /// <summary>Gets the packing of a convolution's weights for the batch-interleaved layout.</summary>
    public Conv2dPacking Packing(Conv2dGeometry geometry) => new(geometry, GroupOf(geometry.OutChannels));

    /// <summary>Prepares y = conv(x) + bias in the batch-interleaved layout.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="x">Its input.</param>
    /// <param name="y">Its output.</param>
    /// <param name="weights">The first float of its packed weights.</param>
    /// <param name="bias">The first float of its bias; negative for none.</param>
    /// <param name="algorithm">How it is computed.</param>
    public Conv2dCall Conv2dForward(
        Conv2dGeometry geometry, Planes x, Planes y, int weights, int bias, ConvAlgorithm algorithm = ConvAlgorithm.Auto)
    {
        int group = GroupOf(geometry.OutChannels);
        bool pairs = TakesPairs(geometry, group, x, y);
        return WinogradCall.For(algorithm, Winograd(geometry, isBackward: false, weights, bias, group, group, lanes: null), x, y)
            ?? (Conv2dCall)new DirectConv2dCall(
                TapTable.Forward(geometry, x, lanes: null, group, pairs ? DirectConv2dCall.PairPixels : MaxPixels(group), LaneWidth), x, y)
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

    /// <summary>Gets the packing of a convolution's weights for the channel-interleaved layout.</summary>
    public Conv2dPacking ChannelPacking(Conv2dGeometry geometry) =>
        new(geometry, LaneWidth * VectorGroupOf(VectorsOf(geometry.OutChannels)));

    /// <summary>Prepares y = conv(x) + bias in the channel-interleaved layout.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="lanes">The vectors and lanes of its input channels.</param>
    /// <param name="x">Its input, planes of vectors.</param>
    /// <param name="y">Its output: ⌈K / L⌉ planes of vectors.</param>
    /// <param name="weights">The first float of its packed weights.</param>
    /// <param name="bias">The first float of its bias; negative for none.</param>
    /// <param name="algorithm">How it is computed.</param>
    public Conv2dCall ChannelConv2d(
        Conv2dGeometry geometry, ChannelLanes lanes, Planes x, Planes y, int weights, int bias,
        ConvAlgorithm algorithm = ConvAlgorithm.Auto)
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

    /// <summary>
    /// Prepares dx, the gradient to a convolution's input, or the sum of such gradients for 1×1 convolutions of one input that share stride
    /// and packing group.
    /// </summary>
    /// <param name="sources">The convolution, or all convolutions that read the same input.</param>
    /// <param name="dx">The gradient to the input.</param>
    /// <param name="algorithm">How it is computed.</param>
    public Conv2dCall Conv2dBackwardInput(IReadOnlyList<Conv2dSource> sources, Planes dx, ConvAlgorithm algorithm = ConvAlgorithm.Auto)
    {
        var (geometry, first, weights) = sources[0];
        var dy = first with { Channels = sources.Sum(source => source.Geometry.OutChannels) };
        int packed = GroupOf(geometry.OutChannels), group = GroupOf(geometry.InChannels);
        bool pairs = TakesPairs(geometry, group, dy, dx);
        return WinogradCall.For(algorithm, Winograd(geometry, isBackward: true, weights, bias: -1, group, packed, lanes: null), dy, dx)
            ?? (Conv2dCall)new DirectConv2dCall(
                TapTable.BackwardInput(sources, dx, packed, group, pairs ? DirectConv2dCall.PairPixels : MaxPixels(group), LaneWidth),
                dy, dx)
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

    /// <summary>Prepares the gradient to a convolution's weights, as one or several calls that run one after the other.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="x">Its input.</param>
    /// <param name="dy">The gradient to its output.</param>
    /// <param name="weights">The first float of its packed weight gradients.</param>
    /// <param name="slots">How the sums over images are divided.</param>
    /// <param name="algorithm">How it is computed.</param>
    public IReadOnlyList<Conv2dGradientCall> Conv2dBackwardWeights(
        Conv2dGeometry geometry, Planes x, Planes dy, int weights, SlotLayout slots, ConvAlgorithm algorithm = ConvAlgorithm.Auto)
    {
        int group = GroupOf(geometry.OutChannels), rows = GradientBandRows(dy);
        if (WinogradGradientCost.Form(algorithm, geometry, x, dy) is { } form)
        {
            int vectors = VectorGroupOf(VectorsOf(geometry.OutChannels));
            return WinogradGradientCall.Of(
                geometry, x, dy, form, weights, new(vectors, MaxPixels(vectors), group, LaneWidth, slots));
        }

        var groups = TapGroups.Build(geometry, x, dy, group, Math.Min(6, MaxPixels(group)), rows, LaneWidth);
        return [new DirectGradientCall(groups, x, dy, slots, group, Packing(geometry).PerOutput)
        {
            Weights = weights,
            BandRows = rows,
            InputStep = geometry.Columns.Stride,
            InputRowStep = geometry.Rows.Stride,
        }];
    }

    private WinogradOptions Winograd(
        Conv2dGeometry geometry, bool isBackward, int weights, int bias, int group, int packed, ChannelLanes? lanes) =>
        new(geometry, isBackward, weights, bias)
        {
            Group = group,
            MaxPixels = MaxPixels(group),
            PackedGroup = packed,
            LaneWidth = LaneWidth,
            Lanes = lanes,
        };

    /// <summary>
    /// The outputs of a micro-kernel call: a divisor of the number of channels where there is one that uses the registers well.
    /// </summary>
    private int GroupOf(int channels) => Registers < 32 ? Math.Min(channels, 2) : ReferenceGroup(channels);

    /// <summary>The outputs of a micro-kernel call with 32 registers. Where it is equal, it is equal with 16 too.</summary>
    public static int ReferenceGroup(int channels) => channels % 4 == 0 ? 4 : channels % 5 == 0 ? 5 : Math.Min(channels, 4);

    /// <summary>⌈channels / L⌉.</summary>
    private int VectorsOf(int channels) => (channels + LaneWidth - 1) / LaneWidth;

    /// <summary>The output vectors of a micro-kernel call in the channel-interleaved layout.</summary>
    private int VectorGroupOf(int vectors) => Registers switch
    {
        < 32 => Math.Min(vectors, 2),
        _ => vectors % 4 == 0 ? 4 : vectors % 3 == 0 ? 3 : vectors % 5 == 0 ? 5 : Math.Min(vectors, 4),
    };

    /// <summary>The pixels of a micro-kernel call: as many as fit the registers besides the group's weights and one input.</summary>
    private int MaxPixels(int group) => Math.Min(12, (Registers - group - 1) / group);

    /// <summary>
    /// Whether pairs of groups are summed: for 1×1 convolutions of inputs that do not stay in the second-level cache, which every group
    /// reads again.
    /// </summary>
    private bool TakesPairs(Conv2dGeometry geometry, int group, Planes source, Planes output) =>
        geometry.Positions == 1 && group == 4 && output.Channels >= 2 * group && BandRows(source, output) < output.Height;

    /// <summary>The rows of a band: their inputs and outputs take half of a second-level cache of 1 MB.</summary>
    private int BandRows(Planes source, Planes output)
    {
        const int Cache = 512 * 1024;
        long perRow = (long)(source.Channels * source.Pitch + output.Channels * output.Pitch) * LaneWidth * sizeof(float);
        return (int)Math.Clamp(Cache / perRow, 1, output.Height);
    }

    /// <summary>
    /// The rows of a band of the weight gradient: few enough that the gradients of a group's outputs stay in the first-level cache, enough
    /// that the sum over the lanes after each band costs little.
    /// </summary>
    private static int GradientBandRows(Planes dy)
    {
        const int SmallPlane = 256, Pixels = 112;
        int bands = dy.Height * dy.Width <= SmallPlane ? 1 : (dy.Height * dy.Width + Pixels - 1) / Pixels;
        return (dy.Height + Math.Min(bands, dy.Height) - 1) / Math.Min(bands, dy.Height);
    }
}
