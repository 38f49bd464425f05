using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Lanewise.Files;

/// <summary>Writes arrays in NumPy's format (.npy 1.0), little-endian and in C order; .npz is a zip archive of such files.</summary>
internal static class NpyWriter
{
    // The header ends with a line feed at a multiple of this, so that the data is aligned.
    private const int Alignment = 64;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];

    /// <summary>Writes the header of an array of floats; the values follow, by <see cref="WriteFloats"/>.</summary>
    public static void WriteFloatHeader(Stream stream, params ReadOnlySpan<long> shape) => WriteHeader(stream, "<f4", shape);

    /// <summary>Writes the next values of an array of floats.</summary>
    public static void WriteFloats(Stream stream, ReadOnlySpan<float> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            stream.Write(MemoryMarshal.AsBytes(values));
            return;
        }

        Span<byte> bytes = stackalloc byte[sizeof(float)];
        foreach (float value in values)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
            stream.Write(bytes);
        }
    }

    /// <summary>Writes a one-dimensional array of texts: UTF-32, each padded with zeros to the longest.</summary>
    public static void WriteTexts(Stream stream, IReadOnlyList<string> texts)
    {
        int length = Math.Max(1, texts.Select(text => text.EnumerateRunes().Count()).DefaultIfEmpty().Max());
        WriteHeader(stream, string.Create(CultureInfo.InvariantCulture, $"<U{length}"), [texts.Count]);
        byte[] element = new byte[length * sizeof(int)];
        foreach (string text in texts)
        {
            Array.Clear(element);
            int at = 0;
            foreach (var rune in text.EnumerateRunes())
            {
                BinaryPrimitives.WriteInt32LittleEndian(element.AsSpan(at), rune.Value);
                at += sizeof(int);
            }

            stream.Write(element);
        }
    }

    private static void WriteHeader(Stream stream, string type, ReadOnlySpan<long> shape)
    {
        var sizes = new StringBuilder();
        foreach (long size in shape)
        {
            // A tuple of one element ends with a comma, too.
            sizes.Append(CultureInfo.InvariantCulture, $"{size},").Append(shape.Length > 1 ? " " : "");
        }

        string tuple = shape.Length > 1 ? sizes.ToString().TrimEnd(' ', ',') : sizes.ToString();
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({tuple}), }}";
        int before = Magic.Length + sizeof(ushort);
        int length = (before + header.Length + 1 + Alignment - 1) / Alignment * Alignment - before;
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)length);
        stream.Write(Magic);
        stream.Write(bytes);
        stream.Write(Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n"));
    }
}
