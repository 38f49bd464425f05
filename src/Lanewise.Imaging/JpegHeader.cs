using System.Buffers.Binary;
using SkiaSharp;

namespace Lanewise.Imaging;

/// <summary>Reads the segments of a JPEG file (ITU-T T.81, annex B).</summary>
internal static class JpegHeader
{
    private const byte Temporary = 0x01, FirstRestart = 0xD0, StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA;
    private const byte FirstFrame = 0xC0, Progressive = 0xC2, LastFrame = 0xCF;

    // Not frames, though their markers are between those of frames: DHT, JPG, DAC.
    private static readonly byte[] NotFrames = [0xC4, 0xC8, 0xCC];
    private const int BlockSide = 8;

    // Scans are cheap to write and dear to decode: each visits its blocks. Encoders' own scripts visit a block at most six times.
    private const int MaxScans = 1000, MaxVisitsOfBlock = 8, FreeVisits = 8_000_000;
    private const int ZeroBytes = 16;

    /// <summary>Reads the size, and compares it with the number of scans and the length of their data.</summary>
    public static ImageHeader Read(ReadOnlySpan<byte> bytes)
    {
        Frame? frame = null;
        int scans = 0, at = 2;
        long data = 0, visits = 0;
        bool isInterleaved = true, hasEnd = false;
        while (NextMarker(bytes, ref at, out int skipped) is var found)
        {
            data += scans > 0 ? skipped : 0;
            if (found is not { } marker)
            {
                break;
            }
            if (marker == EndOfImage)
            {
                hasEnd = true;
                break;
            }
            int length = at + 2 > bytes.Length ? 0 : BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
            if (scans > 0 && (length < 2 || at + length > bytes.Length))
            {
                // After the first scan, damage is the decoder's to judge.
                break;
            }
            var segment = bytes.Slice(at + 2, length - 2);
            at += length;
            if (marker == StartOfScan)
            {
                var scanned = frame ?? throw ImageLimits.Damaged("its data comes before its size");
                scans++;
                visits += scanned.Blocks(segment.Slice(1, 2 * segment[0]));
                isInterleaved &= segment[0] == scanned.Components;
                scanned.Receive(segment);
            }
            else if (marker is >= FirstFrame and <= LastFrame && !NotFrames.Contains(marker))
            {
                frame = frame is null ? Frame.Read(marker, segment) : throw ImageLimits.Damaged("it has two sizes");
            }
        }

        var size = frame ?? throw ImageLimits.Damaged("it has no size");
        size.RequireData(data, scans, visits);
        if (!hasEnd && (!size.IsComplete || EndsInZeros(bytes)))
        {
            throw new InvalidDataException("is truncated: only a part of the image could be decoded. Copy or save it again.");
        }
        return new ImageHeader(SKEncodedImageFormat.Jpeg, size.Width, size.Height, hasEnd ? at : bytes.TrimEnd((byte)0xFF).Length)
        {
            NeedsAllPixels = size.IsProgressive || !isInterleaved,
            LacksEnd = !hasEnd,
            Notice = NoticeOf(hasEnd, bytes.Length - at),
        };
    }

    private static string? NoticeOf(bool hasEnd, int behind) =>
        !hasEnd ? "the end marker of the JPEG is missing; all its rows are there"
        : behind > 0 ? $"the {behind:N0} bytes behind the end of the JPEG are ignored"
        : null;

    /// <summary>Whether the file ends in zero bytes, as one does that was copied in part: they could be taken for data.</summary>
    private static bool EndsInZeros(ReadOnlySpan<byte> bytes) =>
        bytes.Length > ZeroBytes && !bytes[^ZeroBytes..].ContainsAnyExcept((byte)0);

