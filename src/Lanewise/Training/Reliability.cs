namespace Lanewise;

/// <summary>
/// The reliability diagram of a classifier: images in bins of equal width by the probability of their predicted class, with the accuracy of
/// each bin. Of a calibrated classifier 80 % of the predictions at 80 % are correct. Source: Guo et al., On Calibration of Modern Neural
/// Networks, 2017.
/// </summary>
public sealed record Reliability
{
    /// <summary>The number of bins: 15, as in the paper.</summary>
    public const int BinCount = 15;

    private readonly bool _isFinite;

    private Reliability(IReadOnlyList<ReliabilityBin> bins, bool isFinite) => (Bins, _isFinite) = (bins, isFinite);

    /// <summary>The bins in ascending order of probability, also those without an image. Bin i of n is (i / n, (i + 1) / n].</summary>
    public IReadOnlyList<ReliabilityBin> Bins { get; }

    /// <summary>
    /// The expected calibration error, 0 to 1: Σ (count / total) · |accuracy − mean probability| over the bins. NaN if there is no image,
    /// or a probability is not a number.
    /// </summary>
    public double CalibrationError
    {
        get
        {
            int total = Bins.Sum(bin => bin.Count);
            return total == 0 || !_isFinite ? double.NaN
                : Bins.Where(bin => bin.Count > 0).Sum(bin => bin.Count * Math.Abs(bin.Accuracy - bin.Probability)) / total;
        }
    }

    /// <summary>Sorts predictions into bins.</summary>
    /// <param name="predictions">For each image the probability of its predicted class, and whether it is the label.</param>
    public static Reliability Of(IEnumerable<(double Probability, bool IsCorrect)> predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        var counter = new Counter();
        foreach (var (probability, isCorrect) in predictions)
        {
            counter.Add(probability, isCorrect);
        }

        return counter.ToReliability();
    }

    /// <summary>Counts predictions one by one.</summary>
    internal sealed class Counter
    {
        private readonly int[] _counts = new int[BinCount];
        private readonly int[] _correct = new int[BinCount];
        private readonly double[] _sums = new double[BinCount];
        private bool _isFinite = true;

        /// <summary>Adds the prediction for an image.</summary>
        /// <param name="probability">The probability of the predicted class.</param>
        /// <param name="isCorrect">Whether it is the label.</param>
        public void Add(double probability, bool isCorrect)
        {
            if (!double.IsFinite(probability))
            {
                _isFinite = false;
                return;
            }

            int bin = Math.Clamp((int)Math.Ceiling(probability * BinCount) - 1, 0, BinCount - 1);
            _counts[bin]++;
            _correct[bin] += isCorrect ? 1 : 0;
            _sums[bin] += probability;
        }

        public Reliability ToReliability() => new(
            [.. Enumerable.Range(0, BinCount).Select(i => new ReliabilityBin(
                (double)i / BinCount,
                (double)(i + 1) / BinCount,
                _counts[i],
                _counts[i] == 0 ? double.NaN : _sums[i] / _counts[i],
                _counts[i] == 0 ? double.NaN : (double)_correct[i] / _counts[i]))],
            _isFinite);
    }
}

/// <summary>The images of a bin of a <see cref="Reliability"/>.</summary>
/// <param name="Low">The lower end of the bin, which it excludes.</param>
/// <param name="High">The upper end, which it includes.</param>
/// <param name="Count">The number of images.</param>
/// <param name="Probability">The mean probability of the predicted class; NaN without images.</param>
/// <param name="Accuracy">The share of the images whose predicted class is the label; NaN without images.</param>
public sealed record ReliabilityBin(double Low, double High, int Count, double Probability, double Accuracy);
