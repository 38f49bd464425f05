using Lanewise.Analysis;

namespace Lanewise.Cli.Terminals;

/// <summary>Shows the progress of contribution measurements on stderr: a status line on a terminal, one line per pass otherwise.</summary>
internal sealed class ContributionDisplay : IProgress<ContributionProgress>, IDisposable
{
    private bool _open;

    public void Report(ContributionProgress value)
    {
        string line = Describe(value);
        if (!Terminal.IsLive)
        {
            Terminal.Notice(line);
            return;
        }

        _open = true;
        Terminal.ShowStatus(line);
    }

    /// <summary>Describes a pass.</summary>
    public static string Describe(ContributionProgress value) => $"{value.Done + 1} of {value.Total}: {value.What}";

    public void Dispose()
    {
        if (_open)
        {
            Terminal.EraseStatus();
        }
    }
}
