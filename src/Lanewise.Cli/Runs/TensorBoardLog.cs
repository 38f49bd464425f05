using System.Globalization;
using Lanewise.Data;
using Lanewise.Files.TensorBoard;
using Lanewise.Graphs;
using Lanewise.Imaging;
using Lanewise.Training;

namespace Lanewise.Cli.Runs;

/// <summary>
/// A run as TensorBoard shows it: the loss over the steps; after each epoch its figures, and histograms of the trained weights and of
/// their gradients in the epoch's last step; the first test images. Epochs are counted from 1, steps since training began.
/// </summary>
internal sealed class TensorBoardLog(RunFolder folder, RunArguments arguments) : IGradientObserver, IDisposable
{
    private const int MaxLosses = 300;
    private const int Images = 8;
    private const int ImageSide = 112;

    private readonly EventWriter _events = new(folder.TensorBoard);
    private readonly int _steps = (arguments.TrainImages + arguments.BatchSize - 1) / arguments.BatchSize;
    private (int Epoch, double LossSum, long Images) _noted = (-1, 0, 0);

    /// <summary>Steps between two losses.</summary>
    private long Interval => Math.Max(1, ((long)arguments.Epochs * _steps + MaxLosses - 1) / MaxLosses);

    /// <summary>Notes the first test images as the network gets them, but for the normalisation.</summary>
    public void ShowImages(IImageDataset test, Preprocessing preprocessing)
    {
        var shape = preprocessing.Input;
        int scale = Math.Max(1, ImageSide / Math.Max(shape.Height, shape.Width));
        for (int i = 0; i < Math.Min(Images, test.Count); i++)
        {
            byte[] pixels = preprocessing.Fit(test.Read(i, int.MaxValue));
            string tag = string.Create(CultureInfo.InvariantCulture, $"test/{i} {test.Classes[test.Label(i)]}");
            _events.AddImage(tag, 0, shape.Width * scale, shape.Height * scale, shape.Channels, ImageWriter.Encode(shape, pixels, scale));
        }
    }

    /// <summary>Notes steps too, and passes them on.</summary>
    public IProgress<TrainingProgress> Before(IProgress<TrainingProgress> next) => new Steps(this, next);

    /// <inheritdoc/>
    public bool Wants(TrainingPosition position)
    {
        if (position.Epoch != _noted.Epoch)
        {
            // The epoch's beginning, or where a run is taken up.
            _noted = (position.Epoch, position.LossSum, (long)position.Step * arguments.BatchSize);
        }

        return position.Step == _steps - 1;
    }

    /// <inheritdoc/>
    public void Observe(TrainingPosition position, Weights gradients) => AddHistograms("gradients", position.Epoch + 1, gradients.Tensors);

    /// <summary>Notes an epoch.</summary>
    public void EpochDone(EpochResult epoch, Network network, Weights weights)
    {
        (string Tag, double Value)[] figures =
        [
            ("loss/train", epoch.TrainLoss), ("loss/eval", epoch.ValLoss),
            ("accuracy/train", epoch.TrainTop1), ("accuracy/eval", epoch.ValTop1),
            ("learning_rate", epoch.LearningRate), ("images_per_second", epoch.ImagesPerSecond),
        ];
        foreach (var (tag, value) in figures)
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

        // The mean of the images since the last one that was noted.
        long images = Math.Min((long)p.Step * arguments.BatchSize, arguments.TrainImages);
        double sum = p.Loss * images;
        _events.AddScalar("loss/step", step, (sum - _noted.LossSum) / (images - _noted.Images));
        _noted = (p.Epoch - 1, sum, images);
    }

    private sealed class Steps(TensorBoardLog log, IProgress<TrainingProgress> next) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            log.AddLoss(value);
            next.Report(value);
        }
    }
}
