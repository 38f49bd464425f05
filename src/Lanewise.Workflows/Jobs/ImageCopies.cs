using System.Collections.Concurrent;
using Lanewise.Imaging;

namespace Lanewise.Workflows;

/// <summary>How alike the copies of an image are.</summary>
internal enum CopyKind
{
    /// <summary>The files are equal byte by byte.</summary>
    SameFile,

    /// <summary>The pixels are equal.</summary>
    SamePixels,

    /// <summary>The images look alike.</summary>
    Alike,

    /// <summary>The images look alike, one of them in a mirror.</summary>
    Mirrored,
}

/// <summary>The copies of one image.</summary>
/// <param name="Members">The positions of the images, in ascending order.</param>
/// <param name="Kind">The weakest likeness by which they belong together.</param>
internal sealed record CopyGroup(IReadOnlyList<int> Members, CopyKind Kind);

/// <summary>
/// Finds copies of images: equal ones by hashes; resized, recompressed, mirrored and slightly cropped ones by perceptual hashes that
/// differ in few bits, confirmed by comparing thumbnails.
/// </summary>
/// <param name="fingerprints">The fingerprint of each image; null for those that cannot be read.</param>
/// <param name="read">Reads an image; called on several threads.</param>
internal sealed class ImageCopies(ImageFingerprint?[] fingerprints, Func<int, DecodedImage> read)
{
    // Chosen on CIFAR-10: from 0.96 on nearly all pairs are copies or of one series, at 0.94 more of them are birds in blue skies.
    private const double MinLikeness = 0.96;
    private const int MaxDistance = 11;

    // So many pairs for each image are found among drawings, which are alike without being copies.
    private const int MaxCandidates = 20, MinCandidates = 10_000;

    private readonly int[] _parents = [.. Enumerable.Range(0, fingerprints.Length)];
    private readonly Dictionary<int, CopyKind> _kinds = [];

    /// <summary>Joins images that are equal.</summary>
    public void FindEqual()
    {
        JoinEqual(CopyKind.SameFile, print => (print.Content, 0));
        JoinEqual(CopyKind.SamePixels, print => (print.Pixels, 1));
    }

    /// <summary>Joins images that look alike.</summary>
    /// <param name="done">Receives how many pairs of images are compared, and of how many.</param>
    /// <param name="cancellationToken">Stops between two images.</param>
    /// <returns>Whether it was done: images of which too many look alike are not compared.</returns>
    public bool FindAlike(Action<int, int> done, CancellationToken cancellationToken)
    {
        int[] images =
            [.. Enumerable.Range(0, fingerprints.Length).Where(i => fingerprints[i] is { Perceptual.IsPlain: false } && Root(i) == i)];
        var candidates = Candidates(images, cancellationToken);
        if (candidates is null)
        {
            return false;
        }

        var alike = new ConcurrentBag<(int A, int B, bool IsMirrored)>();
        var byImage = candidates.GroupBy(pair => pair.A).ToList();
        var counting = new Lock();
        int count = 0;
        void Compare(IGrouping<int, (int A, int B, bool IsMirrored)> pairs)
        {
            var thumbnail = Thumbnail.Of(read(pairs.Key));
            foreach (var pair in pairs)
            {
                var other = Thumbnail.Of(read(pair.B));
                if (thumbnail.IsLike(pair.IsMirrored ? other.Mirror() : other, MinLikeness))
                {
                    alike.Add(pair);
                }

                lock (counting)
                {
                    done(++count, candidates.Count);
                }
            }
        }

        ParallelItems.Run(byImage.Count, Environment.ProcessorCount, i => Compare(byImage[i]), cancellationToken);
        foreach (var (a, b, isMirrored) in alike.Order())
        {
            Join(a, b, isMirrored ? CopyKind.Mirrored : CopyKind.Alike);
        }

        return true;
    }

    /// <summary>Returns the groups of two and more images, in the order of their first members.</summary>
    public IReadOnlyList<CopyGroup> Groups() =>
    [
        .. Enumerable.Range(0, fingerprints.Length).GroupBy(Root).Where(group => group.Count() > 1)
            .Select(group => new CopyGroup([.. group], _kinds[group.Key])),
    ];

    private void JoinEqual(CopyKind kind, Func<ImageFingerprint, (UInt128, int)> key)
    {
        var first = new Dictionary<(UInt128, int), int>();
        for (int i = 0; i < fingerprints.Length; i++)
        {
            if (fingerprints[i] is { } print && !first.TryAdd(key(print), i))
            {
                Join(first[key(print)], i, kind);
            }
        }
    }

    /// <summary>Finds pairs of images with nearby hashes; null if there are too many.</summary>
    private List<(int A, int B, bool IsMirrored)>? Candidates(int[] images, CancellationToken cancellationToken)
    {
        var index = new HammingIndex([.. images.Select(i => fingerprints[i]!.Value.Perceptual.Bits)], MaxDistance);
        long limit = Math.Max(MinCandidates, (long)MaxCandidates * images.Length), total = 0;
        var found = new ConcurrentBag<(int, int, bool)>();
        var parallel = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, images.Length, parallel, () => new List<int>(), (k, state, near) =>
        {
            var print = fingerprints[images[k]]!.Value;
            foreach (var (hash, isWhole, isMirrored) in ((PerceptualHash, bool, bool)[])
                [
                    (print.Perceptual, true, false), (print.Perceptual.Mirrored, true, true),
                    (print.Cropped, false, false), (print.Cropped.Mirrored, false, true),
                ])
            {
                near.Clear();
                index.Find(hash.Bits, isWhole ? k + 1 : 0, near);
                foreach (int other in near.Where(other => other != k))
                {
                    found.Add((images[Math.Min(k, other)], images[Math.Max(k, other)], isMirrored));
                }

                if (near.Count > 0 && Interlocked.Add(ref total, near.Count) > limit)
                {
                    state.Stop();
                }
            }

            return near;
        }, _ => { });
        return total > limit ? null : [.. found.Distinct().Order()];
    }

    private int Root(int i)
    {
        while (_parents[i] != i)
        {
            i = _parents[i] = _parents[_parents[i]];
        }

        return i;
    }

    private void Join(int a, int b, CopyKind kind)
    {
        var (first, second) = (Math.Min(Root(a), Root(b)), Math.Max(Root(a), Root(b)));
        if (first == second)
        {
            return;
        }

        _parents[second] = first;
        var weakest = (CopyKind)Math.Max((int)kind, (int)_kinds.GetValueOrDefault(second));
        _kinds[first] = (CopyKind)Math.Max((int)weakest, (int)_kinds.GetValueOrDefault(first));
    }
}
