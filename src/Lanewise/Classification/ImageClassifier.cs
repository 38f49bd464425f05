using System.Globalization;
using Lanewise.Files;

namespace Lanewise;

/// <summary>
/// A trained model that classifies images: load it once and share it among all threads of an application. It prepares an image as in
/// training, runs the network and names the classes.
/// </summary>
/// <remarks>
/// <para>
/// Thread-safe: the weights exist once and do not change; each call takes a session, which holds the activations, from a bounded pool
/// (<see cref="ImageClassifierOptions.MaxSessions"/>) and returns its result. The answer for an image is bitwise the same whether it is
/// classified alone, in a batch or by several threads.
/// </para>
/// <para>
/// Files, streams and encoded bytes are classified by extension methods of the package <c>Lanewise.Imaging</c> in this namespace:
/// <c>classifier.Classify("seven.png")</c>, <c>classifier.ClassifyAsync(paths)</c>.
/// </para>
/// <para>Disposing refuses further calls and releases the memory; a classifier that is dropped without it leaves nothing behind.</para>
/// </remarks>
/// <example>
/// <code>
/// using Lanewise;
///
/// using var classifier = ImageClassifier.Load("runs/residual-1");
/// Classification result = classifier.Classify("seven.png");
/// Console.WriteLine($"{result.Label} {result.Probability:P1}");
/// foreach (var (label, _, probability) in result.Top(5)) Console.WriteLine($"{label} {probability:P1}");
/// </code>
/// </example>
public sealed partial class ImageClassifier : IDisposable
{
    private readonly PooledModel _model;
    private readonly Lazy<PooledModel> _features;
    private readonly ImagePreparation? _images;
    private readonly ImageClassifierOptions _options;
    private readonly bool _isSoftmax;
    private readonly double _threshold;
    private readonly double? _minProbability;
    private int _isDisposed;

    private ImageClassifier(
        Network network,
        Weights weights,
        IReadOnlyList<string>? classes,
        ImageTransform? transform,
        IReadOnlyList<string> notices,
        ImageClassifierOptions options)
    {
        options.Check();
        classes ??= ModelFile.ClassNumbers(network.OutputCount);
        if (classes.Count > 0 && classes.Count != network.OutputCount)
        {
            throw new InvalidOptionException(
                $"{network.Name}: {classes.Count} class names for {network.OutputCount} outputs; one for each is needed.",
                nameof(ImageClassifierOptions.Classes));
        }

        if (transform is not null && transform.Input != network.Input)
        {
            throw new ShapeException(
                $"{network.Name} takes {network.Input}, the transform gives {transform.Input}; use transform.For(network.Input).",
                network.Name);
        }

        (Classes, Notices, _options, Calibration) = ([.. classes], notices, options, options.Calibration);
        if (Calibration is null && (options.Coverage is not null || options.Reject is double.NaN))
        {
            string option = options.Coverage is null ? nameof(options.Reject) : nameof(options.Coverage);
            throw new InvalidOptionException(
                $"{network.Name}: the model is not calibrated, so there is no threshold and no set of likely classes; calibrate it, "
                    + "or set ImageClassifierOptions.Reject to a threshold or ImageClassifierOptions.Calibration.",
                option);
        }

        _threshold = options.Reject is double.NaN ? Calibration!.Threshold : options.Reject ?? 0;
        _minProbability = options.Coverage is { } coverage ? Calibration!.MinProbability(coverage) : null;
        _isSoftmax = network.Output.Op is Softmax;
        _images = transform is null ? null : new ImagePreparation(transform);
        _model = new PooledModel(network, weights, options);
        _features = new Lazy<PooledModel>(() => Classes.Count == 0 ? _model : CompileFeatures(network, weights, options));
    }

    /// <summary>Gets the network.</summary>
    public Network Network => _model.Network;

    /// <summary>
    /// Gets the class names in the order of the logits; numbers where they are not known; empty for a body without classifier, which
    /// computes features (<see cref="Embed(DecodedImage)"/>) and classifies nothing.
    /// </summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Gets how images are prepared; null if the model takes arrays of values, and no images.</summary>
    public ImageTransform? Transform => _images?.Transform;

    /// <summary>
    /// Gets what the user should know about the loading, one sentence each: for example that the file does not say how images are
    /// prepared, and which default is used.
    /// </summary>
    public IReadOnlyList<string> Notices { get; }

    /// <summary>Gets the calibration, with which probabilities are computed; null for none.</summary>
    public Calibration? Calibration { get; }

    /// <summary>Gets the maximum number of threads of a call that takes several images.</summary>
    public int Threads => _options.Threads;

    /// <summary>Gets the number of sessions so far; for tests.</summary>
    internal int Sessions => _model.Sessions.Created;

    /// <summary>Gets the number of images that a session computes at once; for tests.</summary>
    internal int BlockImages => _model.BlockImages;

