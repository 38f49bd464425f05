namespace Lanewise.Data.Digits;

/// <summary>
/// Renders one numeral in a handwritten style and frames it like MNIST: scaled to fit a box of 20 × 20 pixels, which is placed, by
/// whole pixels, so that the ink's center of mass is in the middle of 28 × 28.
/// Uses only + − × ÷ √, so the bytes are the same on every machine.
/// </summary>
internal sealed class DigitPen
{
    private const int Side = 28;
    private const int Box = 20;
    private const int StepsPerSpan = 6;

    private readonly List<Dot> _path = [];
    private readonly List<(float X, float Y)> _hand = [];
    private readonly float[] _depth = new float[Box * Box];
    private readonly byte[] _ink = new byte[Box * Box];

    /// <summary>A point of the pen's path; the line to it from the previous point is inked unless it starts a stroke.</summary>
    private readonly record struct Dot(float X, float Y, bool Starts);

    /// <summary>Renders <paramref name="digit"/> white on black into <paramref name="image"/>, 28·28 bytes.</summary>
    public void Draw(int digit, ref DigitRandom random, Span<byte> image)
    {
        var glyph = Choose(DigitGlyphs.All[digit], ref random);
        MoveHand(glyph, DigitHabits.All[digit], ref random);
        TracePath(glyph);
        Ink(DigitHabits.All[digit], ref random);
        Frame(image);
    }

    private static Glyph Choose(IReadOnlyList<Glyph> variants, ref DigitRandom random)
    {
        int total = 0;
        foreach (var variant in variants)
        {
            total += variant.Weight;
        }
        int pick = random.Below(total);
        int i = 0;
        while ((pick -= variants[i].Weight) >= 0)
        {
            i++;
        }
        return variants[i];
    }

    /// <summary>Moves the control points: each by a small jitter, then all together by bend, aspect, slant and rotation.</summary>
    private void MoveHand(Glyph glyph, DigitHabit habit, ref DigitRandom random)
    {
        float jitter = random.Uniform(0.02f, 0.15f);
        float aspect = habit.Aspect * Math.Clamp(1 + random.Bell(habit.AspectSpread), 0.65f, 1.6f);
        float slant = habit.Slant + random.Bell(habit.SlantSpread);
        float tan = random.Bell(0.06f); // Of half the rotation angle.
        float cos = (1 - tan * tan) / (1 + tan * tan), sin = 2 * tan / (1 + tan * tan);
        float bendX = random.Bell(0.08f), bendY = random.Bell(0.08f), taper = random.Bell(0.12f);
        float heavyX = random.Bell(0.08f), heavyY = random.Bell(0.10f), twist = random.Bell(0.06f);
        _hand.Clear();
        foreach (var point in glyph.Points)
        {
            float x = point.X / 50 - 1 + random.Bell(jitter);
            float y = point.Y / 50 - 1 + random.Bell(jitter);
            float bentX = x * (1 + taper * y) + bendX * (1 - y * y) + heavyX * (1 - x * x);
            float bentY = y * (1 + twist * x) + bendY * (1 - x * x) + heavyY * (1 - y * y);
            float u = bentX * aspect - slant * bentY, v = bentY;
            _hand.Add((u * cos - v * sin, u * sin + v * cos));
        }
    }

    /// <summary>Draws a Catmull–Rom curve through the control points of each stroke; a corner ends one curve and starts the next.</summary>
    private void TracePath(Glyph glyph)
    {
        _path.Clear();
        var points = glyph.Points;
        for (int i = 0; i < points.Count; i++)
        {
            if (points[i].Starts)
            {
                _path.Add(new Dot(_hand[i].X, _hand[i].Y, true));
                continue;
            }
            var (from, to) = (_hand[i - 1], _hand[i]);
            bool first = points[i - 1].Starts || points[i - 1].Corner;
            bool last = i + 1 == points.Count || points[i + 1].Starts || points[i].Corner;
            var before = first ? from : _hand[i - 2];
            var after = last ? to : _hand[i + 1];
            for (int step = 1; step <= StepsPerSpan; step++)
            {
                float t = (float)step / StepsPerSpan;
                _path.Add(new Dot(
                    Curve(before.X, from.X, to.X, after.X, t), Curve(before.Y, from.Y, to.Y, after.Y, t), false));
            }
        }
    }

