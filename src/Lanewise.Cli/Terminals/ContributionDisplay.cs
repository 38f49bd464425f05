using Lanewise.Analysis;

namespace Lanewise.Cli.Terminals;

/// <summary>Shows the progress of contribution measurements on stderr: a status line on a terminal, one line per pass otherwise.</summary>
internal sealed class ContributionDisplay : IProgress<ContributionProgress>, IDisposable
{
    private bool _open;

    public void Report(ContributionProgress value)
    {
        string line = $"{value.Done + 1} of {value.Total}: {value.What}";
        if (!Terminal.IsLive)
        {
            Console.Error.WriteLine(line);
            return;
        }

        _open = true;
        int width = Math.Max(Terminal.Error.Profile.Width - 1, 1);
        Console.Error.Write($"\r\e[K{(line.Length > width ? line[..width] : line)}");
    }

    public void Dispose()
    {
        if (_open)
        {
            Console.Error.Write("\r\e[K");
        }
    }
}
