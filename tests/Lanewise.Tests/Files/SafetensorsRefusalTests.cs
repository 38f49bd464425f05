using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Xunit;

namespace Lanewise.Tests.Files;

public sealed class SafetensorsRefusalTests
{
    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 0, "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 8, "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0.5,4]}}""", 4, "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":7,"data_offsets":[0,4]}}""", 4, "shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "needs 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "too large")]
    [InlineData("""{"a":{"dtype":"F32","shape":[65536,65536,65536,65536],"data_offsets":[0,0]}}""", 0, "too large")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,0]}}""", 0, "shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", 6, "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "gap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "gap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, "truncated")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "1 bytes follow")]
    [InlineData("""{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[],"data_offsets":[4,8]}}""", 8, "twice")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}}""", 4, "twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "twice")]
    [InlineData("""{"__metadata__":{"k":"v","k":"v"}}""", 0, "twice")]
    [InlineData("""{"__metadata__":{"k":1}}""", 0, "not a string")]
    [InlineData("""{"__metadata__":[]}""", 0, "object")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}""", 4, "F8_E4M3")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "lacks")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}""", 4, "not well-formed")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}""", 4, "not well-formed")]
    [InlineData("""{} x""", 0, "not well-formed")]
    [InlineData("""{,}""", 0, "not well-formed")]
    [InlineData("""[]""", 0, "begin with {")]
    [InlineData(""" {}""", 0, "begin with {")]
    public void A_header_that_does_not_describe_its_data_is_refused(string header, int dataBytes, string expected) =>
        AssertRefused(FileOf(header, new byte[dataBytes]), expected);

    [Fact]
    public void A_header_length_beyond_the_file_is_refused_without_taking_memory()
    {
        byte[] bytes = new byte[20];
        foreach (ulong length in new ulong[] { 13, 4_000_000_000, uint.MaxValue, long.MaxValue, ulong.MaxValue })
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
            long before = GC.GetAllocatedBytesForCurrentThread();
            AssertRefused(bytes, "claims");
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        }
    }

    [Fact]
    public void Short_files_and_bytes_that_are_no_text_are_refused()
    {
        AssertRefused([], "only 0 bytes");
        AssertRefused(new byte[7], "only 7 bytes");
        AssertRefused(new byte[8], "claims 0 bytes");
        AssertRefused([2, 0, 0, 0, 0, 0, 0, 0, (byte)'{', 0xFF], "UTF-8");
    }

    [Fact]
    public void A_name_from_the_file_cannot_flood_the_message()
    {
        string name = new string('n', 5000) + "\\n";

        AssertRefused(FileOf($$$"""{"{{{name}}}":1}""", []), "not described");
    }

    [Fact]
    public void Changed_and_cut_bytes_are_read_or_refused_within_bounds() =>
        Gen.Select(SafetensorsTests.Tensors, Gen.Select(Gen.Int[0, 10_000], Gen.Byte).Array[0, 4], Gen.Int[0, 10_000])
            .Sample((tensors, changes, cut) =>
            {
                byte[] bytes = SafetensorsTests.WriteBytes(tensors, new() { ["made"] = "here" });
                foreach (var (at, value) in changes)
                {
                    bytes[at % bytes.Length] = value;
                }
                // One in two is cut.
                bytes = cut % 2 == 0 ? bytes[..(cut % bytes.Length)] : bytes;

                long before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    SafetensorsTests.ReadBytes(bytes);
                }
                catch (LanewiseException e)
                {
                    Assert.InRange(e.Message.Length, 1, 400);
                    Assert.DoesNotContain('\n', e.Message);
                }
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 400_000);
            }, iter: 5000, threads: 1);

    internal static byte[] FileOf(string header, byte[] data)
    {
        byte[] text = Encoding.UTF8.GetBytes(header), length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)text.Length);
        return [.. length, .. text, .. data];
    }

    private static void AssertRefused(byte[] bytes, string expected)
    {
        var error = Assert.ThrowsAny<LanewiseException>(() => SafetensorsTests.ReadBytes(bytes));
        Assert.StartsWith("weights.safetensors ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 1, 400);
        Assert.DoesNotContain('\n', error.Message);
    }
}
