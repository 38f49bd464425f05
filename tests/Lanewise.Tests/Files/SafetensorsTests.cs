using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Lanewise.Files;
using Xunit;

namespace Lanewise.Tests.Files;

public sealed class SafetensorsTests
{
    internal static readonly Gen<Tensor[]> Tensors =
        Gen.Int[0, 4].Array[0, 4].SelectMany(sizes => Gen.Select(
            Gen.Const(sizes), Gen.Single.Array[sizes.Aggregate(1, (product, size) => product * size)]))
        .Array[0, 6]
        .Select(all => all.Select((one, i) => new Tensor($"layer{i}.\"weight\" ×", one.Item1, one.Item2)).ToArray());

    [Fact]
    public void What_is_written_is_read_back_to_the_bit() =>
        Gen.Select(Tensors, Gen.Dictionary(Gen.String[Gen.Char.AlphaNumeric, 0, 9], Gen.String[Gen.Char[' ', '~'], 0, 9])[0, 4])
            .Sample((tensors, metadata) =>
            {
                var read = ReadBytes(WriteBytes(tensors, metadata));
                Assert.Equal(metadata, read.Metadata);
                Assert.Equal(tensors.Length, read.Tensors.Count);
                foreach (var (expected, actual) in tensors.Zip(read.Tensors))
                {
                    Assert.Equal(expected.Name, actual.Name);
                    Assert.Equal(expected.Dimensions, actual.Dimensions);
                    Assert.Equal(
                        expected.Values.Select(BitConverter.SingleToInt32Bits), actual.Values.Select(BitConverter.SingleToInt32Bits));
                }
            }, iter: 300);

    [Fact]
    public void The_file_is_laid_out_as_the_format_says()
    {
        byte[] bytes = WriteBytes([new Tensor("a", [2], [1, 2]), new Tensor("b", [], [3])], new() { ["k"] = "v" });

        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        Assert.Equal(0, length % 8);
        Assert.Equal("""
            {"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[],"data_offsets":[8,12]}}
            """, Encoding.UTF8.GetString(bytes, 8, length).TrimEnd(' '));
        Assert.Equal([0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40], bytes[(8 + length)..]);
    }

    [Theory]
    [InlineData("F64", "000000000000F8BF", -1.5f)]
    [InlineData("F32", "0000C0BF", -1.5f)]
    [InlineData("F16", "00BE", -1.5f)]
    [InlineData("BF16", "C0BF", -1.5f)]
    [InlineData("I8", "FE", -2f)]
    [InlineData("I16", "FEFF", -2f)]
    [InlineData("I32", "FEFFFFFF", -2f)]
    [InlineData("I64", "FEFFFFFFFFFFFFFF", -2f)]
    [InlineData("U8", "FE", 254f)]
    [InlineData("U16", "FEFF", 65534f)]
    [InlineData("U32", "FEFFFFFF", 4294967294f)]
    [InlineData("U64", "FEFFFFFFFFFFFFFF", 18446744073709551614f)]
    [InlineData("BOOL", "01", 1f)]
    public void Every_stored_type_becomes_floats(string type, string hex, float expected)
    {
        byte[] value = Convert.FromHexString(hex);
        var read = ReadBytes(SafetensorsRefusalTests.FileOf(
            $$$"""{"x":{"dtype":"{{{type}}}","shape":[1],"data_offsets":[0,{{{value.Length}}}]}}""", value));

        Assert.Equal([expected], read.Tensors[0].Values);
        Assert.Equal(type, read.StoredTypes["x"].ToString(), ignoreCase: true);
    }

