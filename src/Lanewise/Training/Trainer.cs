using System.Runtime.CompilerServices;
using Lanewise.Engine;
using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// Trains a network epoch by epoch. Training can be cancelled between two steps and resumed with bitwise identical results; for a
/// given seed the weights are the same at any number of threads. A trainer serves one caller at a time; a second one gets an exception.
/// </summary>
public sealed partial class Trainer : IDisposable
{
    private readonly TrainingOptions _options;
    private readonly Plan _plan;
    private readonly Plan _evaluation;
    private readonly OptimizerWork _update;
    private readonly ParameterGroups _groups;
    // A copy of what the plan holds; null once a step has changed that.
    private TrainerState? _state;
    private readonly List<double> _valLosses = [];
    private TrainingPosition _position;
    private int _isRunning;

    /// <summary>Compiles the network and allocates all memory.</summary>
    /// <param name="network">The network to train.</param>
    /// <param name="options">The training options; null for the defaults.</param>
    /// <param name="initial">The initial weights; null for random initialization, PyTorch's by default.</param>
    /// <exception cref="InvalidOptionException">An option is out of range.</exception>
    /// <exception cref="ShapeException">The transform does not fit the network.</exception>
    public Trainer(Network network, TrainingOptions? options = null, Weights? initial = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        options ??= new TrainingOptions();
        options.Check(network);
        var isTrainable = TrainableParameters(network);
        if (!network.Parameters.Any(p => !p.IsBuffer && isTrainable?.Invoke(p.Name) != false))
        {
            throw new InvalidOptionException(
                $"{network.Name}: there is no parameter to train; the network needs some, and Network.WithTrainable must accept some.",
                nameof(Node.IsTrainable));
        }

        _options = options;
        _plan = Plan.Compile(network, options.ToPlanOptions(training: true, isTrainable));
        _evaluation = Plan.Compile(network, options.ToPlanOptions(training: false, isTrainable));
        var state = options.Optimizer.StateNames.Select(_ => _plan.AllocateLikeWeights());
        _groups = ParameterGroups.Of(network, options);
        _update = new OptimizerWork([.. state])
        {
            Steps = [.. Enumerable.Range(0, _groups.Count).Select(i => _groups.StepAt(i, options.Optimizer.LearningRate, 1))],
            Step = _groups.StepAt(0, options.Optimizer.LearningRate, 1),
            Ranges = _groups.Count == 1 ? [] : _plan.RangesOf(_groups.IndexOf),
            Matrices = _plan.MatricesOf(_groups.MatrixIndexOf),
            Clipping = options.Clipping is { } clip ? new(clip.Mode == ClipMode.Value, clip.Limit) : null,
            Average = options.Average is null ? null : _plan.AllocateAverage(),
        };
        _plan.SetWeights(initial ?? Weights.Initialize(network, options.Seed));
        if (_update.Average is { } average)
        {
            _plan.RestartAverage(average);
        }
    }

    /// <summary>The network that is trained.</summary>
    public Network Network => _plan.Network;

    /// <summary>What the weights were trained on; null before the first epoch begins.</summary>
    public TrainingData? Data { get; private set; }

    /// <summary>Returns a copy of the current weights.</summary>
    public Weights GetWeights() => _plan.GetWeights();

    /// <summary>Returns a copy of the average of the weights; null without <see cref="TrainingOptions.Average"/>.</summary>
    public Weights? GetAverage() => _update.Average is { } average ? _plan.SaveAverage(average) : null;

    /// <summary>The current position in training.</summary>
    public TrainingPosition Position => _position;

    /// <summary>Returns a copy of the complete state, from which <see cref="Resume"/> continues.</summary>
    public TrainerState GetState() => new(
        _plan.GetWeights(), OptimizerState.ToDictionary(s => s.Name, s => _plan.SaveState(s.Memory), StringComparer.Ordinal), _position)
    {
        Average = GetAverage(),
        ValLosses = [.. _valLosses],
    };

    /// <summary>Returns the complete state, which must not be changed: between two steps it is copied out once.</summary>
    internal TrainerState ReadState() => (_state ??= GetState()) with { Position = _position, ValLosses = [.. _valLosses] };

    /// <summary>Observes the gradients of steps, after they are computed and before the update; null for none.</summary>
    public IGradientObserver? GradientObserver { get; set; }

    /// <summary>The evaluation of the validation set after the last epoch; null before the first is complete.</summary>
    internal Evaluation? Validation { get; private set; }

    /// <summary>
    /// The evaluation of the validation set with the average of the weights; null without it, and before the first epoch.
    /// </summary>
    internal Evaluation? AverageValidation { get; private set; }

    /// <summary>Called after each batch of an evaluation with the number of samples that are done and that of all; null for none.</summary>
    internal Action<int, int>? Evaluated { get; set; }

    private IEnumerable<(string Name, LaneMemory Memory)> OptimizerState => _options.Optimizer.StateNames.Zip(_update.State);

