using System.Globalization;

namespace Lanewise.Workflows;

/// <summary>A step of a learning-rate range test.</summary>
/// <param name="LearningRate">The learning rate of its update.</param>
/// <param name="Loss">The mean loss of its images, before the update.</param>
/// <param name="SmoothedLoss">The exponential average of the losses so far, with bias correction.</param>
public sealed record LearningRatePoint(double LearningRate, double Loss, double SmoothedLoss);

/// <summary>What ended a learning-rate range test.</summary>
public enum LearningRateEnd
{
    /// <summary>All steps were taken.</summary>
    AllSteps,

    /// <summary>The smoothed loss exceeded four times its minimum.</summary>
    LossRose,

    /// <summary>The loss became infinite or NaN.</summary>
    NotFinite,
}

/// <summary>The losses of a learning-rate range test (Smith 2015), step by step, and what follows from them.</summary>
public sealed class LearningRateCurve
{
    // fastai's: the average of the losses, where the test ends, and the part of the start in which single batches decide.
    private const double Beta = 0.98, EndAtTimesMinimum = 4;
    private const int StartShare = 10;

    private const double MinFall = 0.2;

    // What a test advises where its steps are too few.
    private const int MoreSteps = 4;

    private readonly List<LearningRatePoint> _points = [];
    private readonly int _steps;
    private readonly int _skipped;
    private double _average;

    /// <summary>Creates an empty curve.</summary>
    /// <param name="steps">The number of steps of the test.</param>
    internal LearningRateCurve(int steps) => (_steps, _skipped) = (steps, steps / StartShare);

    /// <summary>Gets the steps with a finite loss, in order.</summary>
    public IReadOnlyList<LearningRatePoint> Points => _points;

    /// <summary>Gets what ended the test.</summary>
    public LearningRateEnd End { get; private set; }

    /// <summary>Gets the position of the lowest smoothed loss; -1 without a point.</summary>
    public int Minimum { get; private set; } = -1;

    /// <summary>Gets the position of the suggested learning rate; null where the curve shows none clearly.</summary>
    public int? Suggested => Verdict().Position;

    /// <summary>Gets the suggested learning rate; null where the curve shows none clearly.</summary>
    public double? Suggestion => Suggested is { } position ? _points[position].LearningRate : null;

    /// <summary>Gets why the learning rate is suggested, or why none is: one line, with the names of settings in braces.</summary>
    public string Reason => Verdict().Reason;

    /// <summary>Adds a step.</summary>
    /// <param name="rate">Its learning rate.</param>
    /// <param name="loss">Its mean loss.</param>
    /// <returns>Whether the test goes on.</returns>
    internal bool Add(double rate, double loss)
    {
        if (!double.IsFinite(loss))
        {
            End = LearningRateEnd.NotFinite;
            return false;
        }

        _average = Beta * _average + (1 - Beta) * loss;
        double smoothed = _average / (1 - Math.Pow(Beta, _points.Count + 1));
        _points.Add(new(rate, loss, smoothed));
        if (Minimum < 0 || smoothed < _points[Minimum].SmoothedLoss)
        {
            Minimum = _points.Count - 1;
        }

        End = smoothed > EndAtTimesMinimum * _points[Minimum].SmoothedLoss ? LearningRateEnd.LossRose : LearningRateEnd.AllSteps;
        return End == LearningRateEnd.AllSteps;
    }

    private (int? Position, string Reason) Verdict()
    {
        if (_points.Count <= _skipped + 1)
        {
            return (null, "the loss is no longer finite after a few steps; start lower with {start-lr}.");
        }

        double fall = 1 - _points[Minimum].SmoothedLoss / _points[0].SmoothedLoss;
        string fell = string.Create(CultureInfo.InvariantCulture, $"the smoothed loss fell by {Math.Max(0, fall) * 100:F0} %");
        if (!(fall >= MinFall))
        {
            return (null, string.Create(
                CultureInfo.InvariantCulture,
                $"{fell}, and only {MinFall * 100:F0} % or more is clear; take more steps ({{num-it}} {MoreSteps * _steps}), ")
                + "which help if there is something to learn.");
        }

        if (Minimum == _points.Count - 1)
        {
            return (null, $"{fell} and was still falling at the last step; raise {{end-lr}}.");
        }

        int steepest = Enumerable.Range(_skipped, _points.Count - 1 - _skipped).MinBy(Slope);
        return steepest < Minimum
            ? (steepest, $"{fell}, most steeply here.")
            : (null, $"{fell}, but most steeply after its minimum: the curve is too uneven; try a larger {{batch-size}}.");
    }

    // The logarithms of the learning rates are equally far apart.
    private double Slope(int position) => _points[position + 1].SmoothedLoss - _points[position].SmoothedLoss;
}