    [Theory]
    [InlineData(StoredType.F32, 0x3F800001, 0x3F800001)]
    [InlineData(StoredType.F64, 0x3F800001, 0x3F800001)]
    [InlineData(StoredType.F16, 0x3F801000, 0x3F800000)] // 1 + half a step: to the even neighbour, below
    [InlineData(StoredType.F16, 0x3F803000, 0x3F804000)] // and above
    [InlineData(StoredType.F16, 0x3F801001, 0x3F802000)] // a little more than half
    [InlineData(StoredType.F16, 0x477FE000, 0x477FE000)] // the largest, 65504
    [InlineData(StoredType.F16, 0x33800000, 0x33800000)] // the least, 2⁻²⁴
    [InlineData(StoredType.BF16, 0x3F808000, 0x3F800000)]
    [InlineData(StoredType.BF16, 0x3F818000, 0x3F820000)]
    [InlineData(StoredType.BF16, 0x3F808001, 0x3F810000)]
    [InlineData(StoredType.BF16, 0x7F7FFFFF, 0x7F800000)] // rounds up to infinity, as IEEE 754 says
    [InlineData(StoredType.BF16, 0x7F800001, 0x7FC00000)] // a NaN stays one
    [InlineData(StoredType.F16, unchecked((int)0x80000000), unchecked((int)0x80000000))]
    public void Values_are_written_as_the_nearest_of_their_type(StoredType type, int bits, int expected)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, [new Tensor("x", [1], [BitConverter.Int32BitsToSingle(bits)])], type: type);

        var read = ReadBytes(stream.ToArray());

        Assert.Equal(type, read.StoredTypes["x"]);
        Assert.Equal(expected, BitConverter.SingleToInt32Bits(read.Tensors[0].Values[0]));
    }

    [Fact]
    public void A_count_keeps_its_digits_and_what_no_half_can_hold_is_refused()
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, [new Tensor("bn.num_batches_tracked", [], [450_449])], type: StoredType.F16);

        Assert.Equal([450_449f], ReadBytes(stream.ToArray()).Tensors[0].Values);
        string message = Assert.ThrowsAny<LanewiseException>(() => Safetensors.Write(stream, [new Tensor("bn.running_var", [2], [1, 70_000])], type: StoredType.F16)).Message;
        Assert.Equal("bn.running_var has values beyond F16's largest, 65504; write BF16 or F32.", message);
        Assert.Throws<ArgumentException>(() => Safetensors.Write(stream, [], type: StoredType.I8));
    }

    [Fact]
    public void The_headers_order_is_kept_even_if_the_data_lie_otherwise()
    {
        var read = ReadBytes(SafetensorsRefusalTests.FileOf(
            """{"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"more":[{}]}}""", [7, 8]));

        Assert.Equal(["b", "a"], read.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([8f, 7f], read.Tensors.Select(tensor => tensor.Values[0]));
    }

    [Theory]
    [InlineData("inception", 97_298)]
    [InlineData("residual", 41_514)]
    public void A_file_from_Python_is_read(string model, int parameters)
    {
        var golden = Golden.Read(model);

        Assert.Equal(model, golden.File.Metadata["model"]);
        Assert.Equal(parameters, golden.Below("weights").Sum(tensor => tensor.Values.Length));
        Assert.Empty(golden["loss"].Dimensions);
        Assert.Equal(StoredType.I64, golden.File.StoredTypes["labels"]);
        Assert.Equal([5, 0, 4, 1, 9], golden["labels"].Values[..5]);
        Assert.Equal(StoredType.U8, golden.File.StoredTypes["train_images"]);
        Assert.Equal(255, golden["train_images"].Values.Max());
    }

    [Fact]
    public void A_missing_file_or_a_folder_is_one_clear_line()
    {
        using var folder = new TemporaryFolder();

        Assert.Contains(
            "no such file", Assert.ThrowsAny<LanewiseException>(() => Safetensors.Read(folder["none"])).Message, StringComparison.Ordinal);
        Assert.Contains(
            "folder", Assert.ThrowsAny<LanewiseException>(() => Safetensors.Read(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_that_no_file_can_hold_are_the_callers_fault()
    {
        Assert.Throws<ArgumentException>(() => WriteBytes([new Tensor("a", [2], [1])], []));
        Assert.Throws<ArgumentException>(() => WriteBytes([new Tensor("a", [], [1]), new Tensor("a", [], [1])], []));
        Assert.Throws<ArgumentException>(() => WriteBytes([new Tensor("__metadata__", [], [1])], []));
    }

    internal static byte[] WriteBytes(Tensor[] tensors, Dictionary<string, string> metadata)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    internal static WeightsFile ReadBytes(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return Safetensors.Read(stream, "weights.safetensors");
    }
}