    private static float Curve(float a, float b, float c, float d, float t) =>
        0.5f * (2 * b + t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))));

    /// <summary>Renders the path into the box: a pixel's depth is its distance inside the stroke, its ink a ramp of the depth.</summary>
    private void Ink(DigitHabit habit, ref DigitRandom random)
    {
        float radius = 0.5f * Math.Clamp(habit.Thickness + random.Bell(0.62f), 1.5f, 4.6f);
        float pressure = random.Bell(0.12f), softness = random.Uniform(0.8f, 1.4f), rough = random.Uniform(0f, 0.35f);
        float left = float.MaxValue, top = float.MaxValue, right = float.MinValue, bottom = float.MinValue;
        foreach (var dot in _path)
        {
            (left, right) = (Math.Min(left, dot.X), Math.Max(right, dot.X));
            (top, bottom) = (Math.Min(top, dot.Y), Math.Max(bottom, dot.Y));
        }
        float scale = (Box - 2 * radius) / Math.Max(right - left, bottom - top);
        float shiftX = Box * 0.5f - scale * (left + right) * 0.5f - 0.5f, shiftY = Box * 0.5f - scale * (top + bottom) * 0.5f - 0.5f;
        Array.Fill(_depth, float.MinValue);
        for (int i = 1; i < _path.Count; i++)
        {
            if (!_path[i].Starts)
            {
                float along = (float)i / _path.Count * 2 - 1;
                var (a, b) = (_path[i - 1], _path[i]);
                Line(a.X * scale + shiftX, a.Y * scale + shiftY, b.X * scale + shiftX, b.Y * scale + shiftY,
                    radius * (1 + pressure * along));
            }
        }
        for (int i = 0; i < _ink.Length; i++)
        {
            float ink = (_depth[i] + random.Uniform(-rough, rough)) / softness + 0.5f;
            _ink[i] = (byte)(Math.Clamp(ink, 0f, 1f) * 255f + 0.5f);
        }
    }

    /// <summary>Raises the depth of every pixel near the segment from (ax, ay) to (bx, by), drawn with a round pen.</summary>
    private void Line(float ax, float ay, float bx, float by, float radius)
    {
        const float Reach = 1.5f;
        int left = Math.Max(0, (int)(Math.Min(ax, bx) - radius - Reach + 1));
        int right = Math.Min(Box - 1, (int)(Math.Max(ax, bx) + radius + Reach));
        int top = Math.Max(0, (int)(Math.Min(ay, by) - radius - Reach + 1));
        int bottom = Math.Min(Box - 1, (int)(Math.Max(ay, by) + radius + Reach));
        float dx = bx - ax, dy = by - ay;
        float inverse = 1f / Math.Max(dx * dx + dy * dy, 1e-12f);
        for (int y = top; y <= bottom; y++)
        {
            for (int x = left; x <= right; x++)
            {
                float px = x - ax, py = y - ay;
                float t = Math.Clamp((px * dx + py * dy) * inverse, 0f, 1f);
                float qx = px - t * dx, qy = py - t * dy;
                float depth = radius - MathF.Sqrt(qx * qx + qy * qy);
                ref float deepest = ref _depth[y * Box + x];
                deepest = Math.Max(deepest, depth);
            }
        }
    }

    private void Frame(Span<byte> image)
    {
        long sum = 0, sumX = 0, sumY = 0;
        for (int y = 0; y < Box; y++)
        {
            for (int x = 0; x < Box; x++)
            {
                int ink = _ink[y * Box + x];
                (sum, sumX, sumY) = (sum + ink, sumX + ink * x, sumY + ink * y);
            }
        }
        int left = Offset(sumX, sum), top = Offset(sumY, sum);
        image.Clear();
        for (int y = 0; y < Box; y++)
        {
            _ink.AsSpan(y * Box, Box).CopyTo(image.Slice((top + y) * Side + left, Box));
        }
    }

    private static int Offset(long moment, long sum) =>
        Math.Clamp((int)(Side / 2 - (float)moment / Math.Max(sum, 1) + 0.5f), 0, Side - Box);
}
