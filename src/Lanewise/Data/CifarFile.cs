using System.Globalization;

namespace Lanewise.Data;

/// <summary>
/// CIFAR's binary files: one record an image, of one label byte (CIFAR-10) or two (CIFAR-100: coarse, fine) and 3,072 pixels,
/// the planes red, green and blue of 32×32 (Krizhevsky 2009).
/// </summary>
internal static class CifarFile
{
    private const int Pixels = 3 * 32 * 32;

    /// <summary>Reads a file, plain or gzipped.</summary>
    /// <param name="path">The file.</param>
    /// <param name="labels">The label bytes of a record; the last one counts.</param>
    /// <param name="most">The images that the published file has; no file may hold more.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="remedy">What the reader of an error message should do.</param>
    /// <exception cref="LanewiseException">The file is missing, unreadable, cut short or too long, or a label has no class.</exception>
    public static (byte[] Pixels, byte[] Labels) Read(string path, int labels, int most, int classes, string remedy)
    {
        int record = labels + Pixels;
        byte[] content = Content(path, record * most, remedy);
        (int images, int rest) = Math.DivRem(content.Length, record);
        if (images == 0 || rest != 0)
        {
            // What is too long was read up to one byte too many.
            string holds = content.Length > record * most
                ? string.Create(CultureInfo.InvariantCulture, $"more than {most:N0} images")
                : string.Create(CultureInfo.InvariantCulture, $"{content.Length:N0} bytes, not a whole number of images of {record:N0} bytes");
            throw new LanewiseException($"{path}: holds {holds}; the file is damaged or another one; {remedy}.");
        }

        byte[] pixels = new byte[images * Pixels], classesOf = new byte[images];
        for (int i = 0; i < images; i++)
        {
            var image = content.AsSpan(i * record, record);
            classesOf[i] = image[labels - 1];
            image[labels..].CopyTo(pixels.AsSpan(i * Pixels));
            if (classesOf[i] >= classes)
            {
                throw new LanewiseException($"{path}: image {i} is labelled {classesOf[i]}, but the {classes} classes are numbered from 0 to {classes - 1}; the file is damaged or another one; {remedy}.");
            }
        }

        return (pixels, classesOf);
    }

    /// <summary>The file's content, or one byte more than <paramref name="most"/> of it.</summary>
    private static byte[] Content(string path, int most, string remedy)
    {
        try
        {
            using var stream = IdxFile.OpenContent(path);
            using var content = new MemoryStream(stream is FileStream file ? (int)Math.Min(file.Length, most + 1) : 0);
            byte[] buffer = new byte[1 << 16];
            for (int got; content.Length <= most && (got = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, most + 1 - content.Length))) > 0;)
            {
                content.Write(buffer, 0, got);
            }

            return content.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new LanewiseException($"{path}: the gzip data is damaged or cut short; {remedy}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LanewiseException($"{path}: cannot be read ({e.Message}); check the file and its permissions.", e);
        }
    }
}
