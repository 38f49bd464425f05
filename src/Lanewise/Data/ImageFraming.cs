namespace Lanewise;

/// <summary>How an image from outside a dataset is fitted to the network's input.</summary>
public enum ImageFraming
{
    /// <summary>The largest central part with the input's aspect ratio, resized; grey images are made light on dark.</summary>
    Whole,

    /// <summary>
    /// Like MNIST's digits: cropped to the ink, the longer side scaled to 20 of 28 pixels, the ink's center of mass in the middle. An
    /// image of the input's size is left unchanged.
    /// </summary>
    Ink,

    /// <summary>Only the model's preprocessing, as in training and evaluation: for photographs.</summary>
    None,
}
