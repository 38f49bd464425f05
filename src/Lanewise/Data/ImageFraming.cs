namespace Lanewise.Data;

/// <summary>How an image is fitted into the network's input.</summary>
public enum ImageFraming
{
    /// <summary>The largest part in the middle that has the input's proportions, resized; of grey images, light on dark.</summary>
    Whole,

    /// <summary>
    /// As MNIST's digits were made: cropped to the ink, the longer side scaled to 20 of 28 pixels, the ink's centre of mass in the
    /// middle. An image that already has the input's size is left as it is.
    /// </summary>
    Ink,

    /// <summary>Nothing but the model's preprocessing, as in training and evaluation: for photographs.</summary>
    None,
}
