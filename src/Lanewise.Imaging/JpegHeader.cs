using System.Buffers.Binary;

namespace Lanewise.Imaging;

/// <summary>Reads the first segments of a JPEG file (ITU-T T.81, annex B).</summary>
internal static class JpegHeader
{
    private const byte StartOfImage = 0xD8, StartOfScan = 0xDA;
    private const int MaxSegments = 1000;

    // SOF2, SOF6, SOF10 and SOF14: in these frames each scan refines the whole image.
    private static readonly byte[] ProgressiveFrames = [0xC2, 0xC6, 0xCA, 0xCE];

    /// <summary>Determines whether the stream is a progressive JPEG, and rewinds it.</summary>
    public static bool IsProgressive(Stream stream)
    {
        Span<byte> segment = stackalloc byte[4];
        bool isProgressive = false;
        if (stream.ReadAtLeast(segment[..2], 2, throwOnEndOfStream: false) == 2 && segment[0] == 0xFF && segment[1] == StartOfImage)
        {
            for (int i = 0; i < MaxSegments && !isProgressive && stream.ReadAtLeast(segment, 4, throwOnEndOfStream: false) == 4; i++)
            {
                if (segment[0] == 0xFF && segment[1] == 0xFF)
                {
                    // A marker may be preceded by any number of fill bytes.
                    stream.Seek(-3, SeekOrigin.Current);
                    continue;
                }
                isProgressive = ProgressiveFrames.Contains(segment[1]);
                if (segment[0] != 0xFF || segment[1] == StartOfScan)
                {
                    break;
                }
                stream.Seek(Math.Max(0, BinaryPrimitives.ReadUInt16BigEndian(segment[2..]) - 2), SeekOrigin.Current);
            }
        }
        stream.Position = 0;
        return isProgressive;
    }
}
