namespace Lanewise.Files;

/// <summary>
/// Computes the checksum of zip archives (CRC-32, polynomial 0xEDB88320), eight bytes at a time (Kounavis and Berry 2005).
/// </summary>
internal sealed class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int Step = 8;

    private static readonly uint[][] Tables = MakeTables();

    private uint _state = uint.MaxValue;

    /// <summary>The checksum of the bytes added so far.</summary>
    public uint Value => ~_state;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        uint state = _state;
        for (; bytes.Length >= Step; bytes = bytes[Step..])
        {
            state = Tables[7][bytes[0] ^ (byte)state] ^ Tables[6][bytes[1] ^ (byte)(state >> 8)]
                ^ Tables[5][bytes[2] ^ (byte)(state >> 16)] ^ Tables[4][bytes[3] ^ (byte)(state >> 24)]
                ^ Tables[3][bytes[4]] ^ Tables[2][bytes[5]] ^ Tables[1][bytes[6]] ^ Tables[0][bytes[7]];
        }
        foreach (byte value in bytes)
        {
            state = Tables[0][value ^ (byte)state] ^ state >> 8;
        }
        _state = state;
    }

    /// <summary>Table t maps a byte to its effect on the checksum when t zero bytes follow it.</summary>
    private static uint[][] MakeTables()
    {
        uint[][] tables = [.. Enumerable.Range(0, Step).Select(_ => new uint[256])];
        for (uint value = 0; value < 256; value++)
        {
            uint state = value;
            for (int bit = 0; bit < 8; bit++)
            {
                state = (state & 1) == 0 ? state >> 1 : state >> 1 ^ Polynomial;
            }
            tables[0][value] = state;
        }
        for (int t = 1; t < Step; t++)
        {
            tables[t] = Array.ConvertAll(tables[t - 1], state => state >> 8 ^ tables[0][(byte)state]);
        }
        return tables;
    }
}
