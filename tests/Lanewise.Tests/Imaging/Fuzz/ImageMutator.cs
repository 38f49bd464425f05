using System.Buffers.Binary;
using System.IO.Compression;

namespace Lanewise.Tests.Imaging.Fuzz;

/// <summary>Changes image files at random, by a seed: bytes, fields, lengths, sizes; cut, spliced and repeated.</summary>
internal sealed class ImageMutator(IReadOnlyList<byte[]> seeds)
{
    private const int HeaderBytes = 64, MaxSplice = 200, MaxChanges = 6;
    private static readonly uint[] Extremes =
        [0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x3FFF, 0x4000, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF];

    /// <summary>Makes an input from its number.</summary>
    public byte[] Make(int index)
    {
        var random = new Random(index);
        byte[] file = [.. seeds[random.Next(seeds.Count)]];
        int changes = random.Next(2) == 0 ? 1 : random.Next(1, MaxChanges + 1);
        if (file[0] == 0x89 && random.Next(2) == 0)
        {
            file = ChangeRows(file, random);
            changes = random.Next(3);
        }
        for (int i = 0; i < changes; i++)
        {
            file = Change(file, random);
        }
        return Mend(file, random);
    }

    private byte[] Change(byte[] file, Random random)
    {
        if (file.Length < 16)
        {
            return file;
        }
        int at = random.Next(random.Next(2) == 0 ? Math.Min(HeaderBytes, file.Length) : file.Length);
        switch (random.Next(12))
        {
            case 0:
                file[at] ^= (byte)(1 << random.Next(8));
                return file;
            case 1 or 2:
                file[at] = (byte)random.Next(256);
                return file;
            case 3 or 4:
                SetField(file, at, Extremes[random.Next(Extremes.Length)], random);
                return file;
            case 5:
                SetField(file, at, (uint)random.NextInt64(uint.MaxValue), random);
                return file;
            case 6 or 7:
                SetSize(file, random);
                return file;
            case 8:
                return file[..random.Next(1, file.Length)];
            case 9:
                int end = Math.Min(file.Length, at + random.Next(MaxSplice));
                return [.. file[..at], .. file[end..]];
            case 10:
                byte[] other = seeds[random.Next(seeds.Count)];
                int from = random.Next(other.Length), count = Math.Min(random.Next(MaxSplice), other.Length - from);
                return [.. file[..at], .. other.AsSpan(from, count), .. file[at..]];
            default:
                int length = Math.Min(random.Next(1, MaxSplice), file.Length - at), times = random.Next(1, 20);
                return [.. file[..at], .. Enumerable.Repeat(file[at..(at + length)], times).SelectMany(part => part), .. file[at..]];
        }
    }

