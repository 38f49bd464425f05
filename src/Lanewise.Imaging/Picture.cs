using Lanewise.Graphs;

namespace Lanewise.Imaging;

/// <summary>How a picture is fitted into the network's input.</summary>
public enum PictureFraming
{
    /// <summary>The largest part in the middle that has the input's proportions, resized.</summary>
    Whole,

    /// <summary>
    /// As MNIST's digits were made: cropped to the ink, the longer side scaled to 20 of 28 pixels, the ink's centre of mass in the
    /// middle. A picture that already has the input's size is left as it is.
    /// </summary>
    Ink,
}

/// <summary>A picture made ready for a network.</summary>
/// <param name="Pixels">C×H×W bytes, 0 black to 255 white.</param>
/// <param name="Shape">C×H×W, the network's input.</param>
/// <param name="Inverted">Whether dark ink on a light ground was turned into light on dark.</param>
/// <param name="Treatment">What was done, for a person to read: "640×480; inverted; cropped to the ink (210×340); …".</param>
public sealed record Picture(byte[] Pixels, Shape Shape, bool Inverted, string Treatment);
