using System.Buffers.Binary;

namespace Lanewise.Imaging;

/// <summary>Decodes PBM, PGM and PPM images, as text (P1 to P3) and binary (P4 to P6), with samples of up to 65,535.</summary>
/// <remarks>Source: the manual pages pbm(5), pgm(5) and ppm(5) of Netpbm.</remarks>
internal static class PnmDecoder
{
    private const int MaxSample = 65_535;

    /// <summary>Decodes the first image of a file.</summary>
    /// <exception cref="InvalidDataException">The image is damaged or too large; the message continues the file's name.</exception>
    public static DecodedImage Decode(ReadOnlySpan<byte> bytes, int channels)
    {
        int kind = bytes[1] - '0', at = 2;
        bool isBits = kind is 1 or 4, isBinary = kind > 3;
        int width = Number(bytes, ref at), height = Number(bytes, ref at), max = isBits ? 1 : Number(bytes, ref at);
        ImageLimits.RequireSize(width, height);
        if (max is < 1 or > MaxSample)
        {
            throw ImageLimits.Damaged($"its largest sample is {max}; it must be from 1 to {MaxSample}");
        }
        int samples = kind is 3 or 6 ? 3 : 1;
        // One white space follows the header.
        var data = bytes[Math.Min(at + 1, bytes.Length)..];
        long row = isBits ? ((long)width + 7) / 8 : (long)width * samples * (max > 255 ? 2 : 1);
        // As text, a sample takes a digit and the space before it; bits need no space.
        long needed = isBinary ? row * height : (long)width * height * samples * (isBits ? 1 : 2) - (isBits ? 0 : 1);
        ImageLimits.RequireData(needed, data.Length, width, height);

        var decoded = new DecodedImage(channels, width, height);
        var values = new byte[width * samples];
        int read = 0;
        for (int y = 0; y < height; y++)
        {
            if (isBinary)
            {
                ReadBinary(data.Slice((int)(y * row), (int)row), max, isBits, values);
            }
            else
            {
                ReadText(data, ref read, max, isBits, values);
            }
            Write(values, samples, decoded, y);
        }
        return decoded;
    }

    private static void ReadBinary(ReadOnlySpan<byte> row, int max, bool isBits, Span<byte> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = isBits ? Bit(row[i >> 3] >> (7 - (i & 7)) & 1)
                : max > 255 ? Scaled(BinaryPrimitives.ReadUInt16BigEndian(row[(2 * i)..]), max)
                : Scaled(row[i], max);
        }
    }

    private static void ReadText(ReadOnlySpan<byte> data, ref int at, int max, bool isBits, Span<byte> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = isBits ? Bit(Digit(data, ref at)) : Scaled(Number(data, ref at), max);
        }
    }

    private static void Write(ReadOnlySpan<byte> values, int samples, DecodedImage decoded, int y)
    {
        for (int c = 0; c < decoded.Channels; c++)
        {
            var row = decoded.Row(c, y);
            for (int x = 0; x < row.Length; x++)
            {
                row[x] = samples == 1 ? values[x]
                    : decoded.Channels == 1 ? DecodedImage.Luma(values[3 * x], values[3 * x + 1], values[3 * x + 2])
                    : values[3 * x + c];
            }
        }
    }

    // In bit maps, 1 is black.
    private static byte Bit(int value) => (byte)(255 * (1 - value));

    private static byte Scaled(int value, int max) => (byte)(((long)Math.Min(value, max) * 255 + max / 2) / max);

    private static int Digit(ReadOnlySpan<byte> bytes, ref int at)
    {
        Skip(bytes, ref at);
        return at < bytes.Length && bytes[at] is (byte)'0' or (byte)'1' ? bytes[at++] - '0' : throw Unexpected(bytes, at);
    }

    /// <summary>Reads the next number, behind white space and comments.</summary>
    private static int Number(ReadOnlySpan<byte> bytes, ref int at)
    {
        Skip(bytes, ref at);
        int start = at;
        long value = 0;
        while (at < bytes.Length && bytes[at] is >= (byte)'0' and <= (byte)'9')
        {
            value = Math.Min(10 * value + bytes[at++] - '0', int.MaxValue);
        }
        return at > start ? (int)value : throw Unexpected(bytes, at);
    }

    private static void Skip(ReadOnlySpan<byte> bytes, ref int at)
    {
        while (at < bytes.Length && bytes[at] is (byte)'#' or (byte)' ' or (>= 9 and <= 13))
        {
            int line = bytes[at] == (byte)'#' ? bytes[at..].IndexOfAny((byte)'\n', (byte)'\r') : 0;
            at = line < 0 ? bytes.Length : at + line + 1;
        }
    }

    private static InvalidDataException Unexpected(ReadOnlySpan<byte> bytes, int at) => at >= bytes.Length
        ? new InvalidDataException("is truncated: there is a number missing. Copy or save it again.")
        : ImageLimits.Damaged($"byte {at} is no number");
}
