using System.Buffers.Binary;
using Google.Protobuf;
using Xunit;

namespace Lanewise.Tests.Files.TensorBoard;

/// <summary>An event as a file has it; null for what it does not hold.</summary>
internal sealed record LoggedEvent(
    double Time, long Step, string? Version, string? Tag, float? Scalar, LoggedHistogram? Histogram, LoggedImage? Image);

internal sealed record LoggedHistogram(
    double Least, double Greatest, double Count, double Sum, double Squares, double[] Limits, double[] Counts);

internal sealed record LoggedImage(int Height, int Width, int Channels, byte[] Png);

/// <summary>
/// Reads files of events without a line of the library's: records by their description, the check bit by bit, messages by
/// Google's own library. Any departure is refused.
/// </summary>
internal static class EventReader
{
    public static List<LoggedEvent> Read(string path) => Read(File.ReadAllBytes(path));

    public static List<LoggedEvent> Read(ReadOnlySpan<byte> file)
    {
        var events = new List<LoggedEvent>();
        while (file.Length > 0)
        {
            Check(file[..8], file[8..12]);
            int length = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(file));
            var data = file.Slice(12, length);
            Check(data, file.Slice(12 + length, 4));
            events.Add(ReadEvent(data.ToArray()));
            file = file[(16 + length)..];
        }

        return events;
    }

    private static void Check(ReadOnlySpan<byte> data, ReadOnlySpan<byte> check)
    {
        // Castagnoli's polynomial, its bits in reverse.
        const uint Polynomial = 0x82f63b78;
        uint crc = 0xffffffff;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ Polynomial;
            }
        }

        crc = ~crc;
        uint masked = unchecked((crc >> 15 | crc << 17) + 0xa282ead8u);
        if (masked != BinaryPrimitives.ReadUInt32LittleEndian(check))
        {
            throw new InvalidDataException($"the check of {data.Length} bytes is wrong");
        }
    }

    private static LoggedEvent ReadEvent(byte[] data)
    {
        var read = new LoggedEvent(0, 0, null, null, null, null, null);
        Fields(data, (tag, input) => read = tag switch
        {
            (1, WireFormat.WireType.Fixed64) => read with { Time = input.ReadDouble() },
            (2, WireFormat.WireType.Varint) => read with { Step = input.ReadInt64() },
            (3, WireFormat.WireType.LengthDelimited) => read with { Version = input.ReadString() },
            (5, WireFormat.WireType.LengthDelimited) => ReadSummary(read, Bytes(input)),
            _ => throw new InvalidDataException($"an event has no {tag}"),
        });
        return read;
    }

    private static LoggedEvent ReadSummary(LoggedEvent read, byte[] data)
    {
        Fields(data, (tag, input) => read = tag is (1, WireFormat.WireType.LengthDelimited)
            ? ReadValue(read, Bytes(input))
            : throw new InvalidDataException($"a summary has no {tag}"));
        return read;
    }

    private static LoggedEvent ReadValue(LoggedEvent read, byte[] data)
    {
        Fields(data, (tag, input) => read = tag switch
        {
            (1, WireFormat.WireType.LengthDelimited) => read with { Tag = input.ReadString() },
            (2, WireFormat.WireType.Fixed32) => read with { Scalar = input.ReadFloat() },
            (4, WireFormat.WireType.LengthDelimited) => read with { Image = ReadImage(Bytes(input)) },
            (5, WireFormat.WireType.LengthDelimited) => read with { Histogram = ReadHistogram(Bytes(input)) },
            _ => throw new InvalidDataException($"a value has no {tag}"),
        });
        return read;
    }

    private static LoggedImage ReadImage(byte[] data)
    {
        int[] sizes = new int[4];
        byte[] png = [];
        Fields(data, (tag, input) =>
        {
            if (tag is (4, WireFormat.WireType.LengthDelimited))
            {
                png = Bytes(input);
            }
            else
            {
                Assert.Equal(WireFormat.WireType.Varint, tag.Type);
                sizes[tag.Field] = input.ReadInt32();
            }
        });
        return new(sizes[1], sizes[2], sizes[3], png);
    }

    private static LoggedHistogram ReadHistogram(byte[] data)
    {
        double[] numbers = new double[6];
        var lists = new List<double>[] { [], [] };
        Fields(data, (tag, input) =>
        {
            if (tag.Field >= 6)
            {
                Assert.Equal(WireFormat.WireType.LengthDelimited, tag.Type);
                var packed = new CodedInputStream(Bytes(input));
                while (!packed.IsAtEnd)
                {
                    lists[tag.Field - 6].Add(packed.ReadDouble());
                }
            }
            else
            {
                Assert.Equal(WireFormat.WireType.Fixed64, tag.Type);
                numbers[tag.Field] = input.ReadDouble();
            }
        });
        return new(numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], [.. lists[0]], [.. lists[1]]);
    }

    private static byte[] Bytes(CodedInputStream input) => input.ReadBytes().ToByteArray();

    private static void Fields(byte[] data, Action<(int Field, WireFormat.WireType Type), CodedInputStream> read)
    {
        var input = new CodedInputStream(data);
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            read((WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag)), input);
        }
    }
}
