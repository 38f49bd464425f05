namespace Lanewise.Engine;

/// <summary>
/// The table of ops: for each, how a file's description is read, its lowering in a plan, and its implementation in the reference engine.
/// Shape rule, parameters and MACs are members of the op itself; their texts here, with the gradient rule, become the table in docs/ops.md.
/// </summary>
internal static class OpTable
{
    private const string NoMacs = "0", NoParameters = "", IdentityGradient = "dx = dy";

    /// <summary>The rows.</summary>
    public static IReadOnlyList<OpRow> Rows { get; } =
    [
        new(typeof(Input), Input.Read, null, new InputReference())
        {
            Shape = "(N, C, H, W)", Macs = NoMacs, Parameters = NoParameters, Gradient = "",
        },
        new(typeof(Conv2d), Conv2d.Read, new Conv2dLowering(), new Conv2dReference())
        {
            Shape = "(N, C, H, W) → (N, K, P, Q), P = ⌊(H + padding − dilation·(R − 1) − 1) / stride⌋ + 1",
            Macs = "K·P·Q·(C / groups)·R·S",
            Parameters = "weight (K, C / groups, R, S), bias (K)",
            Gradient = "dx[c][h][w] = Σ w·dy, dw[k][c][r][s] = Σ x·dy, db[k] = Σ dy",
        },
        new(typeof(Linear), Linear.Read, new Conv2dLowering(), new LinearReference())
        {
            Shape = "(N, F, 1, 1) → (N, K, 1, 1)",
            Macs = "K·F",
            Parameters = "weight (K, F), bias (K)",
            Gradient = "dx = Wᵀ·dy, dW = dy·xᵀ, db = dy",
        },
        new(typeof(BatchNorm2d), BatchNorm2d.Read, new BatchNorm2dLowering(), new BatchNorm2dReference())
        {
            Shape = "unchanged",
            Macs = NoMacs,
            Parameters = "weight (C), bias (C); buffers running_mean (C), running_var (C), num_batches_tracked",
            Gradient = "dx = w / √(var + eps)·(dy − mean(dy) − x̂·mean(dy·x̂)); without the means where running statistics are used",
        },
        new(typeof(ChannelAffine), ChannelAffine.Read, new ChannelAffineLowering(), new ChannelAffineReference())
        {
            Shape = "unchanged",
            Macs = NoMacs,
            Parameters = "weight (C), bias (C)",
            Gradient = "dx[c] = w[c]·dy[c], dw[c] = Σ dy·x, db[c] = Σ dy",
        },
        new(typeof(LocalResponseNorm), LocalResponseNorm.Read, new LocalResponseNormLowering(), new LocalResponseNormReference())
        {
            Shape = "unchanged",
            Macs = NoMacs,
            Parameters = NoParameters,
            Gradient = "dx[c] = dy[c]·b[c]^−β − 2·α·β / size·x[c]·Σ dy[i]·x[i]·b[i]^(−β − 1), b the base",
        },
        new(typeof(Softmax), _ => new Softmax(), new SoftmaxLowering(), new SoftmaxReference())
        {
            Shape = "unchanged", Macs = NoMacs, Parameters = NoParameters, Gradient = "dx[c] = y[c]·(dy[c] − Σ y·dy)",
        },
        new(typeof(LogSoftmax), _ => new LogSoftmax(), new LogSoftmaxLowering(), new LogSoftmaxReference())
        {
            Shape = "unchanged", Macs = NoMacs, Parameters = NoParameters, Gradient = "dx[c] = dy[c] − exp(y[c])·Σ dy",
        },
        new(typeof(Dropout), Dropout.Read, new DropoutLowering(), new DropoutReference())
        {
            Shape = "unchanged", Macs = NoMacs, Parameters = NoParameters, Gradient = "dx = mask / (1 − p)·dy",
        },
        new(typeof(MaxPool2d), MaxPool2d.Read, new MaxPool2dLowering(), new MaxPool2dReference())
        {
            Shape = "(N, C, H, W) → (N, C, P, Q), P = ⌊(H + padding − dilation·(R − 1) − 1) / stride⌋ + 1, ⌈…⌉ in ceil mode",
            Macs = NoMacs,
            Parameters = NoParameters,
            Gradient = "dy to each window's first maximum",
        },
        new(typeof(AvgPool2d), AvgPool2d.Read, new AvgPool2dLowering(), new AvgPool2dReference())
        {
            Shape = "as MaxPool2d", Macs = NoMacs, Parameters = NoParameters, Gradient = "dy / window size, to each input of the window",
        },
        new(typeof(AdaptiveAvgPool2d), AdaptiveAvgPool2d.Read, new AvgPool2dLowering(), new AdaptiveAvgPool2dReference())
        {
            Shape = "(N, C, H, W) → (N, C, P, Q), P and Q given",
            Macs = NoMacs,
            Parameters = NoParameters,
            Gradient = "dy / window size, to each input of the window",
        },
        new(typeof(ReLU), _ => new ReLU(), new ReLULowering(), new ReLUReference())
        {
            Shape = "unchanged", Macs = NoMacs, Parameters = NoParameters, Gradient = "dx = dy where x > 0, else 0",
        },
        OpRow.Elementwise<LeakyReLU>(LeakyReLU.Read, "dx = dy where x > 0, else negative slope·dy"),
        OpRow.Elementwise<Hardtanh>(Hardtanh.Read, "dx = dy where min < x < max, else 0"),
        OpRow.Elementwise<Sigmoid>(_ => new Sigmoid(), "dx = y·(1 − y)·dy"),
        OpRow.Elementwise<Hardsigmoid>(Hardsigmoid.Read, "dx = α·dy where 0 < α·x + β < 1, else 0"),
        OpRow.Elementwise<Hardswish>(_ => new Hardswish(), "dx = 0 where x ≤ −3, dy where x ≥ 3, else (x / 3 + 1 / 2)·dy"),
        OpRow.Elementwise<SiLU>(_ => new SiLU(), "dx = s·(1 + x·(1 − s))·dy, s the sigmoid of x"),
        OpRow.Elementwise<Mish>(_ => new Mish(), "dx = (t + x·(1 − t²)·s)·dy, t the tanh and s the sigmoid of x"),
        OpRow.Elementwise<GELU>(GELU.Read, "dx = (Φ + x·φ)·dy, Φ and φ distribution and density of the standard normal distribution"),
        OpRow.Elementwise<Rescaling>(Rescaling.Read, "dx = scale·dy"),
        new(typeof(Add), _ => new Add(), new AddLowering(), new AddReference())
        {
            Shape = "both inputs have one shape; unchanged",
            Macs = NoMacs,
            Parameters = NoParameters,
            Gradient = IdentityGradient + " for both inputs",
        },
        new(typeof(Mul), _ => new Mul(), new MulLowering(), new MulReference())
        {
            Shape = "both inputs have one shape; unchanged",
            Macs = NoMacs,
            Parameters = NoParameters,
            Gradient = "dx = dy times the other input",
        },
        new(typeof(Expand), Expand.Read, new ExpandLowering(), new ExpandReference())
        {
            Shape = "(N, C or 1, H or 1, W or 1) → (N, C, H, W)",
            Macs = NoMacs,
            Parameters = NoParameters,
            Gradient = "dx = Σ dy over the repetitions",
        },
        new(typeof(ConstantPad2d), ConstantPad2d.Read, new ConstantPad2dLowering(), new ConstantPad2dReference())
        {
            Shape = "(N, C, H, W) → (N, C, H + padding, W + padding)",
            Macs = NoMacs,
            Parameters = NoParameters,
            Gradient = "dy of the image's pixels",
        },
        new(typeof(IdentityShortcut), IdentityShortcut.Read, new IdentityShortcutLowering(), new IdentityShortcutReference())
        {
            Shape = "(N, C, H, W) → (N, K, ⌈H / stride⌉, ⌈W / stride⌉)",
            Macs = NoMacs,
            Parameters = NoParameters,
            Gradient = "dy to the pixels that were kept",
        },
        new(typeof(Concat), _ => new Concat(), new ConcatLowering(), new ConcatReference())
        {
            Shape = "(N, Cᵢ, H, W) → (N, Σ Cᵢ, H, W)", Macs = NoMacs, Parameters = NoParameters, Gradient = "each input its slice of dy",
        },
        new(typeof(Flatten), _ => new Flatten(), new FlattenLowering(), new FlattenReference())
        {
            Shape = "(N, C, H, W) → (N, C·H·W, 1, 1)", Macs = NoMacs, Parameters = NoParameters, Gradient = IdentityGradient,
        },
    ];

