using System.Globalization;

namespace Lanewise.Workflows;

/// <summary>Warns of a crop that leaves out much of most images.</summary>
internal static class CropNotice
{
    // A square center crop hides 42 % of a photograph of 4:3, which is usual.
    private const double MaxHidden = 0.5;

    private const int Samples = 64;

    /// <summary>Reports the share of the images that the network does not see, if it is large for most of a sample of files.</summary>
    public static void Report(IImageDataset images, ImageTransform transform, IProgress<JobEvent>? progress)
    {
        if (images.Count == 0 || images is IFixedShapeImageDataset)
        {
            return;
        }

        int count = Math.Min(Samples, images.Count);
        double[] hidden = new double[count];
        ParallelItems.Run(count, Environment.ProcessorCount, i =>
        {
            // A reduced image has the same proportions.
            var image = images.Read((int)((long)i * images.Count / count), new DecodeOptions(minSide: 1));
            hidden[i] = transform.HiddenShare(image.Width, image.Height);
        });
        Array.Sort(hidden);
        if (hidden[count / 2] > MaxHidden)
        {
            progress.Notice(string.Create(
                CultureInfo.InvariantCulture,
                $"the crop hides {hidden[count / 2]:P0} of most images; {{crop-mode}} border shows all of them."));
        }
    }
}
