using Lanewise.Graphs;

namespace Lanewise.Imaging;

/// <summary>An image made ready for a network.</summary>
/// <param name="Pixels">C×H×W bytes, 0 black to 255 white.</param>
/// <param name="Shape">C×H×W, the network's input.</param>
/// <param name="Inverted">Whether dark ink on a light ground was turned into light on dark.</param>
/// <param name="Treatment">What was done, for a person to read: "640×480; inverted; cropped to the ink (210×340); …".</param>
public sealed record PreparedImage(byte[] Pixels, Shape Shape, bool Inverted, string Treatment);
