using System.Globalization;

namespace Lanewise;

/// <summary>
/// Reads CIFAR's binary files: one record per image, of one label byte (CIFAR-10) or two (CIFAR-100: coarse, fine) and 3,072 bytes,
/// the red, green and blue channels of 32×32 (Krizhevsky 2009).
/// </summary>
internal static class CifarFile
{
    private const int Pixels = 3 * 32 * 32;

    /// <summary>Reads a file, plain or gzipped.</summary>
    /// <param name="path">The file.</param>
    /// <param name="labelBytes">The label bytes of a record; the last one is the label.</param>
    /// <param name="maxImages">The number of images in the published file, the maximum.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="remedy">What to do if the file is damaged, for messages.</param>
    /// <exception cref="FileAccessException">The file is missing or cannot be read.</exception>
    /// <exception cref="DatasetException">The file is truncated or too long, or a label is out of range.</exception>
    public static (byte[] Pixels, byte[] Labels) Read(string path, int labelBytes, int maxImages, int classes, string remedy)
    {
        int record = labelBytes + Pixels;
        byte[] content = Content(path, record * maxImages, remedy);
        (int images, int rest) = Math.DivRem(content.Length, record);
        if (images == 0 || rest != 0)
        {
            // A file that is too long was read up to one byte beyond the maximum.
            string holds = content.Length > record * maxImages
                ? string.Create(CultureInfo.InvariantCulture, $"more than {maxImages:N0} images")
                : string.Create(CultureInfo.InvariantCulture, $"{content.Length:N0} bytes, not a whole number of images of "
                    + $"{record:N0} bytes");
            throw new DatasetException($"{path}: holds {holds}; the file is damaged or another one; {remedy}.", DatasetError.Damaged);
        }

        byte[] pixels = new byte[images * Pixels], classesOf = new byte[images];
        for (int i = 0; i < images; i++)
        {
            var image = content.AsSpan(i * record, record);
            classesOf[i] = image[labelBytes - 1];
            image[labelBytes..].CopyTo(pixels.AsSpan(i * Pixels));
            if (classesOf[i] >= classes)
            {
                string range = $"the {classes} classes are numbered from 0 to {classes - 1}";
                throw new DatasetException(
                    $"{path}: image {i} is labelled {classesOf[i]}, but {range}; the file is damaged or another one; "
                        + $"{remedy}.", DatasetError.Damaged);
            }
        }

        return (pixels, classesOf);
    }

    /// <summary>Returns the file's content, truncated one byte beyond <paramref name="maxBytes"/>.</summary>
    private static byte[] Content(string path, int maxBytes, string remedy)
    {
        try
        {
            using var stream = IdxFile.OpenContent(path);
            using var content = new MemoryStream(stream is FileStream file ? (int)Math.Min(file.Length, maxBytes + 1) : 0);
            byte[] buffer = new byte[1 << 16];
            int got = 1;
            while (content.Length <= maxBytes && got > 0)
            {
                got = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, maxBytes + 1 - content.Length));
                content.Write(buffer, 0, got);
            }

            return content.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new DatasetException($"{path}: the gzip data is damaged or truncated; {remedy}.", DatasetError.Damaged, inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileAccessException.Reading(path, e);
        }
    }
}
