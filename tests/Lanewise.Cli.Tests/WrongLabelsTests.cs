using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

public sealed class WrongLabelsTests
{
    // The mean probability of the label is (0.9 + 0.8 + 0.1) / 3 = 0.6 for class 0 and (0.95 + 0.65 + 0.2) / 3 = 0.6 for class 1.
    private static readonly ImagePrediction[] Predictions =
    [
        Of(0, label: 0, prediction: 0, 0.9, 0.9), Of(1, 0, 0, 0.8, 0.8), Of(2, 0, 1, 0.9, 0.1),
        Of(3, 1, 1, 0.95, 0.95), Of(4, 1, 1, 0.65, 0.65), Of(5, 1, 2, 0.5, 0.2),
    ];

    [Fact]
    public void A_label_is_wrong_where_another_class_reaches_its_mean_and_the_label_does_not()
    {
        // Image 5 is predicted as a class that no image is labelled with, which has no threshold.
        Assert.Equal([2], WrongLabels.Find(Predictions, 3).Select(wrong => wrong.Index));
        // With such an image of 40 %, half of the labels of class 2 are below its mean.
        var more = WrongLabels.Find([.. Predictions, Of(6, 2, 2, 0.4, 0.4)], 3);
        Assert.Equal([2, 5], more.Select(wrong => wrong.Index));
        Assert.Equal("bee 20.0 %, wasp 50.0 %", WrongLabels.Describe(more[1], ["ant", "bee", "wasp"]));
    }

    [Fact]
    public void A_prediction_below_the_mean_of_its_class_says_nothing()
    {
        ImagePrediction[] unsure = [.. Predictions[..5], Of(5, 0, 1, 0.55, 0.45)];
        Assert.Equal([2], WrongLabels.Find(unsure, 2).Select(wrong => wrong.Index));
    }

    private static ImagePrediction Of(int index, int label, int prediction, double probability, double ofLabel) =>
        new(index, label, prediction, probability) { Loss = -Math.Log(ofLabel) };
}
