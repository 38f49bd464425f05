using System.Globalization;
using System.Text.RegularExpressions;
using Lanewise.Cli.Terminals;
using Spectre.Console;

namespace Lanewise.Cli.Tests.Terminals;

/// <summary>Tests that change what the whole process has only once.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class Alone;

/// <summary>The live display of training, with lines that other threads write above the bar.</summary>
[Collection("alone")]
public sealed class LiveTrainingDisplayTests
{
    [Fact]
    public async Task Lines_of_other_threads_neither_block_the_bar_nor_get_lost()
    {
        const int Epochs = 500;
        var output = new SlowWriter();
        var run = Task.Run(
            async () =>
            {
                var console = Console(output);
                await using var display = new LiveTrainingDisplay(Epochs, batchSize: 32, console);
                var lines = Task.Run(() => Parallel.For(0, 100, i => Terminal.Interject($"notice {i};")));
                for (int epoch = 1; epoch <= Epochs; epoch++)
                {
                    display.Report(new TrainingProgress(epoch, Epochs, 1, 2, 0.5, 0.5, 100));
                    display.EpochDone(new EpochResult(epoch, 0.5, 0.5, 0.5, 0.5, 1, 100, 0.1));
                    if (epoch % 100 == 0)
                    {
                        // A drawing among the lines.
                        await Task.Delay(200);
                    }
                }

                await lines;
            },
            TestContext.Current.CancellationToken);
        await run.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        string text = output.ToString();
        var epochs = Regex.Matches(text, @"epoch +(\d+)/500  train loss").Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));
        Assert.Equal(Enumerable.Range(1, Epochs), epochs);
        Assert.Equal(100, Regex.Matches(text, @"notice (\d+);").DistinctBy(m => m.Value).Count());
        Assert.Contains("━", text, StringComparison.Ordinal);
    }

    private static IAnsiConsole Console(TextWriter output)
    {
        var console = AnsiConsole.Create(new() { Ansi = AnsiSupport.Yes, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = 100;
        return console;
    }

    /// <summary>A terminal that takes its time, so that threads meet in it.</summary>
    private sealed class SlowWriter() : StringWriter(CultureInfo.InvariantCulture)
    {
        public override void Write(string? value)
        {
            Thread.Sleep(1);
            base.Write(value);
        }
    }
}