    private static readonly Dictionary<Type, OpRow> ByType = Rows.ToDictionary(row => row.Type);

    private static readonly Dictionary<string, OpRow> ByName = Rows.ToDictionary(row => row.Type.Name, StringComparer.Ordinal);

    /// <summary>The row of an op by its name, for example <c>Conv2d</c>; null if there is none.</summary>
    public static OpRow? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The lowering of a node's op.</summary>
    public static Lowering LoweringOf(Node node) =>
        Of(node).Lowering ?? throw new InvalidOperationException($"{node.Path}: {node.Op.Name} runs nothing");

    /// <summary>The row of a node's op.</summary>
    /// <exception cref="NetworkException">There is none.</exception>
    public static OpRow Of(Node node) => ByType.GetValueOrDefault(node.Op.GetType())
        ?? throw new NetworkException(
            $"{node.Path} ({node.Op.Name}): the engine has no row for this op in its OpTable; use another op.", nodePath: node.Path);
}

/// <summary>A row of the table of ops.</summary>
/// <param name="Type">The type of the op.</param>
/// <param name="Read">Reads the op's attributes, as its <c>Write</c> wrote them.</param>
/// <param name="Lowering">The lowering to kernel calls; null for the input, which runs nothing.</param>
/// <param name="Reference">The implementation as plain loops in double precision.</param>
internal sealed record OpRow(Type Type, Func<AttributeReader, Op> Read, Lowering? Lowering, Reference Reference)
{
    /// <summary>Creates the row of an elementwise function.</summary>
    /// <param name="read">Reads the op's attributes.</param>
    /// <param name="gradient">The gradient rule, as text.</param>
    public static OpRow Elementwise<TOp>(Func<AttributeReader, Op> read, string gradient)
        where TOp : ElementwiseOp =>
        new(typeof(TOp), read, new ActivationLowering(), new ElementwiseReference())
        {
            Shape = "unchanged",
            Macs = "0",
            Parameters = "",
            Gradient = gradient,
        };

    /// <summary>The shape rule, as text.</summary>
    public required string Shape { get; init; }

    /// <summary>The multiply-accumulates for one image, as text.</summary>
    public required string Macs { get; init; }

    /// <summary>The parameters and buffers with their shapes, as text.</summary>
    public required string Parameters { get; init; }

    /// <summary>The gradient rule, as text.</summary>
    public required string Gradient { get; init; }
}
