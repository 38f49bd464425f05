using System.Runtime.InteropServices;

namespace Lanewise;

/// <summary>Ink that is connected.</summary>
/// <param name="Box">Its part of the image.</param>
/// <param name="Start">Where its pixels begin in the list of all.</param>
/// <param name="Pixels">The number of its pixels.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct InkComponent(Box Box, int Start, int Pixels);

/// <summary>The connected components of a mask; pixels that touch at a corner are connected.</summary>
internal sealed class InkComponents
{
    private readonly int[] _pixels;
    private readonly List<InkComponent> _all = [];

    public InkComponents(bool[] mask, int width, int height)
    {
        bool[] rest = [.. mask];
        _pixels = new int[mask.Count(isInk => isInk)];
        int end = 0;
        for (int first = 0; first < rest.Length; first++)
        {
            if (rest[first])
            {
                int start = end;
                var box = Fill(rest, first, width, height, ref end);
                _all.Add(new(box, start, end - start));
            }
        }
    }

    /// <summary>The components, in the order of their first pixels.</summary>
    public IReadOnlyList<InkComponent> All => _all;

    /// <summary>The indices of a component's pixels.</summary>
    public ArraySegment<int> PixelsOf(InkComponent component) => new(_pixels, component.Start, component.Pixels);

    /// <summary>Collects the pixels that are connected with a first one; those still to be looked at are the end of the list.</summary>
    private Box Fill(bool[] rest, int first, int width, int height, ref int end)
    {
        int left = width, right = 0, top = height, bottom = 0, next = end;
        rest[first] = false;
        _pixels[end++] = first;
        while (next < end)
        {
            int pixel = _pixels[next++], x = pixel % width, y = pixel / width;
            (left, right) = (Math.Min(left, x), Math.Max(right, x));
            (top, bottom) = (Math.Min(top, y), Math.Max(bottom, y));
            for (int row = Math.Max(0, y - 1); row <= Math.Min(height - 1, y + 1); row++)
            {
                for (int column = Math.Max(0, x - 1); column <= Math.Min(width - 1, x + 1); column++)
                {
                    int other = row * width + column;
                    if (rest[other])
                    {
                        rest[other] = false;
                        _pixels[end++] = other;
                    }
                }
            }
        }
        return new Box(left, top, right - left + 1, bottom - top + 1);
    }
}
