using Lanewise.Cli.Common;
using Lanewise.Workflows;

namespace Lanewise.Cli.Terminals;

/// <summary>Shows notices on stderr, of each kind the first, and in the end how many there were.</summary>
/// <param name="write">Writes a line.</param>
internal sealed class NoticeDisplay(Action<string> write)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>Shows a notice, unless one of its kind was shown.</summary>
    public void Show(NoticeEvent notice)
    {
        lock (_lock)
        {
            if (notice.Kind is not { } kind || (_counts[kind] = _counts.GetValueOrDefault(kind) + 1) == 1)
            {
                write(Advice.Explain(notice));
            }
        }
    }

    /// <summary>Shows the number of the notices of each kind that came more than once.</summary>
    public void ShowCounts()
    {
        lock (_lock)
        {
            foreach (var (kind, count) in _counts.Where(kind => kind.Value > 1))
            {
                write($"{kind}: {NumberFormat.Count(count)} in all; the first is named above.");
            }

            _counts.Clear();
        }
    }
}
