using System.Globalization;
using Lanewise.Files.TensorBoard;
using Lanewise.Imaging;

namespace Lanewise.Workflows;

/// <summary>
/// Writes TensorBoard events of a run: the loss by step; after each epoch its metrics and histograms of the weights and of their
/// gradients in the last step; the first validation images. Epochs are numbered from 1, steps from the start of training.
/// </summary>
internal sealed class TensorBoardLog(RunDirectory folder, int stepsPerEpoch, int epochs, int batchSize, int trainImages)
    : IGradientObserver, IDisposable
{
    private const int MaxLosses = 300;
    private const int Images = 8;
    private const int ImageSide = 112;

    private readonly EventWriter _events = new(folder.TensorBoard);
    private (int Epoch, double LossSum, long Images) _last = (-1, 0, 0);

    /// <summary>Gets the number of steps between two loss events.</summary>
    private long Interval => Math.Max(1, ((long)epochs * stepsPerEpoch + MaxLosses - 1) / MaxLosses);

    /// <summary>Writes the first validation images as the network sees them, without normalization.</summary>
    public void ShowImages(IImageDataset test, ImageTransform transform)
    {
        var shape = transform.Input;
        var images = new PreparedDataset(test, transform);
        byte[] pixels = new byte[shape.Count];
        int scale = Math.Max(1, ImageSide / Math.Max(shape.Height, shape.Width));
        for (int i = 0; i < Math.Min(Images, test.Count); i++)
        {
            images.Fit(i, pixels);
            string tag = string.Create(CultureInfo.InvariantCulture, $"test/{i} {test.Classes[test.Label(i)]}");
            _events.AddImage(tag, 0, shape.Width * scale, shape.Height * scale, shape.Channels, ImageWriter.Encode(shape, pixels, scale));
        }
    }

    /// <summary>Wraps a progress handler so that the loss of each step is recorded too.</summary>
    public IProgress<TrainingProgress> Wrap(IProgress<TrainingProgress> next) => new StepRecorder(this, next);

    /// <inheritdoc/>
    public bool Wants(TrainingPosition position)
    {
        if (position.Epoch != _last.Epoch)
        {
            // The start of an epoch, or the position of a resumed run.
            _last = (position.Epoch, position.LossSum, (long)position.Step * batchSize);
        }

        return position.Step == stepsPerEpoch - 1;
    }

    /// <inheritdoc/>
    public void Observe(TrainingPosition position, Weights gradients) => AddHistograms("gradients", position.Epoch + 1, gradients.Tensors);

    /// <summary>Writes the metrics and weights of an epoch.</summary>
    public void EpochDone(EpochResult epoch, Network network, Weights weights)
    {
        (string Tag, double Value)[] metrics =
        [
            ("loss/train", epoch.TrainLoss), ("loss/eval", epoch.ValLoss),
            ("accuracy/train", epoch.TrainTop1), ("accuracy/eval", epoch.ValTop1),
            ("learning_rate", epoch.LearningRate), ("images_per_second", epoch.ImagesPerSecond),
            .. epoch is { EmaValLoss: { } loss, EmaValTop1: { } top1 }
                ? ((string, double)[])[("loss/ema", loss), ("accuracy/ema", top1)] : [],
        ];
        foreach (var (tag, value) in metrics)
        {
            _events.AddScalar(tag, epoch.Epoch, value);
        }

        AddHistograms("weights", epoch.Epoch, network.Parameters.Where(p => !p.IsBuffer).Select(p => weights[p.Name]));
    }

    /// <inheritdoc/>
    public void Dispose() => _events.Dispose();

    private void AddHistograms(string group, int epoch, IEnumerable<Tensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            _events.AddHistogram($"{group}/{tensor.Name}", epoch, tensor.Values);
        }
    }

    private void AddLoss(TrainingProgress p)
    {
        long step = (p.Epoch - 1L) * p.Steps + p.Step;
        if (step % Interval != 0)
        {
            return;
        }

        // The mean loss since the last event.
        long images = Math.Min((long)p.Step * batchSize, trainImages);
        double sum = p.Loss * images;
        _events.AddScalar("loss/step", step, (sum - _last.LossSum) / (images - _last.Images));
        _last = (p.Epoch - 1, sum, images);
    }

    private sealed class StepRecorder(TensorBoardLog log, IProgress<TrainingProgress> next) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            log.AddLoss(value);
            next.Report(value);
        }
    }
}
