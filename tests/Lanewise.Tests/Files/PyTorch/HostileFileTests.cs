using System.Text;
using Lanewise.Files;
using Xunit;

namespace Lanewise.Tests.Files;

/// <summary>Files that mean harm are refused by what they try, before time or memory is spent on them.</summary>
public sealed class HostileFileTests
{
    private const int Megabyte = 1_000_000;

    [Theory]
    [InlineData("posix", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("models.yolo", "Model")]
    [InlineData("torch.storage", "_load_from_bytes")]
    [InlineData("torch", "ComplexFloatStorage")]
    public void A_call_is_refused_by_its_name(string module, string name)
    {
        var call = new PickleBuilder().Global(module, name).Mark().Text("touch hacked").Tuple().Call();
        var modern = new PickleBuilder().Text(module).Text(name).Op(0x93).Mark().Text("touch hacked").Tuple().Call();

        foreach (byte[] pickle in new[] { call.Bytes, modern.Bytes })
        {
            AssertRefused(
                PickleBuilder.Zip(pickle), $"it asks for {module}.{name}, and nothing but tensors and plain values is read or run");
            AssertRefused(PickleBuilder.Legacy(pickle, 0, []), $"it asks for {module}.{name}, ");
        }
    }

    [Fact]
    public void A_name_from_the_file_cannot_flood_the_message()
    {
        byte[] pickle = new PickleBuilder().Text(new string('m', 5000)).Text("\e[2J\n").Op(0x93).Bytes;

        AssertRefused(PickleBuilder.Zip(pickle), "mmm…");
    }

    [Fact]
    public void Objects_of_unknown_classes_are_not_run_whatever_is_done_with_them()
    {
        // Made, made with keywords, given a state, items and itself, called again; beside a state dict.
        var pickle = new PickleBuilder().Op((byte)'}').Mark()
            .Text("state_dict").Op((byte)'}').Text("fc.weight").Tensor("0", 4, 0, [4], [1]).Op((byte)'s')
            .Text("a").Global("posix", "system").Text("touch hacked").Op(0x85, (byte)'R', (byte)'q', 1)
            .Op((byte)'}', (byte)'b').Text("k").Text("v").Op((byte)'s', (byte)'h', 1, (byte)'a').Op((byte)')', (byte)'R')
            .Text("b").Global("a", "B").Op((byte)')', (byte)'}', 0x92)
            .Op((byte)'u');
        using var stream = new MemoryStream(PickleBuilder.Zip(pickle.Bytes, ("data/0", new byte[16])));

        var read = PyTorchFile.Read(stream, "weights.pth");

        Assert.Equal("fc.weight", Assert.Single(read.Tensors).Name);
        Assert.Equal(
            "weights.pth: objects beside the weights were skipped, and nothing in them was run: posix.system, a.B.",
            Assert.Single(read.Notices));
    }

    [Fact]
    public void Many_unknown_classes_with_long_names_stay_within_bounds()
    {
        var pickle = new PickleBuilder().Op((byte)'}').Mark().Text("fc.weight").Tensor("0", 4, 0, [4], [1]).Text("rest").Op((byte)']');
        for (int i = 0; i < 20_000; i++)
        {
            pickle.Global(new string('m', 200), $"C{i}").Op((byte)')', 0x81, (byte)'a');
        }
        using var stream = new MemoryStream(PickleBuilder.Zip(pickle.Op((byte)'u').Bytes, ("data/0", new byte[16])));

        string notice = Assert.Single(PyTorchFile.Read(stream, "weights.pth").Notices);

        Assert.InRange(notice.Length, 100, 1000);
        Assert.EndsWith("and 58 more.", notice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recursion_bomb_is_refused()
    {
        byte[] lists = new PickleBuilder().Op("]"u8, 100_000).Op("a"u8, 99_999).Bytes;
        byte[] marks = new PickleBuilder().Op("("u8, 1_000_000).Bytes;
        byte[] tuples = new PickleBuilder().Op((byte)')').Op([0x85], 1_000_000).Bytes;

        Assert.All([lists, marks, tuples], pickle => AssertRefused(PickleBuilder.Zip(pickle), "nested"));
    }

    [Fact]
    public void A_memo_bomb_is_refused()
    {
        var bomb = new PickleBuilder().Op((byte)']', (byte)'q', 0);
        for (byte level = 1; level <= 60; level++)
        {
            bomb.Op((byte)']', (byte)'q', level, (byte)'(', (byte)'h', (byte)(level - 1), (byte)'h', (byte)(level - 1), (byte)'e');
        }
        byte[] itself = new PickleBuilder().Op((byte)']', (byte)'q', 0).Op([(byte)'h', 0, (byte)'a'], 1000).Bytes;

        AssertRefused(PickleBuilder.Zip(bomb.Bytes), "expand to more than 10,000,000");
        AssertRefused(PickleBuilder.Zip(itself), "expand to more than 10,000,000");
    }

    [Fact]
    public void More_work_than_a_state_dict_needs_is_refused()
    {
        byte[] copies = new PickleBuilder().Op((byte)'N').Op("2"u8, 10_000_000).Bytes;
        byte[] dictionaries = new PickleBuilder().Op("}0"u8, 2_000_000).Bytes;

        // A list of 50,000 pairs, of which a dictionary is made again and again.
        var pairs = new PickleBuilder().Op((byte)']', (byte)'N', (byte)'N', 0x86, (byte)'q', 1, (byte)'a', (byte)'q', 0).Op(
            [(byte)'h', 1, (byte)'a'], 50_000)
            .Op((byte)'0').Global("collections", "OrderedDict").Op((byte)'q', 2, (byte)'0');
        byte[] made = pairs.Op([(byte)'h', 2, (byte)'h', 0, 0x85, (byte)'R', (byte)'0'], 10_000).Bytes;

        Assert.All([copies, dictionaries, made], pickle => AssertRefused(PickleBuilder.Zip(pickle), "more values than any state dict has"));
    }

    [Theory]
    [InlineData("58FFFFFFFF", "claims 4,294,967,295 bytes")]
    [InlineData("42FFFFFFFF", "claims 4,294,967,295 bytes")]
    [InlineData("8DFFFFFFFFFFFFFFFF", "claims 18,446,744,073,709,551,615 bytes")]
    [InlineData("960000000001000000", "claims 4,294,967,296 bytes")]
    [InlineData("8BFFFFFFFF", "an integer in its pickle claims 4,294,967,295 bytes")]
    [InlineData("72FFFFFFFF", "malformed")]
    [InlineData("6AFFFFFFFF", "refers to memo entry 4,294,967,295")]
    public void A_length_of_4_GB_is_refused(string opcode, string expected)
    {
        byte[] pickle = new PickleBuilder().Op(Convert.FromHexString(opcode)).Bytes;

        AssertRefused(PickleBuilder.Zip(pickle), expected);
        AssertRefused(PickleBuilder.Legacy(pickle, 0, []), expected);
    }

    [Theory]
    [InlineData(8, 0, new long[] { 8 }, new long[] { 1 }, "its storage 0 should have ")]
    [InlineData(4, 1, new long[] { 4 }, new long[] { 1 }, "fc.weight reaches beyond its storage of 4 values")]
    [InlineData(4, 0, new long[] { 2, 2 }, new long[] { 3, 1 }, "reaches beyond")]
    [InlineData(4, 0, new long[] { 2 }, new long[] { long.MaxValue }, "reaches beyond")]
    [InlineData(4, long.MaxValue, new long[] { 2, 2 }, new long[] { long.MaxValue, long.MaxValue }, "reaches beyond")]
    [InlineData(4, -1, new long[] { 2 }, new long[] { 1 }, "Tensor that is malformed")]
    [InlineData(4, 0, new long[] { -2 }, new long[] { 1 }, "non-negative integers")]
    [InlineData(4, 0, new long[] { 2 }, new long[] { -1 }, "non-negative integers")]
    [InlineData(4, 0, new long[] { 2, 2 }, new long[] { 1 }, "2 sizes but 1 strides")]
    [InlineData(4, 0, new long[] { 4_294_967_296 }, new long[] { 0 }, "too large")]
    [InlineData(4, 0, new long[] { 65536, 65536, 65536, 65536 }, new long[] { 0, 0, 0, 0 }, "too large")]
    [InlineData(4, 0, new long[] { 1_000_000_000 }, new long[] { 0 }, "claim 1,000,000,000 values")]
    [InlineData(4_294_967_296, 0, new long[] { 4 }, new long[] { 1 }, "larger than 2,147,483,647 values")]
    [InlineData(-4, 0, new long[] { 0 }, new long[] { 1 }, "malformed")]
    public void A_tensor_that_is_not_in_its_storage_or_a_storage_that_is_not_there_is_refused(
        long storage, long offset, long[] sizes, long[] strides, string expected)
    {
        byte[] pickle = PickleBuilder.StateDict(storage, offset, sizes, strides);

        AssertRefused(PickleBuilder.Zip(pickle, ("data/0", new byte[16])), expected);
        AssertRefused(PickleBuilder.Legacy(pickle, Math.Min(storage, 4), new byte[16]), expected);
    }

    [Fact]
    public void A_storage_that_is_described_in_two_ways_is_refused()
    {
        var pickle = new PickleBuilder().Op((byte)'}').Text("a").Tensor("0", int.MaxValue, 0, [1], [1]).Op((byte)'s')
            .Mark().Tensor("0", 4, 0, [1], [1]).Op((byte)'1');

        AssertRefused(PickleBuilder.Legacy(pickle.Bytes, 4, new byte[16]), "describes the storage 0 in two ways");
        AssertRefused(PickleBuilder.Zip(pickle.Bytes, ("data/0", new byte[16])), "describes the storage 0 in two ways");
    }

    [Fact]
    public void A_storage_that_is_cut_short_is_refused()
    {
        byte[] pickle = PickleBuilder.StateDict(4, 0, [4], [1]);

        AssertRefused(PickleBuilder.Zip(pickle), "lacks the storage 0");
        AssertRefused(PickleBuilder.Legacy(pickle, 4, new byte[15]), "should have 4 values, but has 3");
        AssertRefused(PickleBuilder.Legacy(pickle, long.MaxValue, new byte[16]), "should have 4 values");
        AssertRefused(PickleBuilder.Legacy(pickle, 4, [])[..^5], "ends before its storage 0");
    }

    [Fact]
    public void A_wrong_magic_number_is_refused()
    {
        AssertRefused(PickleBuilder.Legacy(PickleBuilder.StateDict(4, 0, [4], [1]), 4, new byte[16], magic: 0x6D), "magic number");
        AssertRefused(new PickleBuilder().Op((byte)'}').Bytes, "magic number");
    }

    [Theory]
    [InlineData("data/0")]
    [InlineData("data.pkl")]
    public void A_wrong_checksum_is_refused(string part)
    {
        byte[] file = PickleBuilder.Zip(PickleBuilder.StateDict(4, 0, [4], [1]), ("data/0", [.. "sixteen bytes 16"u8]));
        // A letter of the name or of the values; the archive's own structure stays whole.
        int place = file.AsSpan().IndexOf(part == "data/0" ? "sixteen"u8 : "fc.weight"u8);
        file[place]++;

        AssertRefused(file, $"its part archive/{part} does not match its CRC-32");
    }

    [Fact]
    public void A_zip_bomb_is_refused()
    {
        byte[] zeros = new byte[100 * Megabyte];
        byte[] storage = PickleBuilder.Zip(PickleBuilder.StateDict(zeros.Length / 4, 0, [1], [1]), ("data/0", zeros));
        byte[] pickle = PickleBuilder.Zip(zeros);

        Assert.InRange(storage.Length, 0, Megabyte);
        AssertRefused(storage, "archive/data/0 would unpack to 100,000,000 bytes");
        AssertRefused(pickle, "archive/data.pkl would unpack to 100,000,000 bytes");
    }

    [Fact]
    public void Other_archives_other_content_and_other_machines_are_named()
    {
        AssertRefused([.. "PK"u8], "damaged zip archive");
        AssertRefused(
            PickleBuilder.Zip(PickleBuilder.StateDict(1, 0, [1], [1]), ("data/0", new byte[4]), ("byteorder", [.. "big"u8])), "big-endian");
        AssertRefused(PickleBuilder.Zip(new PickleBuilder().Op((byte)']').Bytes), "no state dict in it, but a list");
        AssertRefused(
            PickleBuilder.Zip(new PickleBuilder().Op((byte)'}').Text("epoch").Number(3).Op((byte)'s').Bytes), "but a dictionary of epoch");
        AssertRefused(PickleBuilder.Zip(new PickleBuilder().Tensor("0", 1, 0, [1], [1]).Bytes), "but a single tensor");
        AssertRefused(PickleBuilder.Zip(new PickleBuilder().Op(Encoding.ASCII.GetBytes("I1\n")).Bytes), "opcode 0x49");
        AssertRefused(PickleBuilder.Zip([0x80, 9]), "protocol 9");
    }

    internal static void AssertRefused(byte[] bytes, string expected)
    {
        using var stream = new MemoryStream(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.ThrowsAny<LanewiseException>(() => PyTorchFile.Read(stream, "weights.pth")).Message;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 150 * Megabyte);
        Assert.StartsWith("weights.pth is refused: ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 1, 400);
        Assert.DoesNotContain(message, char.IsControl);
    }
}
