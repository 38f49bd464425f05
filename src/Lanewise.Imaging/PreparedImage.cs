using Lanewise.Graphs;

namespace Lanewise.Imaging;

/// <summary>An image prepared for a network.</summary>
/// <param name="Pixels">The C×H×W bytes, 0 (black) to 255 (white).</param>
/// <param name="Shape">(C, H, W) of the network's input.</param>
/// <param name="Inverted">Whether dark ink on a light background was inverted.</param>
/// <param name="Treatment">A description of the steps: "640×480; inverted; cropped to the ink (210×340); …".</param>
public sealed record PreparedImage(byte[] Pixels, Shape Shape, bool Inverted, string Treatment);