    /// <summary>Changes the rows of a PNG within its compressed data, which otherwise fails as a whole.</summary>
    private byte[] ChangeRows(byte[] file, Random random)
    {
        int at = file.AsSpan().IndexOf("IDAT"u8) + 4;
        int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at - 8));
        using var rows = new MemoryStream();
        using (var inflater = new ZLibStream(new MemoryStream(file, at, length), CompressionMode.Decompress))
        {
            inflater.CopyTo(rows);
        }
        byte[] changed = Change(rows.ToArray(), random);
        using var data = new MemoryStream();
        using (var deflater = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflater.Write(changed);
        }
        byte[] result = [.. file[..at], .. data.ToArray(), .. file[(at + length)..]];
        BinaryPrimitives.WriteInt32BigEndian(result.AsSpan(at - 8), (int)data.Length);
        return result;
    }

    private static void SetField(byte[] file, int at, uint value, Random random)
    {
        int bytes = random.Next(2) == 0 ? 2 : 4;
        bool isBigEndian = random.Next(2) == 0;
        for (int i = 0; i < bytes && at + i < file.Length; i++)
        {
            file[at + i] = (byte)(value >> 8 * (isBigEndian ? bytes - 1 - i : i));
        }
    }

    /// <summary>Gives the image, or one of its frames, another size of up to 65,535 a side.</summary>
    private static void SetSize(byte[] file, Random random)
    {
        int width = (int)Math.Pow(2, random.NextDouble() * 16), height = (int)Math.Pow(2, random.NextDouble() * 16);
        int Frame(params byte[] marker) => file.AsSpan().IndexOf(marker);
        Span<byte> At(int start, int count) => start >= 0 && start + count <= file.Length ? file.AsSpan(start, count) : new byte[count];
        switch (file[0])
        {
            case 0x89:
                BinaryPrimitives.WriteInt32BigEndian(At(16, 4), width);
                BinaryPrimitives.WriteInt32BigEndian(At(20, 4), height);
                break;
            case 0xFF:
                int frame = Math.Max(Frame(0xFF, 0xC0), Frame(0xFF, 0xC2));
                BinaryPrimitives.WriteUInt16BigEndian(At(frame + 5, 2), (ushort)height);
                BinaryPrimitives.WriteUInt16BigEndian(At(frame + 7, 2), (ushort)width);
                break;
            case (byte)'B':
                BinaryPrimitives.WriteInt32LittleEndian(At(18, 4), width);
                BinaryPrimitives.WriteInt32LittleEndian(At(22, 4), random.Next(2) == 0 ? height : -height);
                break;
            case (byte)'G':
                int start = random.Next(2) == 0 ? 6 : Frame(0, 0x2C) + 6;
                BinaryPrimitives.WriteUInt16LittleEndian(At(start, 2), (ushort)width);
                BinaryPrimitives.WriteUInt16LittleEndian(At(start + 2, 2), (ushort)height);
                break;
            case (byte)'I' or (byte)'M':
                SetTiffField(file, random.Next(2) == 0 ? width : height, random);
                break;
            case (byte)'P':
                // Numbers of a header: any digit, so also the kind.
                int digit = random.Next(Math.Min(file.Length, 32));
                file[digit] = (byte)('0' + random.Next(10));
                break;
            default:
                SetWebpSize(file, width, height, At);
                break;
        }
    }

    /// <summary>Gives one of the first tags of a TIFF's directory another number: sizes, bits, compression, offsets, lengths.</summary>
    private static void SetTiffField(byte[] file, int value, Random random)
    {
        bool isLittle = file[0] == 'I', isBig = file[isLittle ? 2 : 3] == 43;
        var offset = file.AsSpan(isBig ? isLittle ? 8 : 12 : 4, 4);
        long directory = isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(offset) : BinaryPrimitives.ReadUInt32BigEndian(offset);
        long at = directory + (isBig ? 8 + 20 * random.Next(16) + 12 : 2 + 12 * random.Next(16) + 8);
        if (at + 4 <= file.Length)
        {
            value = random.Next(3) == 0 ? random.Next(10) : value;
            var field = file.AsSpan((int)at, 4);
            field.Clear();
            field[isLittle ? 0 : 1] = (byte)value;
            field[isLittle ? 1 : 0] = (byte)(value >> 8);
        }
    }

    private delegate Span<byte> Slice(int start, int count);

    private static void SetWebpSize(byte[] file, int width, int height, Slice at)
    {
        int lossy = file.AsSpan().IndexOf("VP8 "u8), lossless = file.AsSpan().IndexOf("VP8L"u8);
        foreach (int size in (int[])[file.AsSpan().IndexOf("VP8X"u8) + 12, file.AsSpan().IndexOf("ANMF"u8) + 14])
        {
            BinaryPrimitives.WriteUInt16LittleEndian(at(size, 2), (ushort)(width - 1));
            BinaryPrimitives.WriteUInt16LittleEndian(at(size + 3, 2), (ushort)(height - 1));
        }
        if (lossy > 0)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(at(lossy + 14, 2), (ushort)(width & 0x3FFF));
            BinaryPrimitives.WriteUInt16LittleEndian(at(lossy + 16, 2), (ushort)(height & 0x3FFF));
        }
        if (lossless > 0)
        {
            uint sides = (uint)(((width - 1) & 0x3FFF) | ((height - 1) & 0x3FFF) << 14);
            BinaryPrimitives.WriteUInt32LittleEndian(at(lossless + 9, 4), sides);
        }
    }

    /// <summary>Makes lengths and checksums right in most files: otherwise decoders would look no further.</summary>
    private static byte[] Mend(byte[] file, Random random)
    {
        if (random.Next(4) == 0 || file.Length < 16)
        {
            return file;
        }
        switch (file[0])
        {
            case 0x89:
                for (long at = 8; at + 12 <= file.Length; at += 12 + BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan((int)at)))
                {
                    uint length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan((int)at));
                    if (at + 12 + length <= file.Length)
                    {
                        uint crc = Crc(file.AsSpan((int)at + 4, (int)length + 4));
                        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan((int)(at + 8 + length)), crc);
                    }
                }
                break;
            case (byte)'R':
                BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
                break;
        }
        return file;
    }

    internal static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB88320;
            }
        }
        return ~crc;
    }
}
