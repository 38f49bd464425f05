using System.Text;
using Lanewise.Files;
using Xunit;

namespace Lanewise.Tests.Files;

/// <summary>Arrays compared byte by byte with what numpy.save writes, as its format's description (NEP 1) defines it.</summary>
public sealed class NpyWriterTests
{
    [Fact]
    public void Floats_are_little_endian_after_a_header_that_ends_at_a_multiple_of_64()
    {
        using var stream = new MemoryStream();
        NpyWriter.WriteFloatHeader(stream, 2, 3);
        NpyWriter.WriteFloats(stream, [1, 2, 3]);
        NpyWriter.WriteFloats(stream, [4, 5, -0.5f]);
        byte[] expected =
        [
            0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 128),
            0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40, 0, 0, 0x80, 0x40, 0, 0, 0xA0, 0x40, 0, 0, 0, 0xBF,
        ];
        Assert.Equal(expected, stream.ToArray());
    }

    [Fact]
    public void Texts_are_padded_to_the_longest()
    {
        using var stream = new MemoryStream();
        NpyWriter.WriteTexts(stream, ["ab", "é😀!", ""]);
        byte[] expected =
        [
            0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Header("{'descr': '<U3', 'fortran_order': False, 'shape': (3,), }", 128),
            .. Utf32("ab\0"), .. Utf32("é😀!"), .. new byte[12],
        ];
        Assert.Equal(expected, stream.ToArray());
    }

    [Fact]
    public void A_list_of_no_texts_has_a_type_of_length_one()
    {
        using var stream = new MemoryStream();
        NpyWriter.WriteTexts(stream, []);
        Assert.Contains("'descr': '<U1', 'fortran_order': False, 'shape': (0,), }", Encoding.ASCII.GetString(stream.ToArray()), StringComparison.Ordinal);
        Assert.Equal(128, stream.Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(123456789)]
    [InlineData(1234567890123456789)]
    public void The_data_is_aligned_whatever_the_shape(long rows)
    {
        using var stream = new MemoryStream();
        NpyWriter.WriteFloatHeader(stream, rows, rows, rows, rows);
        Assert.Equal(0, stream.Length % 64);
        byte[] bytes = stream.ToArray();
        Assert.Equal(bytes.Length - 10, bytes[8] + 256 * bytes[9]);
        Assert.Equal((byte)'\n', bytes[^1]);
    }

    private static byte[] Header(string text, int end) => Encoding.ASCII.GetBytes(text.PadRight(end - 11) + "\n");

    private static byte[] Utf32(string text) => Encoding.UTF32.GetBytes(text);
}
