using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lanewise.Engine;
using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>The digests of a training at one step.</summary>
/// <param name="Step">The number of steps since training began.</param>
/// <param name="Epoch">The number of completed epochs.</param>
/// <param name="Weights">
/// The sha256 of the weights and buffers: of each, its name, a zero byte, and its floats in little-endian order.
/// </param>
/// <param name="Optimizer">The sha256 of the optimizer's state and of the moving average of the weights, in the same way.</param>
/// <param name="Chain">The sha256 of the chain before it, in hexadecimal digits, and of the other values.</param>
public sealed record ReceiptRow(long Step, int Epoch, string Weights, string Optimizer, string Chain);

/// <summary>
/// The receipt of a run, <c>receipt.json</c>: digests of its data, and of weights and optimizer at fixed steps, each chained to those
/// before it. <see cref="VerificationJob"/> trains again and compares.
/// </summary>
internal sealed class Receipt
{
    private readonly List<ReceiptRow> _rows;

    private Receipt(int orderOfSums, string data, List<ReceiptRow> rows) => (OrderOfSums, Data, _rows) = (orderOfSums, data, rows);

    /// <summary>Gets the version of the order of sums.</summary>
    public int OrderOfSums { get; }

    /// <summary>Gets the digest of names and sizes of the image files, or of the labels of other datasets.</summary>
    public string Data { get; }

    /// <summary>Gets the rows, by step.</summary>
    public IReadOnlyList<ReceiptRow> Rows => _rows;

    /// <summary>Gets what the chain starts from.</summary>
    private string Start => Hash($"lanewise receipt 1\n{OrderOfSums}\n{Data}");

    /// <summary>Begins a receipt.</summary>
    public static Receipt Begin(DataDigest data) => new(SumOrder.Version, DigestOf(data), []);

    /// <summary>Adds the digests of a state, unless its step has some.</summary>
    /// <returns>The row; null if there was one.</returns>
    public ReceiptRow? Add(TrainerState state)
    {
        if (_rows.Count > 0 && _rows[^1].Step >= state.Position.Updates)
        {
            return null;
        }

        string before = _rows.Count == 0 ? Start : _rows[^1].Chain;
        var (weights, optimizer) = DigestsOf(state);
        var (step, epoch) = (state.Position.Updates, state.Position.Epoch);
        _rows.Add(new(step, epoch, weights, optimizer, ChainOf(before, step, epoch, weights, optimizer)));
        return _rows[^1];
    }

    /// <summary>Removes rows beyond a step.</summary>
    public void CutTo(long step) => _rows.RemoveAll(row => row.Step > step);

    /// <summary>Returns the first row that does not follow from the row before it, in its step or in its chain; null if all do.</summary>
    public ReceiptRow? FirstBroken()
    {
        string chain = Start;
        var (step, epoch) = (-1L, 0);
        foreach (var row in _rows)
        {
            chain = ChainOf(chain, row.Step, row.Epoch, row.Weights, row.Optimizer);
            if (chain != row.Chain || row.Step <= step || row.Epoch < epoch)
            {
                return row;
            }

            (step, epoch) = (row.Step, row.Epoch);
        }

        return null;
    }

    /// <summary>Returns the digests of the weights and of the optimizer.</summary>
    public static (string Weights, string Optimizer) DigestsOf(TrainerState state)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, values) in state.Optimizer.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            Append(hash, $"{name}.", values);
        }

        if (state.Average is { } average)
        {
            Append(hash, "average.", average);
        }

        return (DigestOf(state.Weights), Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>Returns the digest of weights and buffers.</summary>
    public static string DigestOf(Weights weights)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, "", weights);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Returns the text of the file.</summary>
    public string Format()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("order_of_sums", OrderOfSums);
            json.WriteString("data", Data);
            json.WriteStartArray("rows");
            foreach (var row in _rows)
            {
                json.WriteStartObject();
                json.WriteNumber("step", row.Step);
                json.WriteNumber("epoch", row.Epoch);
                json.WriteString("weights", row.Weights);
                json.WriteString("optimizer", row.Optimizer);
                json.WriteString("chain", row.Chain);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="LanewiseException">It cannot be read, or is no receipt.</exception>
    public static Receipt Load(string path) => Parse(InputFile.ReadBytes(path), path);

    /// <summary>Reads the content of a file.</summary>
    /// <exception cref="LanewiseException">It is no receipt.</exception>
    public static Receipt Parse(ReadOnlySpan<byte> content, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(content.ToArray());
            var root = document.RootElement;
            return new(
                root.GetProperty("order_of_sums").GetInt32(),
                root.GetProperty("data").GetString()!,
                [.. root.GetProperty("rows").EnumerateArray().Select(row => new ReceiptRow(
                    row.GetProperty("step").GetInt64(), row.GetProperty("epoch").GetInt32(), row.GetProperty("weights").GetString()!,
                    row.GetProperty("optimizer").GetString()!, row.GetProperty("chain").GetString()!))]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new LanewiseException($"{path}: not the receipt of a run ({e.Message}); restore the file that the training wrote.", e);
        }
    }

    /// <summary>Returns the digest of data.</summary>
    public static string DigestOf(DataDigest data) =>
        Hash(string.Join('\n', new[] { data.Train, data.Test }.SelectMany(split => (string[])[split.Names, split.Sizes])));

    private static string ChainOf(string before, long step, int epoch, string weights, string optimizer) =>
        Hash(FormattableString.Invariant($"{before}\n{step}\n{epoch}\n{weights}\n{optimizer}"));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static void Append(IncrementalHash hash, string prefix, Weights weights)
    {
        foreach (var tensor in weights.Tensors)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{prefix}{tensor.Name}\0"));
            hash.AppendData(MemoryMarshal.AsBytes(tensor.Values.AsSpan()));
        }
    }
}
