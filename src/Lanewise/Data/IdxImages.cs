namespace Lanewise;

/// <summary>Reads a file of images and one of labels in the format of MNIST, plain or gzipped.</summary>
internal static class IdxImages
{
    /// <summary>Reads both files; all images become the training part.</summary>
    /// <param name="images">The file of images: N×H×W, N×H×W×C or N×C×H×W bytes.</param>
    /// <param name="labels">The file of labels: N integers.</param>
    /// <exception cref="FileAccessException">A file is missing or cannot be read.</exception>
    /// <exception cref="DatasetException">A file is damaged or of another type, or they do not belong together.</exception>
    public static ImageParts Read(string images, string labels)
    {
        const string Remedy = "choose another file, or save it again";
        string name = $"idx:{images},{labels}";
        var pixels = IdxFile.Read(images, Remedy);
        if (pixels.Type != IdxType.UInt8)
        {
            throw new DatasetException($"{images}: holds {pixels.Type} values; images are bytes (uint8).", DatasetError.Damaged, name);
        }

        var numbers = IdxFile.Read(labels, Remedy);
        long[] values = numbers.Type switch
        {
            IdxType.UInt8 => Array.ConvertAll(numbers.Bytes, value => (long)value),
            IdxType.Int8 => Array.ConvertAll(numbers.Values<sbyte>(), value => (long)value),
            IdxType.Int16 => Array.ConvertAll(numbers.Values<short>(), value => (long)value),
            IdxType.Int32 => Array.ConvertAll(numbers.Values<int>(), value => (long)value),
            _ => throw new DatasetException(
                $"{labels}: holds {numbers.Type} values; labels are whole numbers.", DatasetError.Damaged, name),
        };
        return ImageParts.Of(name, ImageArrays.Of(pixels.Sizes, pixels.Bytes, numbers.Sizes, values, name), validation: null, test: null);
    }
}
