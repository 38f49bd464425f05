using System.Runtime.InteropServices;
using BitMiracle.LibTiff.Classic;
using SkiaSharp;

namespace Lanewise.Imaging;

/// <summary>Decodes the first page of a TIFF file by LibTiff.Net.</summary>
internal static class TiffDecoder
{
    /// <summary>Decodes the first page, upright and on white.</summary>
    /// <exception cref="InvalidDataException">The image is damaged, too large or of a kind that is not supported.</exception>
    public static DecodedImage Decode(EncodedImage image, int channels)
    {
        var header = TiffHeader.Read(image.Bytes);
        int[] colours = Colours(image, header);
        var pixels = new UprightPixels(
            header.Width, header.Height, 4 * header.Width, (SKEncodedOrigin)header.Orientation, isPremultiplied: true);
        return pixels.Decode(MemoryMarshal.AsBytes(colours.AsSpan()), channels);
    }

    /// <summary>Decodes the pixels as they are stored: red, green, blue, alpha in a byte each; colours are multiplied by alpha.</summary>
    private static int[] Colours(EncodedImage image, TiffHeader header)
    {
        using var messages = TiffMessages.Listen();
        try
        {
            using var tiff = Tiff.ClientOpen("image", "r", image, new TiffMemory())
                ?? throw ImageLimits.Damaged(messages.First ?? "its directory cannot be read");
            // The library turns an image over, but does not transpose it.
            tiff.SetField(TiffTag.ORIENTATION, Orientation.TOPLEFT);
            int[] colours = new int[header.Width * header.Height];
            messages.Clear();
            bool isRead = tiff.ReadRGBAImageOriented(header.Width, header.Height, colours, Orientation.TOPLEFT, stopOnError: true);
            return isRead && !(header.IsFax && messages.First is not null)
                ? colours
                : throw ImageLimits.Damaged(messages.First ?? "only a part of the image could be decoded");
        }
        catch (OutOfMemoryException e)
        {
            throw new InvalidDataException($": not enough memory for {header.Width}×{header.Height} pixels. Make it smaller.", e);
        }
        catch (Exception e) when (e is not InvalidDataException)
        {
            // The library trusts its input: what it meets in damaged data are index errors and the like.
            throw ImageLimits.Damaged(messages.First ?? "its data cannot be decoded", e);
        }
    }

    /// <summary>The bytes of an image as the library reads them.</summary>
    private sealed class TiffMemory : TiffStream
    {
        private long _at;

        public override int Read(object clientData, byte[] buffer, int offset, int count)
        {
            var bytes = ((EncodedImage)clientData).Bytes;
            int read = (int)Math.Clamp(bytes.Length - _at, 0, count);
            bytes.Slice((int)Math.Min(_at, bytes.Length), read).CopyTo(buffer.AsSpan(offset));
            _at += read;
            return read;
        }

        public override long Seek(object clientData, long offset, SeekOrigin origin)
        {
            long start = origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => _at, _ => Size(clientData) };
            return _at = Math.Max(0, start + offset);
        }

        public override long Size(object clientData) => ((EncodedImage)clientData).Bytes.Length;

        public override void Write(object clientData, byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Close(object clientData)
        {
            // The image belongs to the caller.
        }
    }
}
