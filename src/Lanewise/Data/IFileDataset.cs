namespace Lanewise;

/// <summary>A labelled dataset of image files.</summary>
internal interface IFileDataset : IImageDataset
{
    /// <summary>Returns the path of image <paramref name="index"/>.</summary>
    string PathOf(int index);

    /// <summary>Returns the path of image <paramref name="index"/> below the dataset's folder: with slashes, in the form NFC.</summary>
    string NameOf(int index);
}
