namespace Lanewise.Kernels;

/// <summary>
/// Chooses how a convolution, or one of its gradients, is computed, and prepares the call. There are two families of algorithms:
/// <list type="bullet">
/// <item>the <b>direct sum</b> over a list of taps, for every convolution: strided, dilated, 1×1, and linear layers. A micro-kernel
/// computes a group of outputs × several pixels; 1×1 convolutions of inputs that exceed the second-level cache take two groups at once
/// (<see cref="TakesPairs"/>). Grouped and depthwise convolutions are direct sums of slices.</item>
/// <item><b>Winograd</b> in several forms, for 3×3 and 5×5 kernels of stride 1 (<see cref="WinogradForm.Fits"/>): 2-D F(4×4, 3×3),
/// F(2×2, 3×3) and F(2×2, 5×5), and 1-D along the rows F(4, 3), F(6, 3), F(2, 5) and F(4, 5).</item>
/// </list>
/// Both exist in the batch-interleaved and in the channel-interleaved layout, where a group consists of output vectors. The cheapest
/// by operation counts is taken (<see cref="WinogradCost"/>, <see cref="WinogradGradientCost"/>); in training the choice decides the last
/// bits, so nothing that it depends on may differ between processors.
/// </summary>
/// <param name="laneWidth">The number of floats in a vector.</param>
/// <param name="registers">The number of vector registers.</param>
/// <param name="caches">The caches that bands of rows are cut for.</param>
internal sealed class Conv2dPlanner(int laneWidth, int registers, CacheSizes caches)
{
    private const long MaxBandCache = 1 << 20;

    /// <summary>Winograd must cost less than this share of the direct sum: the estimates are no more accurate.</summary>
    private const double Margin = 0.95, GradientMargin = 0.85;

    private static readonly WinogradForm TwoByTwo = new(AlongRows: false, WinogradForm.FourPoints),
        FourByFour = new(AlongRows: false, WinogradForm.SixPoints),
        ShortRows = new(AlongRows: true, WinogradForm.SixPoints),
        LongRows = new(AlongRows: true, WinogradForm.EightPoints);

    /// <summary>The outputs of a micro-kernel call with 32 registers. Where it is equal, it is equal with 16 too.</summary>
    public static int ReferenceGroup(int channels) => channels % 4 == 0 ? 4 : channels % 5 == 0 ? 5 : Math.Min(channels, 4);

    /// <summary>Lists the algorithms that apply, with their estimated costs; the direct sum comes first.</summary>
    public static IReadOnlyList<Conv2dCandidate> Candidates(Conv2dProblem problem)
    {
        var (geometry, cost) = (problem.Geometry, new WinogradCost(problem));
        return [Conv2dCandidate.Direct(cost.Direct()),
            .. FormsOf(geometry).Select(form => Conv2dCandidate.Winograd(form, geometry, cost.Of(form)))];
    }

    /// <summary>Lists the algorithms that apply to the gradient to the weights.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="x">Its input.</param>
    /// <param name="dy">The gradient to its output.</param>
    public static IReadOnlyList<Conv2dCandidate> GradientCandidates(Conv2dGeometry geometry, Planes x, Planes dy)
    {
        var cost = new WinogradGradientCost(geometry, x, dy);
        var direct = Conv2dCandidate.Direct(cost.Direct());
        return !WinogradForm.Fits(geometry) ? [direct] :
        [
            direct,
            Conv2dCandidate.Winograd(FourByFour, geometry, cost.Tiles()),
            Conv2dCandidate.Winograd(LongRows, geometry, cost.Rows()),
        ];
    }

    /// <summary>Chooses an algorithm for the forward pass or the gradient to the input, among those that can do its pooling.</summary>
    public static Conv2dChoice Choose(Conv2dProblem problem) => Choose(Poolable(problem), Margin, problem.Algorithm switch
    {
        ConvAlgorithm.Auto => null,
        ConvAlgorithm.Direct => [],
        ConvAlgorithm.Winograd => [FourByFour],
        ConvAlgorithm.WinogradSmall => problem.Geometry.Rows.Kernel == 3 ? [TwoByTwo] : [ShortRows],
        _ => [LongRows],
    });

    /// <summary>Chooses an algorithm for the gradient to the weights.</summary>
    public static Conv2dChoice ChooseGradient(ConvAlgorithm algorithm, Conv2dGeometry geometry, Planes x, Planes dy) =>
        Choose(GradientCandidates(geometry, x, dy), GradientMargin, algorithm switch
        {
            ConvAlgorithm.Direct => [],
            ConvAlgorithm.Winograd => [FourByFour],
            ConvAlgorithm.WinogradRows => [LongRows],
            _ => null,
        });

