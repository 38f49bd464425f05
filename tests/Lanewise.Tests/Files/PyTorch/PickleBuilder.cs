using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Lanewise.Tests.Files;

/// <summary>Writes pickles opcode by opcode, as no honest program does, and the files around them.</summary>
internal sealed class PickleBuilder
{
    private readonly List<byte> _bytes = [];

    public PickleBuilder() => Op(0x80, 2);

    /// <summary>The pickle, ended.</summary>
    public byte[] Bytes => [.. _bytes, (byte)'.'];

    /// <summary>Opcodes and what follows them, as they are.</summary>
    public PickleBuilder Op(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public PickleBuilder Op(ReadOnlySpan<byte> bytes, int times)
    {
        for (int i = 0; i < times; i++)
        {
            Op(bytes);
        }
        return this;
    }

    public PickleBuilder Mark() => Op((byte)'(');

    public PickleBuilder Tuple() => Op((byte)'t');

    public PickleBuilder Call() => Op((byte)'R');

    public PickleBuilder Global(string module, string name) => Op(Encoding.UTF8.GetBytes($"c{module}\n{name}\n"));

    public PickleBuilder Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return Op((byte)'X', (byte)utf8.Length, (byte)(utf8.Length >> 8), 0, 0).Op(utf8);
    }

    public PickleBuilder Number(long number)
    {
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return Op(0x8A, sizeof(long)).Op(bytes);
    }

    public PickleBuilder Numbers(long[] numbers)
    {
        Mark();
        foreach (long number in numbers)
        {
            Number(number);
        }
        return Tuple();
    }

    /// <summary>A tensor that views a storage of floats.</summary>
    public PickleBuilder Tensor(string key, long storage, long offset, long[] sizes, long[] strides, string type = "FloatStorage")
    {
        Global("torch._utils", "_rebuild_tensor_v2").Mark();
        Mark().Text("storage").Global("torch", type).Text(key).Text("cpu").Number(storage).Tuple().Op((byte)'Q');
        return Number(offset).Numbers(sizes).Numbers(strides).Op(0x89, (byte)'}').Tuple().Call();
    }

    /// <summary>A state dict of one tensor.</summary>
    public static byte[] StateDict(long storage, long offset, long[] sizes, long[] strides, string type = "FloatStorage") =>
        new PickleBuilder().Op((byte)'}').Text("fc.weight").Tensor("0", storage, offset, sizes, strides, type).Op((byte)'s').Bytes;

    /// <summary>A state dict of tensors, each in a storage whose key is its number.</summary>
    public static byte[] StateDict(IReadOnlyList<Tensor> tensors)
    {
        var pickle = new PickleBuilder().Op((byte)'}').Mark();
        for (int i = 0; i < tensors.Count; i++)
        {
            long[] sizes = Array.ConvertAll(tensors[i].Dimensions, size => (long)size);
            long[] strides = [.. sizes.Select((_, d) => sizes[(d + 1)..].Aggregate(1L, (product, size) => product * size))];
            pickle.Text(tensors[i].Name).Tensor($"{i}", tensors[i].Values.Length, 0, sizes, strides);
        }
        return pickle.Op((byte)'u').Bytes;
    }

    /// <summary>A zip archive as PyTorch writes it.</summary>
    public static byte[] Zip(byte[] pickle, params (string Name, byte[] Content)[] others)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in others.Prepend(("data.pkl", pickle)))
            {
                // Like PyTorch, which never packs; what shrinks to nothing is a bomb.
                using var entry = archive.CreateEntry("archive/" + name, content.Length > 1 << 20 ? CompressionLevel.Optimal : CompressionLevel.NoCompression).Open();
                entry.Write(content);
            }
        }
        return bytes.ToArray();
    }

    /// <summary>A file of the older kind, with one storage.</summary>
    public static byte[] Legacy(byte[] pickle, long count, byte[] storage, byte magic = 0x6C)
    {
        byte[] length = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, count);
        return
        [
            .. new PickleBuilder().Op(0x8A, 10, magic, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19).Bytes,
            .. new PickleBuilder().Op((byte)'M', 0xE9, 0x03).Bytes,
            .. new PickleBuilder().Op((byte)'}').Bytes,
            .. pickle,
            .. new PickleBuilder().Op((byte)']').Text("0").Op((byte)'a').Bytes,
            .. length,
            .. storage,
        ];
    }
}
