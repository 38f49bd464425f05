using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Lanewise.Files.TensorBoard;

/// <summary>
/// Writes a TensorBoard event file, which can be read while it grows. Resumed training writes a further file to the same folder,
/// with continued step numbers. Not thread-safe.
/// </summary>
public sealed class EventWriter : IDisposable
{
    private const string Version = "brain.Event:2";
    private readonly FileStream _file;

    /// <summary>Creates the folder, if missing, and an event file in it named after the time and the machine.</summary>
    /// <param name="folder">The log directory of a run.</param>
    /// <exception cref="FileAccessException">The file cannot be created or written.</exception>
    public EventWriter(string folder) : this(Create(folder))
    {
    }

    /// <summary>Writes the header to a new file.</summary>
    internal EventWriter(FileStream file)
    {
        _file = file;
        try
        {
            Append(NewEvent().Text(3, Version));
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The path of the event file.</summary>
    public string Path => _file.Name;

    /// <summary>Adds a scalar.</summary>
    /// <param name="tag">The chart's name; the part before a slash groups charts.</param>
    /// <param name="step">The step, the x value.</param>
    /// <param name="value">The value, stored as a 32-bit float.</param>
    /// <exception cref="FileAccessException">The file cannot be written.</exception>
    public void AddScalar(string tag, long step, double value) => Add(tag, step, message => message.Number(2, (float)value));

    /// <summary>Adds a histogram. NaN and infinite values are ignored.</summary>
    /// <param name="tag">The histogram's name.</param>
    /// <param name="step">The step.</param>
    /// <param name="values">The values; may be empty.</param>
    /// <exception cref="FileAccessException">The file cannot be written.</exception>
    public void AddHistogram(string tag, long step, ReadOnlySpan<float> values)
    {
        var histogram = new Histogram(values).ToMessage();
        Add(tag, step, message => message.Message(5, histogram));
    }

    /// <summary>Adds an image.</summary>
    /// <param name="tag">The image's name.</param>
    /// <param name="step">The step.</param>
    /// <param name="width">The width in pixels.</param>
    /// <param name="height">The height in pixels.</param>
    /// <param name="channels">1 for grey, 3 for RGB.</param>
    /// <param name="encodedPng">The bytes of a PNG file.</param>
    /// <exception cref="FileAccessException">The file cannot be written.</exception>
    public void AddImage(string tag, long step, int width, int height, int channels, byte[] encodedPng) => Add(
        tag,
        step,
        message => message.Message(4, new ProtoWriter().Whole(1, height).Whole(2, width).Whole(3, channels).Bytes(4, encodedPng)));

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private static FileStream Create(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(NewPath(folder), FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileAccessException.Writing(folder, e);
        }
    }

    /// <summary>
    /// Returns an unused file name. TensorBoard reads files in name order; a second file of the same second gets the next one.
    /// </summary>
    private static string NewPath(string folder)
    {
        for (long second = DateTimeOffset.UtcNow.ToUnixTimeSeconds(); ; second++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{second}.{Environment.MachineName}");
            string path = System.IO.Path.Combine(folder, name);
            if (!File.Exists(path))
            {
                return path;
            }
        }
    }

    private static ProtoWriter NewEvent() => new ProtoWriter().Number(1, (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalSeconds);

    private void Add(string tag, long step, Action<ProtoWriter> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        var value = new ProtoWriter().Text(1, tag);
        write(value);
        Append(NewEvent().Whole(2, step).Message(5, new ProtoWriter().Message(1, value)));
    }

    /// <summary>Writes a record: length, masked CRC of the length, data, masked CRC of the data.</summary>
    private void Append(ProtoWriter message)
    {
        var data = message.Written;
        byte[] record = new byte[sizeof(ulong) + sizeof(uint) + data.Length + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), Check(record.AsSpan(0, sizeof(ulong))));
        data.CopyTo(record.AsSpan(sizeof(ulong) + sizeof(uint)));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(record.Length - sizeof(uint)), Check(data));
        try
        {
            _file.Write(record);
            _file.Flush();
        }
        catch (IOException e)
        {
            throw FileAccessException.Writing(Path, e);
        }
    }

    /// <summary>
    /// Computes the masked CRC-32C of the TFRecord format: rotated and offset, so that the CRC of data with CRCs in it is safe.
    /// </summary>
    private static uint Check(ReadOnlySpan<byte> data)
    {
        const uint Shift = 0xa282ead8;
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return BitOperations.RotateRight(~crc, 15) + Shift;
    }
}