    /// <summary>Finds the next marker that has a segment, or the end, and the number of bytes before it.</summary>
    private static byte? NextMarker(ReadOnlySpan<byte> bytes, ref int at, out int skipped)
    {
        int start = at;
        while (at < bytes.Length)
        {
            int found = bytes[at..].IndexOf((byte)0xFF);
            if (found < 0 || at + found + 1 >= bytes.Length)
            {
                break;
            }
            at += found + 1;
            byte marker = bytes[at];
            // Stuffed zeros and restarts belong to the data; any number of 0xFF may fill the space before a marker.
            if (marker == 0xFF || marker == 0 || marker == Temporary || marker is >= FirstRestart and <= StartOfImage)
            {
                at += marker == 0xFF ? 0 : 1;
                continue;
            }
            skipped = at - 1 - start;
            at++;
            return marker;
        }
        skipped = bytes.Length - start;
        at = bytes.Length;
        return null;
    }

    /// <summary>The size of the image, and the number of blocks of each of its components.</summary>
    private sealed record Frame(int Width, int Height, bool IsProgressive, Dictionary<byte, long> BlocksById, int Components)
    {
        // The coefficients of each component that are known to their last bit.
        private readonly Dictionary<byte, ulong> _known = [];

        /// <summary>Whether scans of all coefficients have begun.</summary>
        public bool IsComplete => BlocksById.Keys.All(id => _known.GetValueOrDefault(id) == ulong.MaxValue);

        public long AllBlocks => BlocksById.Values.Sum();

        public long LargestBlocks => BlocksById.Values.Max();

        /// <summary>Checks that the data can hold the pixels, and that it does not visit them far too often.</summary>
        /// <exception cref="InvalidDataException">It cannot, or it does.</exception>
        public void RequireData(long bytes, int scans, long visits)
        {
            // Each block takes a bit at least, in the scan of its mean.
            ImageLimits.RequireData(LargestBlocks, bytes * 8, Width, Height);
            if (scans > MaxScans || visits > Math.Max(FreeVisits, MaxVisitsOfBlock * AllBlocks))
            {
                throw new InvalidDataException($"has {scans} scans, far more than an encoder writes. Save it again.");
            }
        }

        public static Frame Read(byte marker, ReadOnlySpan<byte> segment)
        {
            if (marker > Progressive)
            {
                throw new InvalidDataException(
                    $"is a JPEG of a kind that is not supported (SOF{marker - FirstFrame}: lossless, hierarchical or arithmetic). " +
                    "Save it as a baseline JPEG.");
            }
            int height = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]), width = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
            ImageLimits.RequireSides(width, height);
            var components = segment.Slice(6, 3 * segment[5]);
            int across = 1, down = 1;
            for (int i = 0; i < components.Length; i += 3)
            {
                across = Math.Max(across, components[i + 1] >> 4);
                down = Math.Max(down, components[i + 1] & 15);
            }
            var blocks = new Dictionary<byte, long>();
            for (int i = 0; i < components.Length; i += 3)
            {
                blocks[components[i]] = (long)Blocks(width, components[i + 1] >> 4, across) * Blocks(height, components[i + 1] & 15, down);
            }
            return blocks.Count == 0
                ? throw ImageLimits.Damaged("it has no colour component")
                : new(width, height, marker == Progressive, blocks, segment[5]);
        }

        /// <summary>Counts the blocks of a scan, from its list of components.</summary>
        public long Blocks(ReadOnlySpan<byte> components)
        {
            long count = 0;
            for (int i = 0; i < components.Length; i += 2)
            {
                count += BlocksById.GetValueOrDefault(components[i]);
            }
            return count;
        }

        /// <summary>Notes which coefficients a scan completes, from its segment.</summary>
        public void Receive(ReadOnlySpan<byte> scan)
        {
            var band = scan.Slice(1 + 2 * scan[0], 3);
            int first = IsProgressive ? band[0] & 63 : 0, last = IsProgressive ? band[1] & 63 : 63;
            bool isLast = !IsProgressive || (band[2] & 15) == 0;
            for (int i = 0; i < scan[0] && isLast && first <= last; i++)
            {
                byte id = scan[1 + 2 * i];
                _known[id] = _known.GetValueOrDefault(id) | (ulong.MaxValue >> (63 - last) & ulong.MaxValue << first);
            }
        }

        private static int Blocks(int side, int factor, int largest) => (side * factor + largest * BlockSide - 1) / (largest * BlockSide);
    }
}