    /// <summary>Whether a convolution can pool its output before writing it; dilated windows have a kernel of their own.</summary>
    /// <param name="problem">The convolution.</param>
    /// <param name="rows">The pooling's vertical axis.</param>
    /// <param name="columns">Its horizontal axis.</param>
    public static bool CanPool(Conv2dProblem problem, ConvAxis rows, ConvAxis columns) =>
        rows.Dilation == 1 && columns.Dilation == 1 && CanPool(Choose(problem).Chosen, problem.Geometry, rows, columns);


    /// <summary>Gets the packing of a convolution's weights.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="isChannelInterleaved">Whether lanes hold channels.</param>
    public Conv2dPacking Packing(Conv2dGeometry geometry, bool isChannelInterleaved = false) => new(
        geometry,
        isChannelInterleaved ? laneWidth * VectorGroupOf(VectorsOf(geometry.OutChannels)) : GroupOf(geometry.OutChannels));

    /// <summary>Prepares a convolution, or the gradient to its input, by the algorithm that is estimated to be the fastest.</summary>
    public Conv2dCall Plan(Conv2dProblem problem) => Plan(problem, Choose(problem));

    /// <summary>Prepares a convolution, or the gradient to its input, by a given algorithm.</summary>
    public Conv2dCall Plan(Conv2dProblem problem, Conv2dChoice choice)
    {
        var geometry = problem.Geometry;
        int group = problem.Lanes is not null ? VectorGroupOf(VectorsOf(geometry.OutChannels))
            : GroupOf(problem.IsBackward ? geometry.InChannels : geometry.OutChannels);
        if (choice.Chosen.Form is not { } form)
        {
            return Direct(problem, choice, group);
        }

        var options = new WinogradOptions(problem, choice, form.Side)
        {
            Group = group,
            MaxPixels = MaxPixels(group),
            PackedGroup = Packing(geometry, problem.Lanes is not null).Group,
            LaneWidth = laneWidth,
        };
        return form.AlongRows ? new RowWinogradCall(options) : new TileWinogradCall(options);
    }

    /// <summary>Prepares the gradient to a convolution's weights, as one or several calls that run one after the other.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="x">Its input.</param>
    /// <param name="dy">The gradient to its output.</param>
    /// <param name="weights">The first float of its packed weight gradients.</param>
    /// <param name="slots">How the sums over images are divided.</param>
    /// <param name="algorithm">The algorithms to choose from.</param>
    public IReadOnlyList<Conv2dGradientCall> PlanGradient(
        Conv2dGeometry geometry, Planes x, Planes dy, int weights, SlotLayout slots, ConvAlgorithm algorithm = ConvAlgorithm.Auto)
    {
        int group = GroupOf(geometry.OutChannels), rows = GradientBandRows(dy);
        var choice = ChooseGradient(algorithm, geometry, x, dy);
        if (choice.Chosen.Form is not null)
        {
            int vectors = VectorGroupOf(VectorsOf(geometry.OutChannels));
            return WinogradGradientCall.Of(
                geometry, x, dy, choice, weights, new(vectors, MaxPixels(vectors), group, laneWidth, slots));
        }

        var groups = TapGroups.Build(geometry, x, dy, group, Math.Min(6, MaxPixels(group)), rows, laneWidth);
        return [new DirectGradientCall(groups, x, dy, slots, group, Packing(geometry).PerOutput)
        {
            Choice = choice,
            Weights = weights,
            BandRows = rows,
            InputStep = geometry.Columns.Stride,
            InputRowStep = geometry.Rows.Stride,
        }];
    }

    private static Conv2dCandidate[] Poolable(Conv2dProblem problem) => [.. Candidates(problem).Where(algorithm =>
        algorithm.Form is null || problem.Epilogue.Pool is not { } pool
        || CanPool(algorithm, problem.Geometry, AxisOf(pool.Rows), AxisOf(pool.Columns)))];

    private static ConvAxis AxisOf(PoolAxis pool) => new(pool.Kernel, pool.Stride, pool.Before, pool.Before);

    private static bool CanPool(Conv2dCandidate algorithm, Conv2dGeometry geometry, ConvAxis rows, ConvAxis columns) =>
        algorithm.Form is { } form
            ? form.CanPool(geometry, rows) && form.CanPool(geometry, columns)
            : DirectConv2dCall.CanPool(rows) && DirectConv2dCall.CanPool(columns);

    /// <summary>Chooses among candidates: one of the given forms where it is among them, else the cheapest by a margin.</summary>
    /// <param name="candidates">The algorithms that apply.</param>
    /// <param name="margin">The share of the cost of the direct sum that another algorithm may have.</param>
    /// <param name="forms">The forms that the options of the plan leave, besides the direct sum; null for all.</param>
    private static Conv2dChoice Choose(IReadOnlyList<Conv2dCandidate> candidates, double margin, WinogradForm[]? forms)
    {
        var direct = candidates[0];
        if (candidates.Count == 1)
        {
            return new(direct, candidates, ChoiceReason.Only);
        }

        if (forms is not null)
        {
            var given = candidates.Skip(1).Where(candidate => forms.Contains(candidate.Form!.Value)).Prepend(direct).Last();
            return new(given, candidates, ChoiceReason.Option);
        }

        var best = candidates.Skip(1).MinBy(candidate => candidate.Cost);
        return new(best.Cost < margin * direct.Cost ? best : direct, candidates, ChoiceReason.Estimate);
    }

