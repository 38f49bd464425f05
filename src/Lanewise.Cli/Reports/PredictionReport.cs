using System.Diagnostics;
using System.Globalization;
using Lanewise.Cli.Terminals;

namespace Lanewise.Cli.Reports;

/// <summary>Reports classified images as they come, and the errors among them on stderr.</summary>
/// <param name="output">Writes to stdout.</param>
internal sealed class PredictionReport(IPredictionWriter output)
{
    // The rate of a few images says more about starting than about classifying.
    private const int MinImagesForRate = 100;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private int _count;

    /// <summary>Gets the number of images that could not be classified.</summary>
    public int Errors { get; private set; }

    /// <summary>Reports all images, and waits for the last one.</summary>
    public void Run(IAsyncEnumerable<ClassifiedImage> images, IPredictionWriter? also) => RunAsync(images, also).GetAwaiter().GetResult();

    /// <summary>Reports all images.</summary>
    /// <param name="images">The images.</param>
    /// <param name="also">A second writer; null for none.</param>
    public async Task RunAsync(IAsyncEnumerable<ClassifiedImage> images, IPredictionWriter? also)
    {
        using (also)
        {
            await foreach (var image in images.ConfigureAwait(false))
            {
                _count++;
                if (image.Error is { } error)
                {
                    Errors++;
                    Terminal.Notice($"error: {error.Message.ReplaceLineEndings(" ")}");
                }

                output.Write(image);
                also?.Write(image);
            }
        }
    }

    /// <summary>Prints how many images were classified, and how fast, on stderr.</summary>
    public void PrintRate()
    {
        if (_count >= MinImagesForRate)
        {
            double seconds = _clock.Elapsed.TotalSeconds;
            string errors = Errors == 0 ? "" : $", {Errors:N0} with errors";
            Terminal.Notice(string.Create(
                CultureInfo.InvariantCulture, $"{_count:N0} images{errors} in {seconds:F1} s, {_count / seconds:N0} images/s"));
        }
    }
}

/// <summary>Writes classified images one by one.</summary>
internal interface IPredictionWriter : IDisposable
{
    /// <summary>Writes an image.</summary>
    void Write(ClassifiedImage image);
}