    /// <summary>Loads a trained model.</summary>
    /// <param name="path">
    /// A run folder, a <c>.safetensors</c> file, or a <c>.pt</c>, <c>.pth</c> or <c>.th</c> file of PyTorch. Of a run folder with several
    /// sets of weights, the one is used that its <c>args.json</c> names (<see cref="Notices"/> says which), or
    /// <see cref="ImageClassifierOptions.Use"/>.
    /// </param>
    /// <param name="options">The options; null for the defaults. Files of PyTorch need <see cref="ImageClassifierOptions.Model"/>.</param>
    /// <exception cref="FileAccessException">The file cannot be read, or the folder has no model.</exception>
    /// <exception cref="ModelFormatException">
    /// The file is damaged, not a weights file, a training checkpoint, or does not say which model it holds.
    /// </exception>
    /// <exception cref="UnknownNameException">There is no model of the name in the options.</exception>
    /// <exception cref="InvalidOptionException">An option is out of range.</exception>
    /// <exception cref="ShapeException">The model does not support the input of the transform in the options.</exception>
    public static ImageClassifier Load(string path, ImageClassifierOptions? options = null)
    {
        options ??= new();
        options.Check();
        var file = ModelFile.Load(path, options.Model, options.Use);
        var transform = options.Transform ?? file.Card.Transform;
        var notices = file.Notices.Select(notice => notice.Replace("{key}", "another key", StringComparison.Ordinal)).ToList();
        if (options.Transform is null && !file.HasCard && transform is not null)
        {
            notices.Add($"{DefaultNotice(path, file.Network, transform)} Set ImageClassifierOptions.Transform for another.");
        }

        options = options with { Calibration = options.Calibration ?? file.Card.Calibration };
        return new(NetworkFor(file, options.Transform), file.Weights, options.Classes ?? file.Card.Classes, transform, notices, options);
    }

    /// <summary>Creates a classifier from a model in memory.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="classNames">
    /// The class names in the order of the logits; null for the numbers of the classes; empty for a body, whose outputs are features.
    /// </param>
    /// <param name="transform">How images are prepared; null for a model that takes arrays of values, and no images.</param>
    /// <param name="options">The options; null for the defaults. Model, Transform and Classes have no effect.</param>
    /// <exception cref="InvalidOptionException">An option is out of range, or there is not one class name per output.</exception>
    /// <exception cref="ShapeException">The transform does not fit the network.</exception>
    /// <exception cref="LanewiseException">The weights do not match the network.</exception>
    public static ImageClassifier Create(
        Network network,
        Weights weights,
        IReadOnlyList<string>? classNames = null,
        ImageTransform? transform = null,
        ImageClassifierOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(weights);
        return new(network, weights, classNames, transform, [], options ?? new());
    }

    /// <summary>Returns how an image should be decoded for this classifier.</summary>
    /// <exception cref="InvalidOptionException">The model takes arrays of values, and no images.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public DecodeOptions GetDecodeOptions() => Images.Transform.Decoding;

    /// <summary>Refuses further calls and releases the memory; calls in progress complete.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _model.Dispose();
        if (_features.IsValueCreated && _features.Value != _model)
        {
            _features.Value.Dispose();
        }
    }

    /// <summary>Builds the network of a file, for the input of a transform that replaces the file's.</summary>
    private static Network NetworkFor(ModelFile file, ImageTransform? transform)
    {
        var network = file.Network;
        if (transform is null || transform.Input == network.Input)
        {
            return network;
        }

        var entry = file.Card.Network is null ? ModelCatalog.Find(network.Name) : throw new ShapeException(
            $"{network.Name} takes {network.Input}, the transform gives {transform.Input}; only models of the catalog take other sizes.",
            network.Name);
        return entry.Create(new ModelOptions { Classes = network.OutputCount, Input = transform.Input });
    }

    internal static string DefaultNotice(string path, Network network, ImageTransform transform) => string.Create(
        CultureInfo.InvariantCulture,
        $"{path} does not say how images are prepared; the default of {network.Name} is used: {transform.Input}, "
        + $"mean {string.Join(", ", transform.Mean)}, standard deviation {string.Join(", ", transform.Std)}, crop {transform.CropPct}"
        + $"{(transform.ChannelOrder == ChannelOrder.Rgb ? "" : ", channels blue, green, red")}"
        + $"{(transform.Ink is null ? "" : ", drawings framed to their ink")}.");

    private ImagePreparation Images
    {
        get
        {
            ThrowIfDisposed();
            return _images ?? throw new InvalidOptionException(
                $"{Network.Name}: the model takes arrays of {Network.Input} values, and no images, as it was trained on such arrays; pass "
                + $"values, or set {nameof(ImageClassifierOptions.Transform)}, which converts an image to them.",
                nameof(ImageClassifierOptions.Transform));
        }
    }

    /// <summary>Throws unless the outputs are logits.</summary>
    private void RequireClassifier()
    {
        ThrowIfDisposed();
        if (Classes.Count == 0)
        {
            throw NoClassifier(Network);
        }
    }

    /// <summary>Returns the exception for a body that should classify.</summary>
    internal static NetworkException NoClassifier(Network network) => new(
        $"{network.Name}: the weights have no classifier, so images have {network.OutputCount} features (Embed) but no class; train a "
        + "classifier from these weights first.",
        network.Name);

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
}