    private static IEnumerable<WinogradForm> FormsOf(Conv2dGeometry geometry) => !WinogradForm.Fits(geometry) ? []
        : geometry.Rows.Kernel == 3 ? [FourByFour, TwoByTwo, ShortRows, LongRows] : [FourByFour, ShortRows, LongRows];

    /// <summary>
    /// The rows of a band of the weight gradient: few enough that the gradients of a group's outputs stay in the first-level cache, enough
    /// that the sum over the lanes after each band costs little. The order of sums depends on it.
    /// </summary>
    private static int GradientBandRows(Planes dy)
    {
        const int SmallPlane = 256, Pixels = 112;
        int bands = dy.Height * dy.Width <= SmallPlane ? 1 : (dy.Height * dy.Width + Pixels - 1) / Pixels;
        return (dy.Height + Math.Min(bands, dy.Height) - 1) / Math.Min(bands, dy.Height);
    }

    private DirectConv2dCall Direct(Conv2dProblem problem, Conv2dChoice choice, int group)
    {
        var (geometry, x, y) = (problem.Geometry, problem.Source, problem.Output);
        bool pairs = TakesPairs(problem, group);
        int pixels = pairs ? DirectConv2dCall.PairPixels : MaxPixels(group), packed = GroupOf(geometry.OutChannels);
        var taps = problem.IsBackward
            ? TapTable.BackwardInput(problem.Sources, y, packed, group, pixels, laneWidth)
            : TapTable.Forward(geometry, x, problem.Lanes, group, pixels, laneWidth);
        int perOutput = Packing(geometry, problem.Lanes is not null).PerOutput;
        var (weightsPerOutput, weightStride) = problem.IsBackward ? (geometry.Positions * packed, geometry.Positions * packed)
            : problem.Lanes is null ? (perOutput, 1) : (perOutput * laneWidth, laneWidth);
        return new(problem, choice, taps)
        {
            Pairs = pairs,
            Group = group,
            WeightsPerOutput = weightsPerOutput,
            WeightStride = weightStride,
            SourceStep = problem.IsBackward ? 1 : geometry.Columns.Stride,
            OutputStep = problem.IsBackward ? geometry.Columns.Stride : 1,
            BandRows = BandRows(x, y),
            LaneWidth = laneWidth,
        };
    }

    /// <summary>
    /// The outputs of a micro-kernel call: a divisor of the number of channels where there is one that uses the registers well.
    /// </summary>
    private int GroupOf(int channels) => registers < 32 ? Math.Min(channels, 2) : ReferenceGroup(channels);

    /// <summary>⌈channels / L⌉.</summary>
    private int VectorsOf(int channels) => (channels + laneWidth - 1) / laneWidth;

    /// <summary>The output vectors of a micro-kernel call in the channel-interleaved layout.</summary>
    private int VectorGroupOf(int vectors) => registers switch
    {
        < 32 => Math.Min(vectors, 2),
        _ => vectors % 4 == 0 ? 4 : vectors % 3 == 0 ? 3 : vectors % 5 == 0 ? 5 : Math.Min(vectors, 4),
    };

    /// <summary>The pixels of a micro-kernel call: as many as fit the registers besides the group's weights and one input.</summary>
    private int MaxPixels(int group) => Math.Min(12, (registers - group - 1) / group);

    /// <summary>
    /// Whether pairs of groups are summed: for 1×1 convolutions of inputs that do not stay in the second-level cache, which every group
    /// reads again.
    /// </summary>
    private bool TakesPairs(Conv2dProblem problem, int group) =>
        problem.Lanes is null && problem.Geometry.Positions == 1 && group == 4 && problem.Output.Channels >= 2 * group
        && BandRows(problem.Source, problem.Output) < problem.Output.Height;

    /// <summary>
    /// The rows of a band: their inputs and outputs take half of the second-level cache, or of 1 MB of it. With half of 2 MB, GoogLeNet was
    /// 4 % slower on a processor whose second-level cache is large and slow (Emerald Rapids).
    /// </summary>
    private int BandRows(Planes source, Planes output)
    {
        long perRow = (long)(source.Channels * source.Pitch + output.Channels * output.Pitch) * laneWidth * sizeof(float);
        return (int)Math.Clamp(Math.Min(caches.Level2, MaxBandCache) / 2 / perRow, 1, output.Height);
    }
}
