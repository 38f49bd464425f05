using CsCheck;
using Xunit;

namespace Lanewise.Tests.Training;

public sealed class LearningRateScheduleTests
{
    [Theory]
    [InlineData("cosine")]
    [InlineData("warm_cosine")]
    [InlineData("step")]
    [InlineData("milestones")]
    [InlineData("warm_constant")]
    public void Rates_are_PyTorchs(string name)
    {
        const int Epochs = 10, Steps = 4;
        LearningRateSchedule schedule = name switch
        {
            "cosine" => new CosineAnnealingLR(0.001),
            "warm_cosine" => new CosineAnnealingLR { WarmupEpochs = 2 },
            "step" => new StepLR(3, 0.5),
            "milestones" => new MultiStepLR([5, 7.5]),
            _ => new ConstantLR { WarmupEpochs = 2 },
        };
        float[] golden = Golden.Read("recipes")[$"schedules.{name}"].Values;
        for (int step = 0; step < Epochs * Steps; step++)
        {
            Assert.Equal(golden[step], schedule.RateAt(0.1, step / Steps + step % Steps / (double)Steps, Epochs), 1e-8);
        }
    }

    [Fact]
    public void One_cycle_is_PyTorchs()
    {
        float[] golden = Golden.Read("updates")["schedules.onecycle"].Values;
        var schedule = new OneCycleLR();
        Assert.All(golden.Index(), step => Assert.Equal(step.Item, schedule.RateAt(0.1, step.Index / 4.0, 10), 1e-8));
        Assert.Equal(0.1 / 25 / 1e4, schedule.RateAt(0.1, 10, 10), 1e-12);
    }

    [Fact]
    public void Reduction_on_a_plateau_is_PyTorchs()
    {
        var golden = Golden.Read("updates");
        double[] losses = Array.ConvertAll(golden["plateau.losses"].Values, v => (double)v);
        var schedule = new ReduceLROnPlateau(0.3, patience: 2, minRate: 0.002);
        Assert.All(
            golden["plateau.rates"].Values.Index(),
            rate => Assert.Equal(rate.Item, schedule.RateAt(0.1, rate.Index + 1, 100, losses[..(rate.Index + 1)]), 1e-8));
        Assert.True(golden["plateau.rates"].Values.Distinct().Count() > 3);
        Assert.Equal(0.1, schedule.RateAt(0.1, 50, 100));
    }

    [Fact]
    public void Cycles_and_plateaus_out_of_range_are_refused()
    {
        (LearningRateSchedule Schedule, string Named)[] wrong =
        [
            (new OneCycleLR(1), "rising part 1"), (new OneCycleLR(divFactor: 0.5), "first divisor of the learning rate 0.5"),
            (new OneCycleLR(finalDivFactor: 0), "final divisor of the learning rate 0"), (new OneCycleLR { WarmupEpochs = 1 }, "warm-up epochs 1"),
            (new ReduceLROnPlateau(1), "factor 1"), (new ReduceLROnPlateau(patience: -1), "patience -1"),
            (new ReduceLROnPlateau(threshold: 1), "threshold 1"), (new ReduceLROnPlateau(minRate: 1), "minimum learning rate 1"),
        ];
        Assert.All(wrong, one => Assert.StartsWith(
            one.Named, Assert.Throws<InvalidOptionException>(() => one.Schedule.Check(0.1, 10)).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Points_worked_out_by_hand()
    {
        var constant = new ConstantLR();
        Assert.Equal(0.1, constant.RateAt(0.1, 0, 10));
        Assert.Equal(0.1, constant.RateAt(0.1, 9.9, 10));

        var cosine = new CosineAnnealingLR(0.02) { WarmupEpochs = 5, WarmupRate = 0 };
        Assert.Equal(0, cosine.RateAt(0.1, 0, 25));
        Assert.Equal(0.05, cosine.RateAt(0.1, 2.5, 25), 1e-12);
        Assert.Equal(0.1, cosine.RateAt(0.1, 5, 25), 1e-12);
        Assert.Equal(0.06, cosine.RateAt(0.1, 15, 25), 1e-12);
        Assert.Equal(0.02, cosine.RateAt(0.1, 25, 25), 1e-12);

        var step = new StepLR(30) { WarmupEpochs = 2, WarmupRate = 0.05 };
        Assert.Equal(0.075, step.RateAt(0.1, 1, 90), 1e-12);
        Assert.Equal(0.1, step.RateAt(0.1, 29.99, 90), 1e-12);
        Assert.Equal(0.01, step.RateAt(0.1, 30, 90), 1e-12);
        Assert.Equal(0.001, step.RateAt(0.1, 60, 90), 1e-12);

        var milestones = new MultiStepLR([80, 120]);
        Assert.Equal(0.1, milestones.RateAt(0.1, 79.99, 160), 1e-12);
        Assert.Equal(0.01, milestones.RateAt(0.1, 80, 160), 1e-12);
        Assert.Equal(0.001, milestones.RateAt(0.1, 159.99, 160), 1e-12);
    }

    [Fact]
    public void A_rate_is_never_above_the_full_one_nor_below_the_least() =>
        Gen.Select(Gen.Double[1e-6, 10], Gen.Double[0, 1], Gen.Double[0, 1], Gen.Int[1, 300], Gen.Double[0, 0.99]).Sample(
            (rate, least, share, epochs, warm) =>
            {
                var schedule = new CosineAnnealingLR(rate * least) { WarmupEpochs = warm * epochs, WarmupRate = rate * least };
                schedule.Check(rate, epochs);
                double at = schedule.RateAt(rate, share * epochs, epochs);
                return at >= rate * least * (1 - 1e-12) && at <= rate * (1 + 1e-12);
            });

    [Fact]
    public void Values_out_of_range_are_refused()
    {
        (LearningRateSchedule Schedule, string Named)[] wrong =
        [
            (
                new ConstantLR { WarmupEpochs = -1 },
                "warm-up epochs -1: it must be at least 0 and fewer than the training's 10."),
            (new ConstantLR { WarmupEpochs = 10 }, "warm-up epochs 10"),
            (new ConstantLR { WarmupEpochs = double.NaN }, "warm-up epochs NaN"),
            (
                new ConstantLR { WarmupRate = 0.2 },
                "warm-up rate 0.2: it must be at least 0 and at most the learning rate of 0.1."),
            (new ConstantLR { WarmupRate = -0.1 }, "warm-up rate -0.1"),
            (new StepLR(0), "step size 0"),
            (new StepLR(double.PositiveInfinity), "step size"),
            (new StepLR(3, 0), "gamma 0"),
            (new StepLR(3, 1.5), "gamma 1.5"),
            (new MultiStepLR([5, 5]), "milestone 5: it must be above 5"),
            (new MultiStepLR([0]), "milestone 0"),
            (new MultiStepLR([3], 2), "gamma 2"),
            (new CosineAnnealingLR(0.2), "minimum learning rate 0.2"),
            (new CosineAnnealingLR(-1), "minimum learning rate -1"),
        ];
        foreach (var (schedule, named) in wrong)
        {
            var options = new TrainingOptions { Optimizer = new Sgd(0.1), Schedule = schedule };
            Assert.StartsWith(named, Assert.ThrowsAny<LanewiseException>(options.Check).Message, StringComparison.Ordinal);
        }
    }
}
