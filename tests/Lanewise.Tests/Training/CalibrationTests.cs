using Xunit;

namespace Lanewise.Tests.Training;

/// <summary>The temperature, the threshold and the sets of classes that are fitted to the outputs of a network.</summary>
public sealed class CalibrationTests
{
    private const int Classes = 4;

    private static readonly int[] All = [.. Enumerable.Range(0, 4000)];

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(3)]
    public void The_temperature_is_found_that_labels_were_drawn_with(double temperature)
    {
        var (outputs, labels) = Draw(temperature);
        var fit = new CalibrationFit(outputs, labels, isSoftmax: false);
        var (calibration, isFitted) = fit.Fit(All);
        Assert.True(isFitted);
        Assert.Equal(temperature, calibration.Temperature, 0.06 * temperature);
        Assert.True(fit.Measure(All, calibration.Temperature).Error < 0.02);
        // The minimum of a convex function: no neighbour is better.
        foreach (double other in (double[])[0.98 * calibration.Temperature, 1.02 * calibration.Temperature])
        {
            Assert.True(fit.Measure(All, calibration.Temperature).Loss < fit.Measure(All, other).Loss);
        }
    }

    [Fact]
    public void A_network_that_ends_in_softmax_has_the_same_temperature()
    {
        var (outputs, labels) = Draw(2);
        float[][] probabilities = [.. outputs.Select(z => Calibration.Softmax(z, isSoftmax: false, 1).Select(p => (float)p).ToArray())];
        double expected = new CalibrationFit(outputs, labels, isSoftmax: false).Fit(All).Calibration.Temperature;
        Assert.Equal(expected, new CalibrationFit(probabilities, labels, isSoftmax: true).Fit(All).Calibration.Temperature, 1e-4);
    }

    [Fact]
    public void Without_a_wrong_answer_the_temperature_stays()
    {
        float[][] outputs = [.. Enumerable.Range(0, 60).Select(i => Enumerable.Range(0, 3).Select(c => c == i % 3 ? 2f : 0).ToArray())];
        int[] labels = [.. Enumerable.Range(0, 60).Select(i => i % 3)];
        var (calibration, isFitted) = new CalibrationFit(outputs, labels, isSoftmax: false).Fit([.. Enumerable.Range(0, 60)]);
        Assert.False(isFitted);
        Assert.Equal(1, calibration.Temperature);
    }

    [Fact]
    public void The_halves_have_equally_many_of_each_class()
    {
        int[] labels = [.. Enumerable.Repeat(0, 11), .. Enumerable.Repeat(1, 5), .. Enumerable.Repeat(3, 4)];
        var (fit, test) = CalibrationFit.Divide(labels);
        Assert.Equal(Enumerable.Range(0, 20), fit.Concat(test).Order());
        Assert.All(labels.Distinct(), label => Assert.InRange(fit.Count(i => labels[i] == label) - test.Count(i => labels[i] == label), -1, 1));
        Assert.Equal(fit, CalibrationFit.Divide(labels).Fit);
        // Not simply every second one: images next to each other are often alike.
        Assert.NotEqual([0, 2, 4, 6, 8, 10], fit.Where(i => labels[i] == 0));
    }

    [Theory]
    [InlineData(0.8)]
    [InlineData(0.9)]
    [InlineData(0.99)]
    public void Sets_hold_the_right_class_as_often_as_asked_for(double coverage)
    {
        var (outputs, labels) = Draw(2);
        var fit = new CalibrationFit(outputs, labels, isSoftmax: false);
        var result = fit.Cover(All[2000..], fit.Fit(All[..2000]).Calibration, coverage);
        // Two standard deviations of 2,000 images to fit on and 2,000 to measure with.
        Assert.InRange(result.Covered, coverage - 0.03, 1);
        Assert.InRange(result.MeanSize, 1, Classes);
        Assert.True(fit.Cover(All[2000..], fit.Fit(All[..2000]).Calibration, 0.5).MeanSize <= result.MeanSize);
    }

    [Fact]
    public void The_threshold_keeps_most_right_answers_and_rejects_wrong_ones()
    {
        var (outputs, labels) = Draw(1.5);
        var fit = new CalibrationFit(outputs, labels, isSoftmax: false);
        var result = fit.Reject(All[2000..], fit.Fit(All[..2000]).Calibration);
        Assert.InRange(result.CorrectKept, 0.93, 0.97);
        Assert.True(result.WrongRejected > 0.1);
        double accuracy = All[2000..].Average(i => Array.IndexOf(outputs[i], outputs[i].Max()) == labels[i] ? 1.0 : 0);
        Assert.True(result.Top1 > accuracy);
    }

    [Fact]
    public void The_smallest_probability_of_a_set_counts_the_images()
    {
        // 19 images: the set of a 20th holds its class in 19 of 20 cases if it has what the least likely label had.
        var calibration = new Calibration(1, 0.5, 19, [.. Enumerable.Range(1, 19).Select(i => i / 20f)]);
        Assert.Equal(1 / 20f, calibration.MinProbability(0.95));
        Assert.Equal(2 / 20f, calibration.MinProbability(0.9));
        Assert.Equal(0, calibration.MinProbability(0.96));
        Assert.Throws<ArgumentOutOfRangeException>(() => calibration.MinProbability(1));
    }

    [Fact]
    public void Of_many_images_those_probabilities_are_stored_that_rather_widen_the_sets()
    {
        var (outputs, labels) = Draw(2);
        var many = new CalibrationFit(outputs, labels, isSoftmax: false).Fit(All).Calibration;
        Assert.Equal(Calibration.MaxLabelProbabilities, many.LabelProbabilities.Count);
        float[] sorted = [.. All.Select(i => (float)Calibration.Softmax(outputs[i], false, many.Temperature)[labels[i]]).Order()];
        foreach (double coverage in (double[])[0.5, 0.9, 0.95, 0.999])
        {
            double exact = sorted[4000 - (int)Math.Ceiling(coverage * 4001)];
            Assert.InRange(many.MinProbability(coverage), 0, exact);
            Assert.True(exact - many.MinProbability(coverage) < 0.02);
        }
    }

    [Fact]
    public void Values_that_mean_nothing_are_refused()
    {
        Assert.Throws<InvalidOptionException>(() => new Calibration(0, 0.5, 1, [0.5f]));
        Assert.Throws<InvalidOptionException>(() => new Calibration(double.NaN, 0.5, 1, [0.5f]));
        Assert.Throws<InvalidOptionException>(() => new Calibration(1, 1.5, 1, [0.5f]));
        Assert.Throws<InvalidOptionException>(() => new Calibration(1, 0.5, 2, [0.5f, 0.4f]));
        Assert.Throws<InvalidOptionException>(() => new Calibration(1, 0.5, 0, []));
        Assert.Throws<InvalidOptionException>(() => new Calibration(1, 0.5, 1, [0.4f, 0.5f]));
    }

    /// <summary>Draws logits, and labels by the softmax of the logits divided by a temperature.</summary>
    private static (float[][] Outputs, int[] Labels) Draw(double temperature)
    {
        var random = new Random(5);
        float[][] outputs = [.. All.Select(_ => Enumerable.Range(0, Classes).Select(_ => (random.NextSingle() * 10) - 5).ToArray())];
        int[] labels = [.. outputs.Select(logits =>
        {
            double[] probabilities = Calibration.Softmax(logits, isSoftmax: false, temperature);
            double drawn = random.NextDouble();
            int label = 0;
            while (label < Classes - 1 && drawn > probabilities[label])
            {
                drawn -= probabilities[label++];
            }

            return label;
        })];
        return (outputs, labels);
    }
}
