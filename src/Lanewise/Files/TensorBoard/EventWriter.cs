using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Lanewise.Files.TensorBoard;

/// <summary>
/// Writes what TensorBoard shows: one file of events, to which each call appends and which can be read while it grows. Training
/// that is taken up again writes a further file into the same folder, with steps that go on. Not for several threads at once.
/// </summary>
public sealed class EventWriter : IDisposable
{
    private const string Version = "brain.Event:2";
    private readonly FileStream _file;

    /// <summary>Makes the folder, if it is not there, and a file in it that says when and where it was made.</summary>
    /// <param name="folder">What TensorBoard calls a run.</param>
    /// <exception cref="LanewiseException">The file cannot be made or written.</exception>
    public EventWriter(string folder) : this(Create(folder))
    {
    }

    /// <summary>Begins a file.</summary>
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

    /// <summary>The file.</summary>
    public string Path => _file.Name;

    /// <summary>Adds a point to a curve.</summary>
    /// <param name="tag">The curve's name; what stands before a slash groups curves.</param>
    /// <param name="step">Where on the curve.</param>
    /// <param name="value">The value, kept as a 32-bit float.</param>
    /// <exception cref="LanewiseException">It cannot be written.</exception>
    public void AddScalar(string tag, long step, double value) => Add(tag, step, message => message.Number(2, (float)value));

    /// <summary>Adds a histogram. NaN and infinities are left out, and counted nowhere.</summary>
    /// <param name="tag">Its name.</param>
    /// <param name="step">Its place in the row of histograms of that name.</param>
    /// <param name="values">The values; there may be none.</param>
    /// <exception cref="LanewiseException">It cannot be written.</exception>
    public void AddHistogram(string tag, long step, ReadOnlySpan<float> values)
    {
        var histogram = new Histogram(values).ToMessage();
        Add(tag, step, message => message.Message(5, histogram));
    }

    /// <summary>Adds an image.</summary>
    /// <param name="tag">Its name.</param>
    /// <param name="step">Its place in the row of images of that name.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="channels">1 for grey, 3 for colours.</param>
    /// <param name="encodedPng">A PNG file's bytes.</param>
    /// <exception cref="LanewiseException">It cannot be written.</exception>
    public void AddImage(string tag, long step, int width, int height, int channels, byte[] encodedPng) => Add(
        tag, step, message => message.Message(4, new ProtoWriter().Whole(1, height).Whole(2, width).Whole(3, channels).Bytes(4, encodedPng)));

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
            throw new LanewiseException($"{folder} could not be written: {AtomicFile.Explain(e)}", e);
        }
    }

    /// <summary>A name that is free. TensorBoard reads files in the order of their names: one made within the same second gets the next.</summary>
    private static string NewPath(string folder)
    {
        for (long second = DateTimeOffset.UtcNow.ToUnixTimeSeconds(); ; second++)
        {
            string path = System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{second}.{Environment.MachineName}"));
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

    /// <summary>Writes a record: length, its check, data, theirs.</summary>
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
            throw new LanewiseException($"{Path} could not be written: {AtomicFile.Explain(e)}", e);
        }
    }

    /// <summary>CRC-32C, turned and shifted as the format has it, so that a check of data that hold checks is none of those.</summary>
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
