using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// Lays out a block's activation memory. Pieces of equal height, width and border share an arena of channel planes, in which
/// those that are never in use at the same time may lie in the same place: the zero columns between the rows stay where they are.
/// </summary>
/// <param name="laneWidth">L.</param>
/// <param name="guard">Vectors kept free behind each piece, which tests fill and check; 0 outside tests, where pieces share memory.</param>
internal sealed class ActivationLayout(int laneWidth, int guard)
{
    private readonly List<Arena> _arenas = [];
    private readonly List<(int Start, int Length)> _guards = [];
    private int _vectors;

    /// <summary>Floats taken, once the layout is placed.</summary>
    public int Floats => checked(_vectors * laneWidth);

    /// <summary>The free pieces, in floats.</summary>
    public IReadOnlyList<(int Start, int Length)> Guards => _guards;

    /// <summary>Takes memory for a time; where it lies is known once the layout is placed.</summary>
    public Piece Take(Shape shape, int border, Lifetime life)
    {
        var arena = guard > 0 ? null : _arenas.Find(a => (a.Height, a.Width, a.Border) == (shape.Height, shape.Width, border));
        if (arena is null)
        {
            arena = new Arena(shape.Height, shape.Width, border);
            _arenas.Add(arena);
        }

        return arena.Take(shape.Channels, life);
    }

    /// <summary>Takes memory of its own in a layout that is placed already.</summary>
    public Planes TakePlaced(Shape shape)
    {
        var arena = new Arena(shape.Height, shape.Width, 0);
        var piece = arena.Take(shape.Channels, Lifetime.Always);
        Place(arena);
        return piece.Planes;
    }

    /// <summary>Gives every arena its place.</summary>
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

    /// <summary>Channels of an arena that are used for a time.</summary>
    /// <param name="arena">The arena.</param>
    /// <param name="first">The first channel.</param>
    /// <param name="channels">How many.</param>
    /// <param name="life">When.</param>
    internal sealed class Piece(Arena arena, int first, int channels, Lifetime life)
    {
        public int First => first;

        public int End => first + channels;

        public Lifetime Life => life;

        /// <summary>Where it lies.</summary>
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

        /// <summary>The lowest channels that nobody else uses meanwhile.</summary>
        public Piece Take(int channels, Lifetime life)
        {
            int first = 0;
            foreach (var other in _pieces.Where(p => p.Life.Meets(life)).OrderBy(p => p.First))
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

        /// <summary>Lays the planes from vector <paramref name="start"/> on and returns how many vectors they take.</summary>
        public int Place(int start)
        {
            Planes = Planes.Lay(_pieces.Max(p => p.End), height, width, border, start);
            return Planes.Size;
        }
    }
}
