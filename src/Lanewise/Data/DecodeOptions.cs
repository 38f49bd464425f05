using System.Runtime.InteropServices;

namespace Lanewise;

/// <summary>How an image file is decoded.</summary>
/// <param name="MinSide">
/// A large image may be decoded at a smaller scale whose shorter side has at least this many pixels; null for the full size.
/// </param>
/// <param name="IsGrey">Whether to decode to one channel (luma); otherwise to three (red, green, blue).</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DecodeOptions(int? MinSide = null, bool IsGrey = false);
