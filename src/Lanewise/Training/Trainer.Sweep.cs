namespace Lanewise;

// A learning-rate range test: steps at given learning rates, without evaluation.
public sealed partial class Trainer
{
    /// <summary>
    /// Trains one step at each learning rate, over as many epochs as it takes, and ends early where the loss is no longer finite. The
    /// schedule of the options has no part in it.
    /// </summary>
    /// <param name="train">The training set.</param>
    /// <param name="rates">The learning rates.</param>
    /// <param name="stepDone">Receives the mean loss of each step, before its update; returns whether to go on.</param>
    /// <param name="cancellationToken">Stops after the current step.</param>
    /// <inheritdoc cref="EpochsAsync" path="/exception"/>
    internal async Task SweepAsync(
        IDataset train, IReadOnlyList<double> rates, Func<double, bool> stepDone, CancellationToken cancellationToken)
    {
        Enter();
        try
        {
            Data = TrainingData.Of(Network, train, _options.Transform);
            Data.Check(Network, train);
            await Task.Run(() => Sweep(train, rates, stepDone, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Leave();
        }
    }

    private void Sweep(IDataset train, IReadOnlyList<double> rates, Func<double, bool> stepDone, CancellationToken cancellationToken)
    {
        int done = 0;
        bool goesOn = true;
        while (goesOn && done < rates.Count)
        {
            int[] order = Order(train);
            using var batches = Load(train, order, cancellationToken);
            for (int first = 0; goesOn && done < rates.Count && first < order.Length; first += _options.ImagesPerStep)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var images = order.AsSpan(first, Math.Min(_options.ImagesPerStep, order.Length - first));
                var (loss, correct) = ComputeGradients(batches, images);
                bool isFinite = double.IsFinite(loss);
                if (isFinite)
                {
                    Update(rates[done], loss, correct);
                }
                else
                {
                    _plan.DiscardGradients();
                }

                done++;
                goesOn = stepDone(loss / images.Length) && isFinite;
            }

            _position = new(_position.Epoch + 1, 0, 0, 0, 0, _position.Updates);
        }
    }
}
