using Xunit;

namespace Lanewise.Tests.Training;

public sealed class ReliabilityTests
{
    // The error was computed by a script that compares each probability with the ends of each bin.
    [Fact]
    public void The_calibration_error_is_the_distance_of_accuracy_and_probability_over_15_bins()
    {
        double[] probabilities = [0.31, 0.37, 0.52, 0.98, 0.99, 1, 0.71, 0.72, 0.65, 0.2];
        bool[] correct = [true, false, true, true, true, true, false, true, false, true];
        var reliability = Reliability.Of(probabilities.Zip(correct));
        Assert.Equal(0.345, reliability.CalibrationError, 12);
        Assert.Equal([0, 0, 1, 0, 1, 1, 0, 1, 0, 1, 2, 0, 0, 0, 3], reliability.Bins.Select(bin => bin.Count));
        Assert.Equal(0.715, reliability.Bins[10].Probability, 12);
        Assert.Equal(0.5, reliability.Bins[10].Accuracy);
    }

    [Fact]
    public void A_bin_includes_its_upper_end_and_excludes_its_lower_one()
    {
        var reliability = Reliability.Of([(0, false), (0.2, true), (0.2000001, true), (1, true)]);
        Assert.Equal([0, 2, 3, 14], reliability.Bins.Index().Where(bin => bin.Item.Count > 0).Select(bin => bin.Index));
        Assert.All(reliability.Bins.Index(), bin => Assert.Equal(bin.Index / 15.0, bin.Item.Low));
    }

    [Fact]
    public void A_calibrated_model_has_no_error()
    {
        var reliability = Reliability.Of(Enumerable.Range(0, 100).Select(i => (0.75, i < 75)));
        Assert.Equal(0, reliability.CalibrationError, 12);
    }

    [Fact]
    public void Without_images_or_with_probabilities_that_are_no_numbers_there_is_no_error()
    {
        Assert.Equal(double.NaN, Reliability.Of([]).CalibrationError);
        Assert.Equal(double.NaN, Reliability.Of([(0.5, true), (double.NaN, false)]).CalibrationError);
    }
}