    /// <summary>Restores <paramref name="state"/>, from which the next run continues.</summary>
    /// <param name="state">A state of the same network, optimizer and trained parameters.</param>
    /// <exception cref="ModelFormatException">
    /// The state belongs to another network or optimizer, or other parameters were trained.
    /// </exception>
    /// <exception cref="InvalidOperationException">The trainer is running.</exception>
    public void Resume(TrainerState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Enter();
        try
        {
            Restore(state);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Trains the remaining epochs on background threads.</summary>
    /// <param name="train">The training set: images, or arrays of values.</param>
    /// <param name="validation">The validation set, evaluated after each epoch.</param>
    /// <param name="progress">Called after every step on the training thread; must return quickly.</param>
    /// <param name="cancellationToken">Stops after the current step; <see cref="GetState"/> then returns where.</param>
    /// <returns>The metrics of the epochs that were trained.</returns>
    /// <inheritdoc cref="EpochsAsync" path="/exception"/>
    public async Task<IReadOnlyList<EpochResult>> FitAsync(
        IDataset train,
        IDataset validation,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var epochs = new List<EpochResult>();
        await foreach (var epoch in EpochsAsync(train, validation, progress, cancellationToken).ConfigureAwait(false))
        {
            epochs.Add(epoch);
        }

        return epochs;
    }

    /// <summary>
    /// Trains as <see cref="FitAsync"/> does and returns the metrics of each epoch when it is done. Training runs only while the result is
    /// enumerated.
    /// </summary>
    /// <param name="train">The training set: images, or arrays of values.</param>
    /// <param name="validation">The validation set, evaluated after each epoch.</param>
    /// <param name="progress">Called after every step on the training thread; must return quickly.</param>
    /// <param name="cancellationToken">Stops after the current step; <see cref="GetState"/> then returns where.</param>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The trainer is running already.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or NaN.</exception>
    /// <exception cref="ShapeException">The samples do not fit the network.</exception>
    /// <exception cref="DatasetException">A dataset is empty or has more classes than the network.</exception>
    /// <exception cref="LanewiseException">An image cannot be read.</exception>
    public async IAsyncEnumerable<EpochResult> EpochsAsync(
        IDataset train,
        IDataset validation,
        IProgress<TrainingProgress>? progress = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        Enter();
        try
        {
            var data = TrainingData.Of(Network, train, _options.Transform);
            data.Check(Network, train);
            data.Check(Network, validation);
            Data = data;
            while (_position.Epoch < _options.Epochs)
            {
                yield return await Task.Run(() => RunEpoch(train, validation, progress, cancellationToken), cancellationToken)
                    .ConfigureAwait(false);
            }
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Evaluates the current weights.</summary>
    /// <param name="dataset">The labelled samples.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <inheritdoc cref="EpochsAsync" path="/exception"/>
    public async Task<Evaluation> EvaluateAsync(IDataset dataset, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        Enter();
        try
        {
            var data = Data ?? TrainingData.Of(Network, dataset, _options.Transform);
            return await Task.Run(() => Evaluate(dataset, data, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Ends the worker threads; without it they end when the trainer is collected.</summary>
    public void Dispose()
    {
        _plan.Dispose();
        _evaluation.Dispose();
    }

    /// <summary>Selects the trained parameters by name; null for all.</summary>
    private static Func<string, bool>? TrainableParameters(Network network)
    {
        var frozen = network.Nodes.Where(node => !node.IsTrainable).SelectMany(node => node.Parameters).Select(p => p.Name)
            .ToHashSet(StringComparer.Ordinal);
        return frozen.Count == 0 ? null : name => !frozen.Contains(name);
    }

    private void Enter()
    {
        if (Interlocked.Exchange(ref _isRunning, 1) != 0)
        {
            throw new InvalidOperationException("the trainer is in use by another caller; wait for it, or create a second trainer.");
        }
    }

    private void Leave() => Volatile.Write(ref _isRunning, 0);

    private Evaluation Evaluate(IDataset dataset, TrainingData data, CancellationToken cancellationToken) =>
        Evaluate(ReadState().Weights, dataset, data, cancellationToken);

    private Evaluation Evaluate(Weights weights, IDataset dataset, TrainingData data, CancellationToken cancellationToken)
    {
        _evaluation.SetWeights(weights);
        return Evaluation.Run(_evaluation, dataset, data.Transform, evaluated: null, Evaluated, cancellationToken);
    }

    private void Restore(TrainerState state)
    {
        if (!state.Optimizer.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(_options.Optimizer.StateNames))
        {
            string own = string.Join(", ", _options.Optimizer.StateNames), found = string.Join(", ", state.Optimizer.Keys);
            throw new ModelFormatException(
                $"the optimizer keeps {own}, the state to resume has {found}; resume with the same optimizer.", ModelFormatError.Mismatch);
        }

        if (state.Average is null != _update.Average is null)
        {
            string found = state.Average is null ? "has none" : "has one";
            throw new ModelFormatException(
                $"the training {(state.Average is null ? "keeps" : "does not keep")} an average of the weights, and the state to resume "
                    + $"{found}; resume with the same options.",
                ModelFormatError.Mismatch);
        }

        _state = null;
        _plan.DiscardGradients();
        _plan.SetWeights(state.Weights);
        if (_update.Average is { } average)
        {
            _plan.LoadAverage(state.Average!, average);
        }

        foreach (var (name, memory) in OptimizerState)
        {
            _plan.LoadState(state.Optimizer[name], memory);
        }

        _position = state.Position;
        _valLosses.Clear();
        _valLosses.AddRange(state.ValLosses);
    }
}
