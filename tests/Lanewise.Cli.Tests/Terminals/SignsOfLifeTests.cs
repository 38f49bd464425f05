using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests.Terminals;

/// <summary>When the program shows that it works, and on what.</summary>
public sealed class SignsOfLifeTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void In_a_pipe_the_first_sign_comes_after_two_seconds_and_the_next_after_ten()
    {
        var silence = new Silence(_time, isLive: false);
        double[] signs = [.. Seconds(30).Where(_ => silence.TakeSign(isKnown: true))];
        Assert.Equal([2, 12, 22], signs);
        Assert.Equal(TimeSpan.FromSeconds(30), silence.Elapsed);
    }

    [Fact]
    public void Lines_that_come_often_enough_need_no_signs()
    {
        var silence = new Silence(_time, isLive: false);
        foreach (double second in Seconds(60))
        {
            Assert.False(silence.TakeSign(isKnown: true));
            if (second % 1.5 == 0)
            {
                silence.Break();
            }
        }
    }

    [Theory]
    [InlineData(true, 0.25)]
    [InlineData(false, 2)]
    public void On_a_terminal_a_known_phase_is_shown_at_once_and_kept_until_something_is_written(bool isKnown, double first)
    {
        var silence = new Silence(_time, isLive: true);
        double[] signs = [.. Seconds(5).Where(_ => silence.TakeSign(isKnown))];
        Assert.Equal(first, signs[0]);
        Assert.Equal((5 - first) / 0.25 + 1, signs.Length);
        silence.Break();
        Assert.False(silence.TakeSign(isKnown));
    }

    [Fact]
    public void A_sign_says_what_is_done_and_since_when()
    {
        Assert.Equal("[12 s] compiling", WorkingLine.Sign("compiling", TimeSpan.FromSeconds(12.9), isLive: false));
        Assert.Equal("compiling … 0 s", WorkingLine.Sign("compiling", TimeSpan.FromSeconds(0.3), isLive: true));
        Assert.Equal("[2 s] working", WorkingLine.Sign(null, TimeSpan.FromSeconds(2), isLive: false));
    }

    [Fact]
    public void Events_are_described_in_one_line()
    {
        Assert.Equal(
            "epoch 1: step 12 of 60, loss 0.610, 3.4 images/s",
            ProgressText.Of(new StepEvent(new(1, 5, 12, 60, 0.61, 0.5, 3.4)), hasBar: false));
        Assert.Equal("reading images: 1,200 of 30,000", ProgressText.Of(new ReadingEvent(1200, 30_000), hasBar: false));
        Assert.Equal("reading images ━━━━━─────────────── 1 of 4", ProgressText.Of(new ReadingEvent(1, 4), hasBar: true));
        Assert.Equal("evaluating: 0 of 10", ProgressText.Of(new PhaseEvent("evaluating", 0, 10), hasBar: false));
        Assert.Equal("classifying images: 7", ProgressText.Of(new PhaseEvent("classifying images", 7), hasBar: true));
        Assert.Equal("compiling", ProgressText.Of(new PhaseEvent("compiling"), hasBar: true));
        Assert.Equal(
            "downloading 1.5 of 3.0 MB  a.gz from b",
            ProgressText.Of(new DownloadEvent(new FetchProgress("a.gz", "b", 1_500_000, 3_000_000)), hasBar: false));
        Assert.Equal("2 of 3: without a", ProgressText.Of(new ContributionEvent(new(1, 3, "without a")), hasBar: false));
        Assert.Null(ProgressText.Of(new TrainingEndedEvent(), hasBar: false));
    }

    [Fact]
    public void Of_notices_of_a_kind_the_first_is_shown_and_then_their_number()
    {
        var lines = new List<string>();
        var notices = new NoticeDisplay(lines.Add);
        for (int i = 0; i < 1200; i++)
        {
            notices.Show(new NoticeEvent($"{i}.png: dark") { Kind = "dark" });
        }

        notices.Show(new NoticeEvent("one.png: cut short") { Kind = "cut short" });
        notices.Show(new NoticeEvent("alone"));
        notices.Show(new NoticeEvent("alone"));
        notices.ShowCounts();
        Assert.Equal(["0.png: dark", "one.png: cut short", "alone", "alone", "dark: 1,200 in all; the first is named above."], lines);
    }

    /// <summary>Lets the time pass in quarters of a second.</summary>
    private IEnumerable<double> Seconds(int seconds)
    {
        for (int quarter = 1; quarter <= 4 * seconds; quarter++)
        {
            _time.Pass(TimeSpan.FromSeconds(0.25));
            yield return quarter / 4.0;
        }
    }

    private sealed class ManualTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan time) => _ticks += time.Ticks;

        public override long GetTimestamp() => _ticks;
    }
}
