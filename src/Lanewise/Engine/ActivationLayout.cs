using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// The layout of the activation memory of a block. Pieces of equal height, width and border share an arena of channel planes, in which
/// pieces whose live ranges do not overlap may share memory: the zero columns between the rows stay at the same addresses.
/// </summary>
/// <param name="laneWidth">The number of floats in a vector.</param>
/// <param name="guard">The number of guard vectors after each piece, which tests fill and check; with 0, pieces share memory.</param>
internal sealed class ActivationLayout(int laneWidth, int guard)
{
    private readonly List<Arena> _arenas = [];
    private readonly List<(int Start, int Length)> _guards = [];
    private int _vectors;

    /// <summary>The number of floats allocated; valid once the layout is placed.</summary>
    public int Floats => checked(_vectors * laneWidth);

    /// <summary>The number of floats that placing will allocate; it may exceed what an array can hold.</summary>
    public double FloatsToPlace => _arenas.Sum(a => a.Vectors) * laneWidth;

    /// <summary>The guards, in floats.</summary>
    public IReadOnlyList<(int Start, int Length)> Guards => _guards;

    /// <summary>Allocates memory for a live range; its location is valid once the layout is placed.</summary>
    public Piece Allocate(Shape shape, int border, Lifetime life)
    {
        var arena = guard > 0 ? null : _arenas.Find(a => (a.Height, a.Width, a.Border) == (shape.Height, shape.Width, border));
        if (arena is null)
        {
            arena = new Arena(shape.Height, shape.Width, border);
            _arenas.Add(arena);
        }

        return arena.Allocate(shape.Channels, life);
    }

    /// <summary>Assigns an address to every arena.</summary>
    public void Place()
    {
        foreach (var arena in _arenas)
        {
            Place(arena);
        }
    }

    private void Place(Arena arena)
    {
        _vectors = checked(_vectors + arena.Place(_vectors));
        if (guard > 0)
        {
            _guards.Add((_vectors * laneWidth, guard * laneWidth));
            _vectors += guard;
        }
    }

    /// <summary>Channels of an arena with a live range.</summary>
    /// <param name="arena">The arena.</param>
    /// <param name="first">The first channel.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="life">The live range.</param>
    internal sealed class Piece(Arena arena, int first, int channels, Lifetime life)
    {
        public int First => first;

        public int End => checked(first + channels);

        public Lifetime Life => life;

        /// <summary>The location; valid once the layout is placed.</summary>
        public Planes Planes => arena.Planes.Slice(first, channels);
    }

    /// <summary>Channel planes of one height, width and border.</summary>
    internal sealed class Arena(int height, int width, int border)
    {
        private readonly List<Piece> _pieces = [];

        public int Height => height;

        public int Width => width;

        public int Border => border;

        public Planes Planes { get; private set; }

        /// <summary>The number of vectors that placing takes, without padding; it may exceed what an array can hold.</summary>
        public double Vectors => (double)_pieces.Max(p => p.End) * height * (width + border);

        /// <summary>Allocates the lowest channels that no piece of an overlapping live range uses.</summary>
        public Piece Allocate(int channels, Lifetime life)
        {
            int first = 0;
            foreach (var other in _pieces.Where(p => p.Life.Overlaps(life)).OrderBy(p => p.First))
            {
                if (first + channels <= other.First)
                {
                    break;
                }

                first = Math.Max(first, other.End);
            }

            var piece = new Piece(this, first, channels, life);
            _pieces.Add(piece);
            return piece;
        }

        /// <summary>Places the planes from vector <paramref name="start"/> on and returns their number of vectors.</summary>
        public int Place(int start)
        {
            Planes = Planes.Lay(_pieces.Max(p => p.End), height, width, border, start);
            return Planes.Size;
        }
    }
}
