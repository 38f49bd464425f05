using Lanewise.Graphs;

namespace Lanewise.Engine;

/// <summary>The parameter-free shortcut in plain loops: pixel (p, q) is the input's (p·stride, q·stride), channels lie between zeros.</summary>
internal static class IdentityShortcutReference
{
    /// <summary>Adds to y: the pixels of x that are kept.</summary>
    public static void AddKept(IdentityShortcut op, Volume x, Volume y) => ForEachKept(op, x, y, (kept, of) => y.Values[of] += x.Values[kept]);

    /// <summary>Adds to dx: the gradients of the pixels that were kept.</summary>
    public static void Backward(IdentityShortcut op, Volume dy, Volume dx) => ForEachKept(op, dx, dy, (kept, of) => dx.Values[kept] += dy.Values[of]);

    private static void ForEachKept(IdentityShortcut op, Volume x, Volume y, Action<int, int> visit) => x.ForEach((c, h, w) =>
    {
        if (h % op.Stride == 0 && w % op.Stride == 0)
        {
            visit(x.At(c, h, w), y.At(c + op.Before(x.Shape.Channels), h / op.Stride, w / op.Stride));
        }
    });
}
